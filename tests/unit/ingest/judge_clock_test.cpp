// When a reading was measured: right clocks, backlogs, clocks that are wrong, uptime.
#include <functional>

#include "tests/unit/ingest/judging.h"

namespace fajma::test {
namespace {

class JudgeClock : public Judging {};

TEST_F(JudgeClock, ARightClockIsTaken) {
  for (const Micros skew : {Micros{0}, kClockTolerance, -kClockTolerance}) {
    device_ = {};
    const Verdict verdict = At(kNow, Wall(kNow + skew));
    EXPECT_TRUE(IsLive(verdict)) << skew;
    EXPECT_EQ(verdict.measured_at, kNow + skew);
    EXPECT_EQ(verdict.time_source, TimeSource::kDevice);
    EXPECT_EQ(device_.clock, ClockState::kRight);
  }
}

TEST_F(JudgeClock, AfterARightClockAnOldTimeIsABacklog) {
  At(kNow, Wall(kNow));
  const Verdict verdict = At(kNow + kMinute, Wall(kNow - 60 * kMinute));
  EXPECT_EQ(verdict.kind, Verdict::Kind::kStore);
  EXPECT_TRUE(verdict.late);
  EXPECT_EQ(verdict.measured_at, kNow - 60 * kMinute);
  EXPECT_EQ(verdict.time_source, TimeSource::kDevice);
  EXPECT_EQ(device_.clock, ClockState::kRight);
}

// The documentation's own example sends 2025, others 1970 (never set) or 2100.
TEST_F(JudgeClock, AWrongClockIsLiveAtItsReceipt) {
  for (const char* date : {"2025-01-20T10:30:00Z", "1970-01-01T00:00:05Z", "2100-01-01T00:00:00Z",
                           "0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z"}) {
    device_ = {};
    for (int i = 0; i < 3; ++i) {
      const Micros received = kNow + i * kMicrosPerSecond;
      const Verdict verdict = At(received, Wall(*ParseIso(date), 7));
      EXPECT_TRUE(IsLive(verdict)) << date;
      EXPECT_EQ(verdict.measured_at, received) << date;
      EXPECT_EQ(verdict.time_source, TimeSource::kDistrusted) << date;
      EXPECT_EQ(verdict.fingerprint, std::nullopt) << date << ": the same value again is a new reading";
      EXPECT_EQ(device_.clock, ClockState::kWrong);
    }
  }
}

TEST_F(JudgeClock, AFutureTimeIsNeverTaken) {
  At(kNow, Wall(kNow));
  const Verdict verdict = At(kNow, Wall(kNow + kClockTolerance + 1));
  EXPECT_TRUE(IsLive(verdict));
  EXPECT_EQ(verdict.measured_at, kNow);
  EXPECT_EQ(device_.clock, ClockState::kWrong);
}

TEST_F(JudgeClock, ADateBeforeTheSystemExistedIsNoBacklog) {
  At(kNow, Wall(kNow));
  const Verdict verdict = At(kNow, Wall(*ParseIso("1970-01-01T00:01:00Z")));
  EXPECT_TRUE(IsLive(verdict));
  EXPECT_EQ(device_.clock, ClockState::kWrong);
}

TEST_F(JudgeClock, AClockThatWasSetIsTrustedAgain) {
  At(kNow, Wall(*ParseIso("2025-01-20T10:30:00Z")));
  EXPECT_TRUE(IsLive(At(kNow + 1, Wall(kNow + 1))));
  EXPECT_EQ(device_.clock, ClockState::kRight);
  EXPECT_TRUE(At(kNow + 2, Wall(kNow - 60 * kMinute)).late);
}

TEST_F(JudgeClock, AnUnreadableTimeIsKeptAndLive) {
  DecodedMessage message;
  message.time = {DeviceTime::Kind::kUnreadable, 0, "\"hier\""};
  const Verdict verdict = At(kNow, message);
  EXPECT_TRUE(IsLive(verdict));
  EXPECT_EQ(verdict.measured_at, kNow);
  EXPECT_EQ(verdict.time_source, TimeSource::kDistrusted);
}

TEST_F(JudgeClock, WithoutATimeItIsTheReceipt) {
  const Verdict verdict = At(kNow, DecodedMessage{});
  EXPECT_TRUE(IsLive(verdict));
  EXPECT_EQ(verdict.measured_at, kNow);
  EXPECT_EQ(verdict.time_source, TimeSource::kReceived);
  EXPECT_EQ(device_.clock, ClockState::kUnknown);
}

TEST_F(JudgeClock, UptimeIsAnchoredOnceForABoot) {
  const Micros start = kNow - 100 * kMicrosPerSecond;
  EXPECT_EQ(At(kNow, Uptime(kNow - start)).measured_at, kNow);
  // Ten seconds of uptime later, three seconds under way.
  const Verdict verdict = At(kNow + 13 * kMicrosPerSecond, Uptime(kNow + 10 * kMicrosPerSecond - start));
  EXPECT_TRUE(IsLive(verdict));
  EXPECT_EQ(verdict.measured_at, kNow + 10 * kMicrosPerSecond);
  EXPECT_EQ(verdict.time_source, TimeSource::kUptime);
}

TEST_F(JudgeClock, AnAnchorSetByASlowMessageIsSetBack) {
  At(kNow + 10 * kMinute, Uptime(kMinute, 1));  // ten minutes under way
  const Verdict live = At(kNow + 11 * kMinute, Uptime(12 * kMinute, 2));
  EXPECT_EQ(live.measured_at, kNow + 11 * kMinute);
  EXPECT_TRUE(IsLive(live));
}

TEST_F(JudgeClock, UptimeOfABacklogIsLate) {
  At(kNow, Uptime(kMinute, 1));
  At(kNow + kMinute, Uptime(2 * kMinute, 2));
  const Verdict backlog = At(kNow + 20 * kMinute, Uptime(3 * kMinute, 3));
  EXPECT_TRUE(backlog.late);
  EXPECT_EQ(backlog.measured_at, kNow + 2 * kMinute);
  EXPECT_TRUE(IsLive(At(kNow + 20 * kMinute, Uptime(21 * kMinute, 4))));
}

TEST_F(JudgeClock, AnUptimeThatWentBackIsANewStart) {
  At(kNow, Uptime(60 * kMinute, 1));
  const Verdict verdict = At(kNow + kMinute, Uptime(5 * kMicrosPerSecond, 2));
  EXPECT_TRUE(IsLive(verdict));
  EXPECT_EQ(verdict.measured_at, kNow + kMinute);
  EXPECT_EQ(inferred_, -2);
  EXPECT_EQ(At(kNow + 2 * kMinute, Uptime(65 * kMicrosPerSecond, 3)).measured_at, kNow + 2 * kMinute);
  EXPECT_EQ(inferred_, -2);
}

// Its uptime does not go back when the last one that came was small.
TEST_F(JudgeClock, ANewStartThatNobodySawIsLiveFromItsSecondMessage) {
  At(kNow, Uptime(5 * kMicrosPerSecond, 1));
  EXPECT_TRUE(At(kNow + 60 * kMinute, Uptime(6 * kMicrosPerSecond, 2)).late) << "this could be a backlog";
  for (int i = 1; i < 10; ++i) {
    const Micros received = kNow + 60 * kMinute + i * kMicrosPerSecond;
    const Verdict verdict = At(received, Uptime((6 + i) * kMicrosPerSecond, 2));
    EXPECT_TRUE(IsLive(verdict)) << i;
    EXPECT_EQ(verdict.measured_at, received);
  }
}

TEST_F(JudgeClock, ABacklogThatComesInAtOnceStaysLate) {
  At(kNow, Uptime(kMinute, 1));
  for (int i = 1; i <= 600; ++i) {
    const Micros received = kNow + 11 * kMinute + i * 10'000;
    const Verdict verdict = At(received, Uptime(kMinute + i * kMicrosPerSecond, 2));
    EXPECT_EQ(verdict.measured_at, kNow + i * kMicrosPerSecond) << i;
  }
}

TEST_F(JudgeClock, AClockThatIsSlowForWeeksStaysLive) {
  At(kNow, Uptime(kMinute, 1));
  for (int day = 1; day <= 45; ++day) {
    const Micros elapsed = static_cast<Micros>(day) * 24 * 60 * kMinute;
    EXPECT_TRUE(IsLive(At(kNow + elapsed, Uptime(kMinute + elapsed - elapsed / 5'000, 1)))) << day;
  }
}

// Readings that are late raise no live alarm: a clock that was right once must not bring that about for ever.
TEST_F(JudgeClock, AClockThatWasSetBackOrStandsStillIsFoundInAMinute) {
  const auto set_back = [](Micros now) { return now - 60 * kMinute; };
  const auto stands_still = [](Micros) { return kNow - 60 * kMinute; };
  for (const auto& clock : {std::function<Micros(Micros)>(set_back), std::function<Micros(Micros)>(stands_still)}) {
    device_ = {};
    stored_.clear();
    At(kNow, Wall(kNow));
    int late = 0;
    for (int second = 1; second <= 120; ++second) {
      const Micros received = kNow + second * kMicrosPerSecond;
      const Verdict verdict = At(received, Wall(clock(received), static_cast<std::uint64_t>(second)));
      late += verdict.late ? 1 : 0;
      EXPECT_EQ(verdict.late, second <= 60) << second;
    }
    EXPECT_EQ(late, 60);
    EXPECT_EQ(device_.clock, ClockState::kWrong) << "that raises the alert";
    const Micros later = kNow + 10 * kMinute;
    EXPECT_TRUE(IsLive(At(later, Wall(later))));
    EXPECT_EQ(device_.clock, ClockState::kRight) << "and a right time ends it";
  }
}

// A sender that misses its confirmation repeats itself: that is no clock that stands still.
TEST_F(JudgeClock, AnOldMessageThatIsSentAgainAndAgainIsADuplicateForEver) {
  At(kNow, Wall(kNow, 1));
  At(kNow, Uptime(60 * kMinute, 3));
  EXPECT_TRUE(At(kNow + 60 * kMinute, Wall(kNow + kMinute, 2)).late);
  EXPECT_TRUE(At(kNow + 60 * kMinute, Uptime(61 * kMinute, 4)).late);
  for (int i = 1; i <= 60; ++i) {
    const Micros received = kNow + 60 * kMinute + i * 10 * kMicrosPerSecond;
    EXPECT_EQ(At(received, Wall(kNow + kMinute, 2)).kind, Verdict::Kind::kDuplicate) << i;
    EXPECT_EQ(At(received, Uptime(61 * kMinute, 4)).kind, Verdict::Kind::kDuplicate) << i;
  }
  EXPECT_EQ(device_.clock, ClockState::kRight);
}

TEST_F(JudgeClock, ABacklogThatIsSentForALongTimeStaysOne) {
  At(kNow, Wall(kNow));
  const Micros back = kNow + 24 * 60 * kMinute;
  for (int i = 1; i <= 17'000; ++i) {  // a sample in 5 seconds, four of them sent in a second
    const Micros measured = kNow + i * 5 * kMicrosPerSecond;
    const Verdict verdict = At(back + i * kMicrosPerSecond / 4, Wall(measured));
    ASSERT_EQ(verdict.measured_at, measured) << i;
  }
  EXPECT_EQ(device_.clock, ClockState::kRight);
}

TEST_F(JudgeClock, ABacklogBetweenLiveMessagesStaysOneInAnyOrder) {
  At(kNow, Wall(kNow));
  const Micros back = kNow + 60 * kMinute;
  for (int i = 1; i <= 700; ++i) {  // the newest first
    const Micros received = back + i * kMicrosPerSecond;
    EXPECT_TRUE(IsLive(At(received, Wall(received))));
    EXPECT_TRUE(At(received, Wall(back - i * 5 * kMicrosPerSecond)).late == (i * 6 > 300)) << i;
  }
}

TEST_F(JudgeClock, ANumberedUptimeThatStartsAgainFromZeroIsLiveAfterAMinute) {
  At(kNow, Numbered(Uptime(60 * kMinute), 1, 7));
  for (int second = 1; second <= 120; ++second) {  // 32 bits of milliseconds are full
    const Micros received = kNow + second * kMicrosPerSecond;
    const auto seq = static_cast<std::uint64_t>(second + 1);
    EXPECT_EQ(At(received, Numbered(Uptime(second * kMicrosPerSecond), seq, 7)).late, second <= 60) << second;
  }
}

TEST_F(JudgeClock, NumberedBootsHaveTheirOwnAnchors) {
  EXPECT_EQ(At(kNow, Numbered(Uptime(60 * kMinute), 1, 7)).measured_at, kNow);
  EXPECT_EQ(At(kNow + kMinute, Numbered(Uptime(kMinute), 1, 8)).measured_at, kNow + kMinute);
  // What was left of the first start.
  const Verdict rest = At(kNow + 20 * kMinute, Numbered(Uptime(61 * kMinute), 2, 7));
  EXPECT_EQ(rest.measured_at, kNow + kMinute);
  EXPECT_TRUE(rest.late);
}

// What a device says of a time that retention has cut may be a repetition, or its clock was set back beyond all of it.
TEST_F(JudgeClock, OneThatWasSetBackBeyondWhatIsKeptIsLiveAfterAMinute) {
  constexpr Micros kDay = 24 * 60 * kMinute;
  At(kNow, Wall(kNow));
  forgotten_before_ = kNow - 30 * kDay;
  int refused = 0;
  for (Micros second = 0; second < 120; ++second) {
    const Micros now = kNow + kMinute + second * kMicrosPerSecond;
    const Verdict verdict = At(now, Wall(now - 60 * kDay, static_cast<std::uint64_t>(second)));
    refused += verdict.kind == Verdict::Kind::kTooOld ? 1 : 0;
    EXPECT_EQ(IsLive(verdict), second >= 60) << second;
  }
  EXPECT_EQ(refused, 60);
}

TEST_F(JudgeClock, AnUptimeThatGoesBackIsARestartAlsoWhenItsFirstMinutesWereCut) {
  constexpr Micros kDay = 24 * 60 * kMinute;
  At(kNow - 60 * kDay, Uptime(kMinute));
  At(kNow, Uptime(60 * kDay + kMinute));
  stored_.clear();
  forgotten_before_ = kNow - 30 * kDay;
  EXPECT_TRUE(IsLive(At(kNow + kMinute, Uptime(kMinute)))) << "an alarm must not be silenced";
}

}  // namespace
}  // namespace fajma::test
