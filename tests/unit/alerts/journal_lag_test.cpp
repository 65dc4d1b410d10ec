// How long the oldest message waits, from what was received and settled.
#include "core/alerts/journal_lag.h"

#include <gtest/gtest.h>

namespace fajma {
namespace {

constexpr Micros kTick = kMicrosPerSecond / 4;

class Lag : public ::testing::Test {
 protected:
  // Looks again and again; `settles`: how many of what was received are settled at each look, at most.
  void Pass(Micros time, std::uint64_t comes = 0, std::uint64_t settles = 0) {
    for (Micros passed = 0; passed < time; passed += kTick) {
      now_ += kTick;
      received_ += comes;
      settled_ = std::min(received_, settled_ + settles);
      lag_.OnTime(received_, settled_, now_);
    }
  }

  JournalLag lag_;
  Micros now_ = 1'000 * kMicrosPerSecond;
  std::uint64_t received_ = 0;
  std::uint64_t settled_ = 0;
};

TEST_F(Lag, IsNoneWhileNothingWaits) {
  Pass(60 * kMicrosPerSecond);
  EXPECT_EQ(lag_.age(), 0);
  Pass(60 * kMicrosPerSecond, 100, 100);
  EXPECT_EQ(lag_.age(), 0);
  EXPECT_FALSE(lag_.lags());
}

TEST_F(Lag, IsTheAgeOfTheOldestThatWaits) {
  Pass(kTick, 1);
  Pass(3 * kMicrosPerSecond);
  EXPECT_EQ(lag_.age(), 3 * kMicrosPerSecond);
  EXPECT_FALSE(lag_.lags());
}

TEST_F(Lag, BeginsAfterTenSecondsAndEndsBelowTwo) {
  Pass(kTick, 1);
  Pass(JournalLag::kBegins - kTick);
  EXPECT_FALSE(lag_.lags());
  Pass(kTick);
  EXPECT_TRUE(lag_.lags());
  Pass(JournalLag::kEnds, 1, 0);  // what came in the last two seconds
  settled_ = 1;
  Pass(kTick);
  EXPECT_TRUE(lag_.lags());
  settled_ = 2;
  Pass(kTick);
  EXPECT_TRUE(lag_.lags());
  settled_ = received_;
  Pass(kTick);
  EXPECT_FALSE(lag_.lags());
}

TEST_F(Lag, OfAFloodThatIsKeptUpWithIsSmall) {
  Pass(kTick, 1000);  // a second of it waits at any time
  Pass(3 * kTick, 1000);
  Pass(120 * kMicrosPerSecond, 1000, 1000);
  EXPECT_LE(lag_.age(), kMicrosPerSecond + kTick);
  EXPECT_FALSE(lag_.lags());
}

TEST_F(Lag, OfAFloodThatIsTooMuchGrows) {
  Pass(30 * kMicrosPerSecond, 1000, 500);
  EXPECT_TRUE(lag_.lags());
}

TEST_F(Lag, StaysWhileABacklogOfHoursIsWorkedThrough) {
  Pass(2'000 * kMicrosPerSecond, 10, 0);
  EXPECT_TRUE(lag_.lags());
  Pass(700 * kMicrosPerSecond, 10, 30);
  EXPECT_TRUE(lag_.lags());
  Pass(600 * kMicrosPerSecond, 10, 30);
  EXPECT_FALSE(lag_.lags());
}

}  // namespace
}  // namespace fajma
