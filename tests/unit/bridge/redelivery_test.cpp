#include "bridge/redelivery.h"

#include <gtest/gtest.h>

namespace fajma {
namespace {

RawMessage Message(std::uint16_t packet_id, std::string_view payload, std::uint64_t mac = 1) {
  RawMessage message;
  message.packet_id = packet_id;
  message.payload = payload;
  message.mac_bits = mac;
  return message;
}

TEST(RedeliveryTable, KnowsOnlyTheLastMessageOfAnIdentifier) {
  RedeliveryTable table;
  EXPECT_FALSE(table.Knows(Message(7, "a")));
  table.Remember(Message(7, "a"));
  EXPECT_TRUE(table.Knows(Message(7, "a")));
  EXPECT_FALSE(table.Knows(Message(7, "b")));
  EXPECT_FALSE(table.Knows(Message(8, "a")));
  EXPECT_FALSE(table.Knows(Message(7, "a", 2)));
  table.Remember(Message(7, "b"));
  EXPECT_FALSE(table.Knows(Message(7, "a")));
}

TEST(RedeliveryTable, TellsKindsApart) {
  RedeliveryTable table;
  table.Remember(Message(7, "{}"));
  RawMessage status = Message(7, "{}");
  status.kind = RawKind::kStatus;
  EXPECT_FALSE(table.Knows(status));
}

TEST(RedeliveryTable, KnowsNothingOfQosZero) {
  RedeliveryTable table;
  table.Remember(Message(0, "a"));
  EXPECT_FALSE(table.Knows(Message(0, "a")));
}

TEST(RedeliveryTable, ForgetsAllWithTheSession) {
  RedeliveryTable table;
  table.Remember(Message(7, "a"));
  table.StartSession();
  EXPECT_FALSE(table.Knows(Message(7, "a")));
}

TEST(RedeliveryTable, MarksTheFirstMessageOfASessionAndRestoresFromIt) {
  RedeliveryTable writer;
  writer.StartSession();
  RawMessage first = Message(1, "first");
  first.flags = writer.session_flag();
  writer.Remember(first);
  EXPECT_EQ(writer.session_flag(), 0);

  RedeliveryTable restored;
  restored.Restore(Message(7, "of another session"));
  restored.Restore(first);
  restored.Restore(Message(2, "second"));
  EXPECT_FALSE(restored.Knows(Message(7, "of another session")));
  EXPECT_TRUE(restored.Knows(Message(1, "first")));
  EXPECT_TRUE(restored.Knows(Message(2, "second")));
  EXPECT_EQ(restored.session_flag(), 0);
}

}  // namespace
}  // namespace fajma
