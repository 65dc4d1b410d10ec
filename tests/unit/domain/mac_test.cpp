#include "core/domain/mac.h"

#include <gtest/gtest.h>

#include <random>
#include <string>
#include <unordered_set>

namespace fajma {
namespace {

TEST(Mac, IsReadAndWrittenInBothForms) {
  const auto topic = Mac::ParseTopic("aabbcc00ff01");
  const auto wire = Mac::ParseColons("AA:BB:CC:00:FF:01");
  ASSERT_TRUE(topic);
  EXPECT_EQ(topic, wire);
  EXPECT_EQ(topic->bits(), 0xAABBCC00FF01U);
  EXPECT_EQ(topic->ToTopic(), "aabbcc00ff01");
  EXPECT_EQ(topic->ToColons(), "AA:BB:CC:00:FF:01");
}

TEST(Mac, WireFormIsReadInAnyCase) {
  EXPECT_EQ(Mac::ParseColons("aa:bB:Cc:00:00:01"), Mac::ParseColons("AA:BB:CC:00:00:01"));
}

TEST(Mac, TopicFormIsLowerCaseOnly) {
  EXPECT_FALSE(Mac::ParseTopic("AABBCC000001"));
  EXPECT_FALSE(Mac::ParseTopic("aabbcc00000A"));
}

TEST(Mac, EveryNumberComesBack) {
  std::mt19937_64 random(3);
  for (int i = 0; i < 10'000; ++i) {
    const Mac mac = Mac::FromBits(random() >> 16);
    ASSERT_EQ(Mac::ParseTopic(mac.ToTopic()), mac);
    ASSERT_EQ(Mac::ParseColons(mac.ToColons()), mac);
  }
}

TEST(Mac, RejectsWhatIsNoAddress) {
  for (const char* text : {"", "zz", "AA", "AA:BB:CC:DD:EE", "AA:BB:CC:DD:EE:F", "AA:BB:CC:DD:EE:FG",
                           "AA-BB-CC-DD-EE-FF", "AABB:CC:DD:EE:FF:", "AA:BB:CC:DD:EE:FF ", " AA:BB:CC:DD:EE:F",
                           "AA:BB:CC:DD:EE:FF:00", "aabbccddeeff", ":::::::::::::::::", "+A:BB:CC:DD:EE:FF"}) {
    EXPECT_FALSE(Mac::ParseColons(text)) << text;
  }
  for (const char* text :
       {"", "aabbccddeef", "aabbccddeeff0", "aabbccddeefg", "aa:bb:cc:dd:e", "+abbccddeeff", " abbccddeeff"}) {
    EXPECT_FALSE(Mac::ParseTopic(text)) << text;
  }
  using namespace std::string_view_literals;
  EXPECT_FALSE(Mac::ParseTopic("aabbccddeef\0"sv));
}

TEST(Mac, HashSpreadsNeighbours) {
  std::unordered_set<std::size_t> hashes;
  for (std::uint64_t i = 0; i < 1000; ++i) hashes.insert(std::hash<Mac>{}(Mac::FromBits(0xAABBCC000000 + i)));
  EXPECT_EQ(hashes.size(), 1000U);
}

}  // namespace
}  // namespace fajma
