#include "core/domain/report_gaps.h"

#include <gtest/gtest.h>

#include <random>
#include <vector>

namespace fajma {
namespace {

constexpr Micros kSecond = kMicrosPerSecond;
constexpr Micros kHour = 60 * kMicrosPerMinute;
constexpr Micros kNow = 1'790'000'000'000'000;

class ReportGapsTest : public testing::Test {
 protected:
  // `times` further messages, each so long after the one before.
  void Report(Micros gap, int times) {
    for (int i = 0; i < times; ++i) TakeReport(gaps_, time_ += gap);
  }
  std::optional<Micros> Learnt() const { return LearntInterval(gaps_.rungs); }

  ReportGaps gaps_;
  Micros time_ = kNow;
};

TEST_F(ReportGapsTest, KnowNothingOfADeviceThatHasHardlyReported) {
  EXPECT_FALSE(Learnt());
  Report(kHour, 2);
  EXPECT_FALSE(Learnt()) << "one gap may be an outage";
  Report(kHour, 1);
  EXPECT_EQ(Learnt(), kHour);
}

TEST_F(ReportGapsTest, LearnTheSmallestRungNotBelowTheGap) {
  const std::pair<Micros, Micros> cases[] = {
      {kSecond / 5, 5 * kSecond},      {kSecond, 5 * kSecond},       {5 * kSecond, 5 * kSecond},
      {5 * kSecond + 1, 10 * kSecond}, {20 * kSecond, 30 * kSecond}, {61 * kSecond, 2 * kMicrosPerMinute},
      {50 * kMicrosPerMinute, kHour},  {3 * kHour, 6 * kHour},       {24 * kHour, 24 * kHour},
      {100 * kHour, 24 * kHour},
  };
  for (const auto& [gap, rung] : cases) {
    gaps_ = {};
    Report(gap, 2'000);
    EXPECT_EQ(Learnt(), rung) << gap;
  }
}

TEST_F(ReportGapsTest, AreLearntWithinAFewMinutesOfADeviceThatReportsOften) {
  const Micros begin = time_;
  while (Learnt() != 5 * kSecond && time_ < begin + kHour) Report(2 * kSecond, 1);
  EXPECT_LE(time_ - begin, 5 * kMicrosPerMinute);
}

TEST_F(ReportGapsTest, StayAsTheyWereAfterOneOutage) {
  Report(10 * kSecond, 100);
  ASSERT_EQ(Learnt(), 10 * kSecond);
  Report(5 * kHour, 1);
  EXPECT_EQ(Learnt(), 10 * kSecond) << "at once: a device that dies now is missed soon";
  for (int i = 0; i < 20; ++i) {
    Report(10 * kSecond, 1);
    EXPECT_EQ(Learnt(), 10 * kSecond);
  }
}

TEST_F(ReportGapsTest, AreNotRaisedForGoodByOutages) {
  Report(10 * kSecond, 100);
  for (int i = 0; i < 3; ++i) Report(10 * kMicrosPerMinute, 1);
  EXPECT_GT(Learnt(), 10 * kSecond);
  Report(10 * kSecond, 6 * 60);
  EXPECT_EQ(Learnt(), 10 * kSecond) << "an hour later";
}

TEST_F(ReportGapsTest, AreNotShrunkByABurst) {
  Report(kHour, 20);
  ASSERT_EQ(Learnt(), kHour);
  Report(kSecond / 50, 50'000);  // a backlog without times: each message is taken for live
  EXPECT_EQ(Learnt(), kHour);
  Report(kHour, 1);
  EXPECT_EQ(Learnt(), kHour);
}

// A device that measures for a while, then rests, is not silent while it rests.
TEST_F(ReportGapsTest, AreTheRestBetweenGroupsOfMessages) {
  for (const int group : {2, 5, 20, 50}) {
    gaps_ = {};
    for (int i = 0; i < 40; ++i) {
      Report(kSecond, group);
      Report(kMicrosPerMinute, 1);
      if (i > 8) {
        ASSERT_EQ(Learnt(), kMicrosPerMinute) << group << " messages, time " << i;
      }
    }
  }
}

TEST_F(ReportGapsTest, FollowADeviceThatReportsMoreOftenFromNowOn) {
  Report(kHour, 20);
  Report(10 * kSecond, 6 * 60 * 8);
  EXPECT_EQ(Learnt(), 10 * kSecond);
}

TEST_F(ReportGapsTest, FollowADeviceThatReportsLessOftenFromNowOn) {
  Report(10 * kSecond, 100);
  Report(kHour, 2);
  EXPECT_EQ(Learnt(), kHour);
}

TEST_F(ReportGapsTest, RarelyChangeWithTheNoiseOfANetwork) {
  std::mt19937_64 random(11);
  Report(20 * kSecond, 50);
  int changes = 0;
  auto before = Learnt();
  for (int i = 0; i < 2'000; ++i) {
    Report(20 * kSecond + static_cast<Micros>(random() % (8 * kSecond)) - 4 * kSecond, 1);
    changes += Learnt() == before ? 0 : 1;
    before = Learnt();
  }
  EXPECT_EQ(changes, 0);
}

TEST_F(ReportGapsTest, TakeNothingFromAReceiptThatGoesBack) {
  Report(10 * kSecond, 20);
  const ReportGaps before = gaps_;
  TakeReport(gaps_, time_ - kHour);
  TakeReport(gaps_, time_);
  EXPECT_EQ(gaps_, before);
}

}  // namespace
}  // namespace fajma
