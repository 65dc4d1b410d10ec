#include "core/ingest/device_limiter.h"

#include <gtest/gtest.h>

#include <string>

namespace fajma {
namespace {

constexpr std::int64_t kRate = 50;
constexpr std::int64_t kBurst = kRate * kBurstSeconds;
constexpr Micros kStart = 1'767'225'600LL * kMicrosPerSecond;

class ADevice : public ::testing::Test {
 protected:
  // How many of `count` messages pass, evenly spread over `span` from `now_` on.
  std::int64_t Send(std::int64_t count, Micros span = 0) {
    std::int64_t passed = 0;
    for (std::int64_t i = 0; i < count; ++i) passed += limiter_.Take(rate_, now_ + span * i / count) ? 1 : 0;
    now_ += span;
    return passed;
  }

  DeviceLimiter limiter_{kRate};
  DeviceRate rate_;
  Micros now_ = kStart;
};

TEST_F(ADevice, PassesForEverAtItsRate) { EXPECT_EQ(Send(kRate * 3600, 3600 * kMicrosPerSecond), kRate * 3600); }

TEST_F(ADevice, MayBeginWithABurst) { EXPECT_EQ(Send(kBurst + 100), kBurst); }

TEST_F(ADevice, IsCutToItsRateInAFlood) {
  Send(kBurst);
  EXPECT_EQ(Send(20 * kRate * 60, kMicrosPerMinute), kRate * 60 - 1) << "the first finds nothing yet";
}

TEST_F(ADevice, EarnsNoCreditByFlooding) {
  Send(20 * kRate * 3600, 3600 * kMicrosPerSecond);
  EXPECT_EQ(rate_.credit, 0);
}

TEST_F(ADevice, EarnsNoCreditWhileItSendsAtItsPace) {
  Send(3600, 3600 * kMicrosPerSecond);
  EXPECT_LE(Send(10 * kBurst), kBurst);
}

TEST_F(ADevice, SendsTheBacklogOfAnOutageAtOnce) {
  Send(1);
  now_ += 3600 * kMicrosPerSecond;
  EXPECT_EQ(Send(10'000), 3600 + kBurst);
}

TEST_F(ADevice, KeepsWhatIsLeftOfItsCreditInTheNextOutage) {
  Send(1);
  now_ += 3600 * kMicrosPerSecond;
  EXPECT_EQ(Send(kBurst + 1000), kBurst + 1000);
  now_ += 600 * kMicrosPerSecond;
  EXPECT_EQ(Send(10'000), kBurst + 2600 + 600);
}

TEST_F(ADevice, HasCreditForADayAndNoMore) {
  Send(1);
  now_ += 10 * kLongestOutage;
  EXPECT_EQ(Send(200'000), 86'400 + kBurst);
}

TEST_F(ADevice, LosesNothingByAClockThatIsSetBack) {
  Send(kBurst);
  now_ -= kLongestOutage;
  EXPECT_FALSE(limiter_.Take(rate_, now_)) << "and wins nothing";
  EXPECT_EQ(Send(kRate * 60, kMicrosPerMinute), kRate * 60 - 1);
}

TEST_F(ADevice, WinsNothingByTwoDoorsOutOfOrder) {
  Send(kBurst);
  std::int64_t passed = 0;
  for (int i = 0; i < 1000; ++i) passed += limiter_.Take(rate_, now_ - (i % 2) * kMicrosPerSecond) ? 1 : 0;
  EXPECT_EQ(passed, 0);
}

TEST_F(ADevice, IsDecidedTheSameOnceMore) {
  const auto decide = [this] {
    DeviceRate rate;
    std::string decisions;
    for (int i = 0; i < 5000; ++i) decisions += limiter_.Take(rate, kStart + i * 1000) ? '1' : '0';
    return decisions;
  };
  EXPECT_EQ(decide(), decide());
}

TEST_F(ADevice, KeepsNoMoreThanALowerLimitAllows) {
  Send(1);
  limiter_ = DeviceLimiter(1);
  EXPECT_EQ(Send(100), kBurstSeconds);
}

TEST_F(ADevice, MayAlwaysSendWithoutALimit) {
  limiter_ = DeviceLimiter(0);
  EXPECT_EQ(Send(100'000), 100'000);
  EXPECT_EQ(rate_, DeviceRate{});
}

TEST_F(ADevice, DoesNotOverflowAtTheHighestLimit) {
  limiter_ = DeviceLimiter(1'000'000);
  Send(1);
  now_ += 365 * kLongestOutage;
  EXPECT_TRUE(limiter_.Take(rate_, now_));
  EXPECT_EQ(rate_.level, (1'000'000 * kBurstSeconds - 1) * 1'000'000);
}

TEST_F(ADevice, IsToldOnceASecond) {
  int told = 0;
  for (int i = 0; i < 10'000; ++i) told += MayTell(rate_, kStart + i * 1000) ? 1 : 0;
  EXPECT_EQ(told, 10);
  EXPECT_TRUE(MayTell(rate_, kStart)) << "a clock that was set back silences nothing";
}

}  // namespace
}  // namespace fajma
