#include "firmware/core/clock.h"

#include <gtest/gtest.h>

namespace fajma::firmware {
namespace {

constexpr std::uint64_t kWallMs = 1'767'225'600'000;

TEST(Clock, UptimeGoesOnAcrossTheWrapOfMillis) {
  Clock clock;
  EXPECT_EQ(clock.Advance(5000), 5000U);
  EXPECT_EQ(clock.Advance(0xFFFFFFFF), 0xFFFFFFFFU);
  EXPECT_EQ(clock.Advance(0), 0x100000000U);
  EXPECT_EQ(clock.Advance(999), 0x1000003E7U);
  EXPECT_EQ(clock.Advance(998), 0x2000003E6U) << "a smaller count is always a wrap, never a step back";
  EXPECT_EQ(clock.uptime_ms(), 0x2000003E6U);
}

TEST(Clock, DatesSamplesTakenBeforeItWasSet) {
  Clock clock;
  const SampleTime early = {TimeBase::kUptime, 1000};
  EXPECT_EQ(clock.Resolve(early).base, TimeBase::kUptime);
  EXPECT_FALSE(clock.FindWall(1000));
  ASSERT_TRUE(clock.SetWall(kWallMs, ClockSource::kServer, 61'000));
  EXPECT_EQ(clock.Resolve(early).base, TimeBase::kWall);
  EXPECT_EQ(clock.Resolve(early).ms, kWallMs - 60'000);
  EXPECT_EQ(clock.FindWall(62'000), kWallMs + 1000);
}

TEST(Clock, LeavesWallTimesAlone) {
  Clock clock;
  clock.SetWall(kWallMs, ClockSource::kNtp, 0);
  EXPECT_EQ(clock.Resolve({TimeBase::kWall, 42}).ms, 42U);
}

TEST(Clock, ServerNeverOverridesNtp) {
  Clock clock;
  ASSERT_TRUE(clock.SetWall(kWallMs, ClockSource::kServer, 1000));
  ASSERT_TRUE(clock.SetWall(kWallMs + 200, ClockSource::kNtp, 1000)) << "NTP is nearer the truth, even by little";
  EXPECT_EQ(clock.FindWall(1000), kWallMs + 200);
  EXPECT_FALSE(clock.SetWall(kWallMs + 60'000, ClockSource::kServer, 1000));
  EXPECT_EQ(clock.source(), ClockSource::kNtp);
  EXPECT_EQ(clock.FindWall(1000), kWallMs + 200);
}

TEST(Clock, FollowsDriftButNotJitter) {
  Clock clock;
  clock.SetWall(kWallMs, ClockSource::kNtp, 0);
  EXPECT_TRUE(clock.SetWall(kWallMs + 10'999, ClockSource::kNtp, 10'000));
  EXPECT_EQ(clock.FindWall(10'000), kWallMs + 10'000);
  EXPECT_TRUE(clock.SetWall(kWallMs + 18'000, ClockSource::kNtp, 20'000));
  EXPECT_EQ(clock.FindWall(20'000), kWallMs + 18'000);
}

TEST(Clock, RefusesImpossibleTimes) {
  Clock clock;
  EXPECT_FALSE(clock.SetWall(0, ClockSource::kNtp, 0));
  EXPECT_FALSE(clock.SetWall(946'684'800'000, ClockSource::kNtp, 0));
  EXPECT_FALSE(clock.SetWall(UINT64_MAX, ClockSource::kServer, 0));
  EXPECT_FALSE(clock.SetWall(kWallMs, ClockSource::kNone, 0));
  EXPECT_EQ(clock.source(), ClockSource::kNone);
}

}  // namespace
}  // namespace fajma::firmware
