// What is new and what is a duplicate.
#include <algorithm>
#include <random>
#include <vector>

#include "tests/unit/ingest/judging.h"

namespace fajma::test {
namespace {

using Kind = Verdict::Kind;

class JudgeIdentity : public Judging {};

TEST_F(JudgeIdentity, ANumberIsStoredOnce) {
  EXPECT_EQ(At(kNow, Numbered(Wall(kNow), 1)).kind, Kind::kStore);
  EXPECT_EQ(At(kNow, Numbered(Wall(kNow), 1)).kind, Kind::kDuplicate);
  EXPECT_EQ(At(kNow, Numbered(Wall(kNow + 5, 9), 1)).kind, Kind::kDuplicate) << "whatever it says";
  EXPECT_EQ(At(kNow, Numbered(Wall(kNow), 1, 2)).kind, Kind::kStore) << "of another start";
}

TEST_F(JudgeIdentity, SameContentUnderAnotherNumberIsNew) {
  EXPECT_EQ(At(kNow, Numbered(Wall(kNow), 1)).kind, Kind::kStore);
  EXPECT_EQ(At(kNow, Numbered(Wall(kNow), 2)).kind, Kind::kStore);
}

TEST_F(JudgeIdentity, ADuplicateMovesNoClock) {
  At(kNow, Numbered(Wall(kNow), 1));
  const ClockState before = device_.clock;
  At(kNow, Numbered(Wall(*ParseIso("2100-01-01T00:00:00Z")), 1));
  EXPECT_EQ(device_.clock, before);
  At(kNow, Wall(kNow, 5));
  At(kNow + 60 * kMinute, Wall(kNow, 5));
  EXPECT_EQ(device_.clock, before);
}

TEST_F(JudgeIdentity, TimeAndContentIdentifyWhatHasNoNumber) {
  EXPECT_EQ(At(kNow, Wall(kNow, 1)).kind, Kind::kStore);
  EXPECT_EQ(At(kNow + 1, Wall(kNow, 1)).kind, Kind::kDuplicate);
  EXPECT_EQ(At(kNow + 2, Wall(kNow, 2)).kind, Kind::kStore) << "two values in one millisecond";
  EXPECT_EQ(At(kNow + 3, Wall(kNow + 1000, 1)).kind, Kind::kStore);
  EXPECT_EQ(At(kNow + 60 * kMinute, Wall(kNow, 2)).kind, Kind::kDuplicate) << "also as a backlog";
}

TEST_F(JudgeIdentity, UptimeAndContentToo) {
  EXPECT_EQ(At(kNow, Uptime(10 * kMinute, 1)).kind, Kind::kStore);
  EXPECT_EQ(At(kNow + 5, Uptime(10 * kMinute, 1)).kind, Kind::kDuplicate);
  EXPECT_EQ(At(kNow + 6, Uptime(10 * kMinute, 2)).kind, Kind::kStore);
  EXPECT_EQ(At(kNow + kMinute, Uptime(11 * kMinute, 3)).kind, Kind::kStore);
  EXPECT_EQ(At(kNow + kMinute, Uptime(10 * kMinute, 1)).kind, Kind::kDuplicate) << "no restart: it was seen before";
  EXPECT_EQ(inferred_, -1);
}

TEST_F(JudgeIdentity, WhatHasNoTimeIsNewEachTime) {
  EXPECT_EQ(At(kNow, DecodedMessage{}).kind, Kind::kStore);
  EXPECT_EQ(At(kNow, DecodedMessage{}).kind, Kind::kStore);
}

TEST_F(JudgeIdentity, AProvenRedeliveryIsADuplicate) {
  EXPECT_EQ(At(kNow, DecodedMessage{}, kRedelivered).kind, Kind::kDuplicate);
  EXPECT_EQ(At(kNow, Wall(kNow), kRedelivered).kind, Kind::kDuplicate);
  EXPECT_EQ(At(kNow, Numbered(Wall(kNow), 1), kRedelivered).kind, Kind::kStore) << "the number knows better";
}

TEST_F(JudgeIdentity, ANumberWithoutRoomIsNotSettled) {
  for (std::uint64_t i = 0; i < BootLedger::kMaxRuns; ++i) {
    ASSERT_EQ(At(kNow, Numbered(Wall(kNow), 3 + 2 * i)).kind, Kind::kStore);
  }
  const std::uint64_t beyond = 3 + 2 * BootLedger::kMaxRuns;
  EXPECT_EQ(At(kNow, Numbered(Wall(kNow), beyond)).kind, Kind::kNoRoom);
  EXPECT_EQ(At(kNow, Numbered(Wall(kNow), 1)).kind, Kind::kStore);
  EXPECT_EQ(At(kNow, Numbered(Wall(kNow), 2)).kind, Kind::kStore);
  EXPECT_EQ(At(kNow, Numbered(Wall(kNow), beyond)).kind, Kind::kStore);
}

TEST_F(JudgeIdentity, NumbersInAnyOrderWithRepeatsAreStoredOnceEach) {
  for (unsigned seed = 0; seed < 20; ++seed) {
    boots_.clear();
    std::vector<std::uint64_t> numbers;
    for (std::uint64_t seq = 1; seq <= 200; ++seq) numbers.insert(numbers.end(), 3, seq);
    std::shuffle(numbers.begin(), numbers.end(), std::mt19937(seed));
    std::size_t stored = 0;
    for (const std::uint64_t seq : numbers) stored += At(kNow, Numbered(DecodedMessage{}, seq)).kind == Kind::kStore;
    EXPECT_EQ(stored, 200U);
    EXPECT_EQ(boots_[1].ledger.durable(), 200U);
  }
}

// A device that sends its uptime, one message after the other, each delivered up to three times within a window, as
// a broker's redelivery does.
TEST_F(JudgeIdentity, UptimesWithRepeatsAreStoredOnceEach) {
  std::mt19937 random(11);
  std::size_t stored = 0;
  Micros received = kNow;
  std::vector<DecodedMessage> sent;
  for (std::uint64_t i = 0; i < 500; ++i) {
    received += kMicrosPerSecond;
    sent.push_back(Uptime(kMinute + static_cast<Micros>(i) * kMicrosPerSecond, i));
    stored += At(received, sent.back()).kind == Kind::kStore;
    for (auto n = random() % 3; n > 0; --n) {
      const std::size_t back = std::min<std::size_t>(sent.size(), random() % 20 + 1);
      stored += At(received, sent[sent.size() - back]).kind == Kind::kStore;
    }
  }
  EXPECT_EQ(stored, 500U);
  EXPECT_EQ(inferred_, -1);
}

TEST_F(JudgeIdentity, NewestMeasuredNeverMovesBack) {
  At(kNow, Wall(kNow));
  At(kNow, Wall(kNow - 60 * kMinute));
  EXPECT_EQ(device_.newest_measured_at, kNow);
}

}  // namespace
}  // namespace fajma::test
