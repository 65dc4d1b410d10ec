#include "core/alerts/level_signal.h"

#include <gtest/gtest.h>

#include <iostream>
#include <random>

namespace fajma {
namespace {

class ASignal : public ::testing::Test {
 protected:
  ASignal() {
    rule_.bounds = {50, 110};
    rule_.dead_band = 3;
  }
  bool Give(double value, Micros after = kMicrosPerSecond) {
    now_ += after;
    signal_ = OnValue(signal_, rule_, value, now_);
    return signal_.IsPresent();
  }
  bool Wait(Micros time) {
    now_ += time;
    signal_ = OnTime(signal_, rule_, now_);
    return signal_.IsPresent();
  }

  AlertRule rule_;
  LevelSignal signal_;
  Micros now_ = 1'790'000'000'000'000;
};

TEST_F(ASignal, IsPresentAtOnceWithoutADelay) {
  EXPECT_FALSE(Give(110)) << "a bound is within";
  EXPECT_TRUE(Give(110.1));
  EXPECT_FALSE(Give(75));
  EXPECT_TRUE(Give(49.9));
}

TEST_F(ASignal, EndsOnlyBeyondTheDeadBand) {
  Give(111);
  EXPECT_TRUE(Give(110));
  EXPECT_TRUE(Give(107.1));
  EXPECT_FALSE(Give(107));
  EXPECT_FALSE(Give(109)) << "nor does it begin within the band";
}

TEST_F(ASignal, HasAMiddleThatIsInsideWhateverTheDeadBand) {
  rule_.dead_band = 1000;
  Give(111);
  EXPECT_TRUE(Give(81));
  EXPECT_FALSE(Give(80));
}

TEST_F(ASignal, WaitsForItsDelayAndTheValuesInARow) {
  rule_.on_delay = 10 * kMicrosPerSecond;
  rule_.repeats = 3;
  EXPECT_FALSE(Give(120));
  EXPECT_FALSE(Wait(20 * kMicrosPerSecond)) << "long enough, and seen once";
  EXPECT_FALSE(Give(120));
  EXPECT_TRUE(Give(108)) << "within the dead band it is still the same run";
}

TEST_F(ASignal, BeginsAnewAfterAValueInside) {
  rule_.on_delay = 3 * kMicrosPerSecond;
  Give(120);
  Give(120);
  Give(75);
  EXPECT_FALSE(Give(120));
  EXPECT_FALSE(Wait(2'999'999));
  EXPECT_TRUE(Wait(1));
}

TEST_F(ASignal, IsPresentWhenItsTimeHasComeWithoutAnotherValue) {
  rule_.on_delay = 3 * kMicrosPerSecond;
  Give(120);
  EXPECT_EQ(NextDue(signal_, rule_), now_ + 3 * kMicrosPerSecond);
  EXPECT_TRUE(Wait(3 * kMicrosPerSecond));
  EXPECT_EQ(NextDue(signal_, rule_), 0);
}

TEST_F(ASignal, StaysThroughAShortEnd) {
  rule_.off_delay = 5 * kMicrosPerSecond;
  Give(120);
  EXPECT_TRUE(Give(75));
  EXPECT_TRUE(Give(120));
  EXPECT_TRUE(Give(75));
  EXPECT_EQ(NextDue(signal_, rule_), now_ + 5 * kMicrosPerSecond);
  EXPECT_TRUE(Wait(4'999'999));
  EXPECT_FALSE(Wait(1));
}

// A value that swings around a bound: how often it begins, with the dead band and without.
TEST_F(ASignal, OfNoiseAroundABoundBeginsOnce) {
  const auto begins = [this](double dead_band, Micros off_delay) {
    rule_.dead_band = dead_band;
    rule_.off_delay = off_delay;
    signal_ = {};
    std::minstd_rand random(7);
    std::normal_distribution<double> noise(0, 1);
    int begun = 0;
    for (int i = 0; i < 600; ++i) {
      const bool was = signal_.IsPresent();
      begun += Give(110.5 + noise(random)) && !was ? 1 : 0;
    }
    return begun;
  };
  const int without = begins(0, 0);
  const int with = begins(3, 0);
  EXPECT_GT(without, 50);
  EXPECT_LE(with, 3);
  EXPECT_EQ(begins(3, 30 * kMicrosPerSecond), 1);
  std::cout << "alerts in 600 values around a bound: " << without << " without a dead band, " << with << " with it\n";
}

}  // namespace
}  // namespace fajma
