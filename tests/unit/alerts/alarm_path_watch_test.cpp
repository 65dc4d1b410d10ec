// When the alarm path has failed: by what is due on the wall clock, and patience by the steady one.
#include "core/alerts/alarm_path_watch.h"

#include <gtest/gtest.h>

namespace fajma {
namespace {

constexpr std::int64_t kEvery = 30;
constexpr std::int64_t kEpoch = 1'767'225'600;  // a multiple of the interval
constexpr std::int64_t kPatience = kSelfTestPatience.count();

// Seconds; the steady clock began at another time.
class Clocks {
 public:
  explicit Clocks(double wall = kEpoch + 5) : wall_(wall) {}
  AlarmPathWatch::Now now() const { return {ToMicros(wall_), ToMicros(steady_)}; }
  std::int64_t wall() const { return static_cast<std::int64_t>(wall_); }
  void Pass(double seconds) {
    wall_ += seconds;
    steady_ += seconds;
  }
  void Set(double by) { wall_ += by; }

 private:
  static Micros ToMicros(double seconds) { return static_cast<Micros>(seconds * 1e6); }
  double wall_;
  double steady_ = 1000;
};

class AlarmPath : public ::testing::Test {
 protected:
  // A quarter of a second at a time, as the program looks.
  void Pass(double seconds) {
    for (double passed = 0; passed < seconds; passed += 0.25) {
      clocks_.Pass(0.25);
      watch_.OnTime(clocks_.now());
    }
  }
  // Until the next probe is due.
  void PassToDue() {
    Pass(static_cast<double>(kEvery - clocks_.wall() % kEvery));
    ASSERT_EQ(clocks_.wall() % kEvery, 0);
  }
  void See(std::int64_t due_at) { watch_.OnSeen(due_at, clocks_.now()); }
  std::int64_t due() const { return DueAt(clocks_.now().wall, kEvery); }
  // A probe was seen: from here on each is expected.
  void Begin() {
    PassToDue();
    See(due());
    ASSERT_EQ(watch_.seen(), 1U);
  }

  Clocks clocks_;
  AlarmPathWatch watch_{kEvery, clocks_.now()};
};

TEST_F(AlarmPath, HoldsWhileEachProbeIsSeenInTime) {
  for (int i = 0; i < 20; ++i) {
    PassToDue();
    Pass(i % 10);
    See(due());
    EXPECT_FALSE(watch_.failed());
  }
  EXPECT_EQ(watch_.seen(), 20U);
  EXPECT_EQ(watch_.missed(), 0U);
}

TEST_F(AlarmPath, FailsWhenAProbeIsNotSeenWithinThePatience) {
  Begin();
  PassToDue();
  Pass(kPatience - 0.5);
  EXPECT_FALSE(watch_.failed());
  Pass(0.5);
  EXPECT_TRUE(watch_.failed());
  EXPECT_EQ(watch_.missed(), 1U);
}

TEST_F(AlarmPath, IsNotMendedByAProbeThatComesTooLate) {
  Begin();
  PassToDue();
  const std::int64_t late = due();
  Pass(kPatience + 1);
  See(late);
  EXPECT_TRUE(watch_.failed());
  EXPECT_EQ(watch_.seen(), 1U);
}

TEST_F(AlarmPath, IsMendedByALaterProbe) {
  Begin();
  PassToDue();
  Pass(kPatience);
  ASSERT_TRUE(watch_.failed());
  PassToDue();
  EXPECT_TRUE(watch_.failed());
  See(due());
  EXPECT_FALSE(watch_.failed());
}

TEST_F(AlarmPath, IsNotMendedByARepetition) {
  Begin();
  const std::int64_t first = due();
  PassToDue();
  Pass(kPatience);
  See(first);
  EXPECT_TRUE(watch_.failed());
}

TEST_F(AlarmPath, GivesTheFirstProbeItsChance) {
  PassToDue();  // 25 s after the start
  Pass(kPatience);
  EXPECT_TRUE(watch_.failed());
}

TEST_F(AlarmPath, ExpectsNothingThatWasDueTooSoonAfterTheStart) {
  Clocks clocks(kEpoch + kEvery - 1);
  AlarmPathWatch watch(kEvery, clocks.now());
  for (int i = 0; i < 4 * (kEvery - 1); ++i) {
    clocks.Pass(0.25);
    watch.OnTime(clocks.now());
    EXPECT_FALSE(watch.failed());
  }
}

TEST_F(AlarmPath, ExpectsEachProbeOnceOneWasSeen) {
  Clocks clocks(kEpoch + kEvery - 1);
  AlarmPathWatch watch(2, clocks.now());
  clocks.Pass(1);
  watch.OnSeen(kEpoch + kEvery, clocks.now());
  EXPECT_EQ(watch.seen(), 1U);
  clocks.Pass(2);
  watch.OnTime(clocks.now());
  clocks.Pass(kPatience);
  watch.OnTime(clocks.now());
  EXPECT_TRUE(watch.failed());
}

TEST_F(AlarmPath, OfASelfTestThatIsFrequentEachProbeHasThePatience) {
  Clocks clocks(kEpoch);
  AlarmPathWatch watch(1, clocks.now());
  for (int i = 1; i <= 100; ++i) {
    clocks.Pass(1);
    watch.OnTime(clocks.now());
    watch.OnSeen(kEpoch + i - 9, clocks.now());  // each is nine seconds under way
    EXPECT_FALSE(watch.failed()) << i;
  }
}

TEST_F(AlarmPath, TakesAProbeOfAClockThatIsAhead) {
  Begin();
  Pass(kEvery - 5);
  See(due() + kEvery);
  Pass(5 + kPatience);
  EXPECT_FALSE(watch_.failed());
  EXPECT_EQ(watch_.seen(), 2U);
}

TEST_F(AlarmPath, IsNotHiddenByAProbeOfTheFarFuture) {
  Begin();
  See(due() + 100 * kEvery);
  PassToDue();
  Pass(kPatience);
  EXPECT_TRUE(watch_.failed());
}

TEST_F(AlarmPath, AClockThatIsSetForwardCostsNoProbeItsTime) {
  Begin();
  clocks_.Set(3600);
  watch_.OnTime(clocks_.now());
  EXPECT_FALSE(watch_.failed());
  Pass(kPatience - 0.5);
  EXPECT_FALSE(watch_.failed());
  See(due());  // who sends them has the same clock
  Pass(kPatience);
  EXPECT_FALSE(watch_.failed());
}

TEST_F(AlarmPath, AClockThatIsSetForwardHidesNoFailure) {
  Begin();
  PassToDue();
  clocks_.Set(3600);
  Pass(kPatience);
  EXPECT_TRUE(watch_.failed());
}

TEST_F(AlarmPath, AClockThatIsSetBackRaisesNothingAndHidesNothingForLong) {
  Begin();
  Pass(1);
  clocks_.Set(-3600);
  Pass(kPatience);
  EXPECT_FALSE(watch_.failed());
  See(due() + 3600);  // was under way
  PassToDue();
  Pass(kPatience);
  EXPECT_TRUE(watch_.failed());
}

TEST_F(AlarmPath, AClockThatIsSetBackOverADueTimeRaisesNothing) {
  Begin();
  PassToDue();
  See(due());
  clocks_.Set(-1);
  Pass(kPatience / 2);
  See(due());
  Pass(kPatience);
  EXPECT_FALSE(watch_.failed());
}

}  // namespace
}  // namespace fajma
