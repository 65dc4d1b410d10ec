#include <cstdio>

#include "tests/integration/bridge/link_fixture.h"

namespace fajma {
namespace {

class FullJournal : public LinkFixture {
 protected:
  static constexpr int kMessages = 5'000;

  // By a process of its own: the library has one lock for all its connections, and the link's waits for room with it.
  static void PublishFromOutside(const test::Mosquitto& broker, int from, int to) {
    const std::string command = "mosquitto_pub -p " + std::to_string(broker.port()) + " -V mqttv5 -q 1 -l -t " + kData;
    std::FILE* const input = ::popen(command.c_str(), "w");
    ASSERT_NE(input, nullptr);
    for (int i = from; i < to; ++i) std::fprintf(input, "%d\n", i);
    ASSERT_EQ(::pclose(input), 0);
  }

  JournalOptions Small() const {
    JournalOptions options = JournalAt();
    options.segment_bytes = 32 << 10;
    options.max_bytes = 3 * options.segment_bytes;
    return options;
  }
};

TEST_F(FullJournal, HoldsTheAcknowledgementBackUntilThereIsRoom) {
  test::Mosquitto broker;
  Journal journal(Small());
  MessageCounters counters;
  MqttLink link(LinkTo(broker.url()), journal, counters);
  ASSERT_TRUE(WaitUntil([&] { return link.connected(); }));
  PublishFromOutside(broker, 0, kMessages - 1);
  ASSERT_TRUE(WaitUntil([&] { return link.holding_back(); }));
  EXPECT_LT(journal.backlog(), 2'000);
  EXPECT_FALSE(link.Publish(Numbered(0, 1)[0]));

  std::vector<Journaled> all;
  ASSERT_TRUE(WaitUntil([&] {
    for (Journaled& record : ReadAll(journal)) all.push_back(std::move(record));
    journal.Release(journal.position());
    return all.size() >= kMessages - 1;
  }));
  EXPECT_FALSE(link.holding_back());
  PublishFromOutside(broker, kMessages - 1, kMessages);
  ASSERT_TRUE(WaitUntil([&] { return journal.backlog() > 0; }));
  for (Journaled& record : ReadAll(journal)) all.push_back(std::move(record));
  ExpectEachAndRepeatsFlagged(all, kMessages);
}

TEST_F(FullJournal, LosesNothingWhenTheProgramStops) {
  test::Mosquitto broker;
  MessageCounters counters;
  std::vector<Journaled> all;
  {
    Journal journal(Small());
    MqttLink link(LinkTo(broker.url()), journal, counters);
    ASSERT_TRUE(WaitUntil([&] { return link.connected(); }));
    PublishFromOutside(broker, 0, kMessages);
    ASSERT_TRUE(WaitUntil([&] { return link.holding_back(); }));
    const auto begin = std::chrono::steady_clock::now();
    link.Stop();
    EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(8));
    all = ReadAll(journal);
    journal.Release(journal.position());
  }
  EXPECT_LT(all.size(), static_cast<std::size_t>(kMessages));
  Journal journal(Small());
  for (const Journaled& record : ReadAll(journal)) all.push_back(record);  // kept for the sake of redelivery
  const std::size_t before = all.size();
  const MqttLink link(LinkTo(broker.url()), journal, counters);
  const auto last = [](const Journaled& record) { return record.payload == std::to_string(kMessages - 1); };
  ASSERT_TRUE(WaitUntil([&] {
    for (Journaled& record : ReadAll(journal)) all.push_back(std::move(record));
    journal.Release(journal.position());
    return std::ranges::any_of(all, last);
  }));
  EXPECT_GT(all.size(), before);
  // What was kept from the first run was read twice above.
  std::vector<bool> seen(kMessages, false);
  for (const Journaled& record : all) seen[static_cast<std::size_t>(std::stoi(record.payload))] = true;
  EXPECT_EQ(std::ranges::count(seen, false), 0);
}

}  // namespace
}  // namespace fajma
