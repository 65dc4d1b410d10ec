#include "core/alerts/alert_engine.h"

#include <gtest/gtest.h>

#include <array>
#include <map>
#include <random>

namespace fajma {
namespace {

constexpr Micros kNow = 1'790'000'000'000'000;

class AlertEngineTest : public testing::Test {
 protected:
  StoredMessage Message(MeasureId measure, double value, Micros measured_at) {
    StoredMessage message;
    message.first_row = ++row_;
    message.patient = patient_;
    message.device = {5, Mac::FromBits(1)};
    message.measured_at = message.received_at = measured_at;
    message.values.Add({measure, false, value});
    return message;
  }
  std::vector<AlertRequest> Give(const StoredMessage& message) {
    std::vector<AlertRequest> requests;
    engine_.OnMessage(message, requests);
    return requests;
  }
  // At one second after the last.
  std::vector<AlertRequest> Heart(double value) {
    return Give(Message(MeasureId::kHeartRate, value, time_ += kMicrosPerSecond));
  }
  StoredMessage Clocked(TimeSource source, bool late = false, std::int64_t device = 5) {
    StoredMessage message = Message(MeasureId::kHeartRate, 75, time_ += kMicrosPerSecond);
    message.time_source = source;
    message.late = late;
    message.device.id = device;
    message.device_timestamp = R"("2025-01-20T10:30:00Z")";
    return message;
  }

  AlertEngine engine_;
  std::shared_ptr<const PatientRef> patient_ = std::make_shared<PatientRef>(PatientRef{3, "patient3", "salle1"});
  std::int64_t row_ = 100;
  Micros time_ = kNow;
};

TEST_F(AlertEngineTest, RaisesOnceWithItsTrigger) {
  EXPECT_TRUE(Heart(75).empty());
  const auto raised = Heart(150);
  ASSERT_EQ(raised.size(), 1U);
  EXPECT_EQ(raised[0].input.kind, AlarmInputKind::kCondition);
  EXPECT_EQ(raised[0].input.level, AlertLevel::kCritical);
  EXPECT_EQ(raised[0].condition, "heart_rate");
  EXPECT_EQ(raised[0].title, "Fréquence cardiaque anormale");
  EXPECT_EQ(raised[0].message, "Fréquence cardiaque : 150 bpm");
  EXPECT_EQ(raised[0].patient->id, 3);
  EXPECT_EQ(raised[0].device_id, 5);
  EXPECT_EQ(raised[0].trigger_reading_id, row_);
  EXPECT_TRUE(Heart(150).empty());
  EXPECT_TRUE(Heart(151).empty());
}

TEST_F(AlertEngineTest, RisesAndNeverFallsBeforeItEnds) {
  EXPECT_EQ(Heart(115).at(0).input.level, AlertLevel::kWarning);
  const auto critical = Heart(145);
  ASSERT_EQ(critical.size(), 1U);
  EXPECT_EQ(critical[0].input.kind, AlarmInputKind::kCondition);
  EXPECT_EQ(critical[0].input.level, AlertLevel::kCritical);
  EXPECT_EQ(Heart(200).at(0).input.level, AlertLevel::kEmergency);
}

TEST_F(AlertEngineTest, EndsWhenTheValueIsWithinAllBounds) {
  Heart(150);
  const auto resolved = Heart(75);
  ASSERT_EQ(resolved.size(), 1U);
  EXPECT_EQ(resolved[0].input.kind, AlarmInputKind::kGone);
  EXPECT_EQ(resolved[0].condition, "heart_rate");
  EXPECT_TRUE(Heart(75).empty());
  EXPECT_EQ(Heart(150).at(0).input.kind, AlarmInputKind::kCondition);
}

TEST_F(AlertEngineTest, KeepsMeasuresAndPatientsApart) {
  Heart(150);
  EXPECT_EQ(Give(Message(MeasureId::kTemperature, 40, time_)).at(0).condition, "temperature");
  patient_ = std::make_shared<PatientRef>(PatientRef{4, "patient4", "salle1"});
  EXPECT_EQ(Heart(150).at(0).input.kind, AlarmInputKind::kCondition);
}

TEST_F(AlertEngineTest, TellsTheRowOfEachValue) {
  StoredMessage message = Message(MeasureId::kTemperature, 36.5, kNow);
  message.values.Add({MeasureId::kBatteryLevel, true, 5});
  message.values.Add({MeasureId::kHeartRate, true, 200});
  message.values.Add({MeasureId::kGlucose, true, 10});
  const auto requests = Give(message);
  ASSERT_EQ(requests.size(), 2U);
  EXPECT_EQ(requests[0].trigger_reading_id, message.first_row + 1) << "a device figure has no row";
  EXPECT_EQ(requests[1].trigger_reading_id, message.first_row + 2);
}

TEST_F(AlertEngineTest, LateReadingsOpenAnAlertOfTheirOwnOnce) {
  StoredMessage late = Message(MeasureId::kHeartRate, 150, kNow - 3600 * kMicrosPerSecond);
  late.late = true;
  const auto requests = Give(late);
  ASSERT_EQ(requests.size(), 1U);
  EXPECT_EQ(requests[0].input.kind, AlarmInputKind::kLate);
  EXPECT_EQ(requests[0].input.level, AlertLevel::kCritical);
  EXPECT_EQ(requests[0].condition, "late:heart_rate");
  EXPECT_TRUE(requests[0].late);
  EXPECT_TRUE(Give(late).empty());
  late.values = {};
  late.values.Add({MeasureId::kHeartRate, true, 200});
  EXPECT_EQ(Give(late).at(0).input.level, AlertLevel::kEmergency);
}

TEST_F(AlertEngineTest, LateReadingsTouchNoLiveAlarm) {
  StoredMessage late = Message(MeasureId::kHeartRate, 75, kNow - 3600 * kMicrosPerSecond);
  late.late = true;
  Heart(150);
  late.values = {};
  late.values.Add({MeasureId::kHeartRate, true, 75});
  EXPECT_TRUE(Give(late).empty()) << "a late good value silences nothing";
  EXPECT_TRUE(Heart(150).empty());
}

TEST_F(AlertEngineTest, OlderReadingsOfADeviceChangeNothing) {
  Heart(75);
  EXPECT_TRUE(Give(Message(MeasureId::kHeartRate, 200, time_ - 1)).empty());
  Heart(150);
  EXPECT_TRUE(Give(Message(MeasureId::kHeartRate, 75, time_ - 1)).empty());
  EXPECT_EQ(Give(Message(MeasureId::kHeartRate, 75, time_)).size(), 1U) << "at the same time the later word counts";
}

// Clocks may differ by the tolerance: the one that runs ahead must not silence the other.
TEST_F(AlertEngineTest, ADeviceWhoseClockRunsAheadSilencesNoOther) {
  Give(Message(MeasureId::kHeartRate, 75, kNow + 4 * kMicrosPerMinute));
  StoredMessage other = Message(MeasureId::kHeartRate, 200, kNow);
  other.device.id = 6;
  ASSERT_EQ(Give(other).size(), 1U);
}

TEST_F(AlertEngineTest, AWrongClockIsToldOnce) {
  const auto raised = Give(Clocked(TimeSource::kDistrusted));
  ASSERT_EQ(raised.size(), 1U);
  EXPECT_EQ(raised[0].input.kind, AlarmInputKind::kCondition);
  EXPECT_EQ(raised[0].condition, "clock:5");
  EXPECT_EQ(raised[0].input.level, AlertLevel::kWarning);
  EXPECT_EQ(raised[0].message,
            "Heure annoncée par le dispositif : \"2025-01-20T10:30:00Z\". L'heure de réception est retenue.");
  EXPECT_TRUE(Give(Clocked(TimeSource::kDistrusted)).empty());
  EXPECT_TRUE(Give(Clocked(TimeSource::kReceived)).empty()) << "no time says nothing of the clock";
  EXPECT_EQ(Give(Clocked(TimeSource::kDistrusted, false, 6)).at(0).condition, "clock:6") << "another device";
}

TEST_F(AlertEngineTest, ARightClockEndsIt) {
  Give(Clocked(TimeSource::kDistrusted));
  EXPECT_TRUE(Give(Clocked(TimeSource::kDevice, true)).empty()) << "a backlog proves nothing";
  EXPECT_EQ(Give(Clocked(TimeSource::kDevice)).at(0).input.kind, AlarmInputKind::kGone);
  EXPECT_EQ(Give(Clocked(TimeSource::kDistrusted)).at(0).input.kind, AlarmInputKind::kCondition);
}

TEST_F(AlertEngineTest, AWrongClockSilencesNoAlarm) {
  StoredMessage message = Clocked(TimeSource::kDistrusted);
  message.values = {};
  message.values.Add({MeasureId::kHeartRate, true, 200});
  const auto requests = Give(message);
  ASSERT_EQ(requests.size(), 2U);
  EXPECT_EQ(requests[1].input.level, AlertLevel::kEmergency);
}

TEST_F(AlertEngineTest, GoesOnFromWhatWasStored) {
  Alert alert;
  alert.patient = patient_;
  alert.device_id = 5;
  alert.condition = "heart_rate";
  alert.level = AlertLevel::kCritical;
  alert.alarm.condition = AlertLevel::kCritical;
  Alert clock = alert;
  clock.condition = ClockCondition(5);
  engine_.Reload({}, {alert, clock});
  EXPECT_TRUE(Heart(150).empty());
  EXPECT_TRUE(Give(Clocked(TimeSource::kDistrusted)).size() == 1) << "75: the heart alert ends, the clock's is there";
  engine_.Clear();
  EXPECT_EQ(Heart(150).at(0).input.kind, AlarmInputKind::kCondition);
}

// Against the plainest model: a level is there from a value outside of its bounds to one within them by the dead band.
TEST_F(AlertEngineTest, AgreesWithAModelOverRandomValues) {
  std::mt19937 random(3);
  const Measure& heart = GetMeasure(MeasureId::kHeartRate);
  const Bounds* bounds[] = {&heart.warning, &heart.critical, &heart.emergency};
  std::map<std::int64_t, std::array<bool, 3>> outside;
  for (int i = 0; i < 20'000; ++i) {
    patient_ = std::make_shared<PatientRef>(PatientRef{1 + static_cast<std::int64_t>(random() % 5), "p", "s"});
    const double value = 20 + static_cast<double>(random() % 200);
    auto& levels = outside[patient_->id];
    const auto highest = [&levels] { return levels[2] ? 3 : levels[1] ? 2 : levels[0] ? 1 : 0; };
    const int before = highest();
    for (std::size_t level = 0; level < 3; ++level) {
      const Bounds& bound = *bounds[level];
      if (value < *bound.low || value > *bound.high) levels[level] = true;
      if (value >= *bound.low + heart.dead_band && value <= *bound.high - heart.dead_band) levels[level] = false;
    }
    const auto requests = Heart(value);
    ASSERT_EQ(requests.size(), highest() != before ? 1U : 0U);
    if (requests.empty()) continue;
    ASSERT_EQ(requests[0].input.kind, highest() == 0 ? AlarmInputKind::kGone : AlarmInputKind::kCondition);
    if (highest() != 0) {
      ASSERT_EQ(requests[0].input.level, static_cast<AlertLevel>(highest()));
    }
  }
}

TEST_F(AlertEngineTest, JudgesByTheThresholdsThatItWasGivenLast) {
  EXPECT_TRUE(Heart(105).empty());
  Thresholds thresholds;
  thresholds.Set(patient_->id, MeasureId::kHeartRate, AlertLevel::kWarning, {{50, 100}, {}, {}, {}, {}});
  engine_.Reload(thresholds, {});
  const auto raised = Heart(105);
  ASSERT_EQ(raised.size(), 1U);
  EXPECT_EQ(raised[0].input.kind, AlarmInputKind::kCondition);
  EXPECT_EQ(raised[0].input.level, AlertLevel::kWarning);
}

TEST_F(AlertEngineTest, RaisesAgainWhatSomebodyDeleted) {
  EXPECT_EQ(Heart(150).size(), 1U);
  EXPECT_TRUE(Heart(150).empty());
  engine_.Reload({}, {});
  const auto raised = Heart(150);
  ASSERT_EQ(raised.size(), 1U);
  EXPECT_EQ(raised[0].input.kind, AlarmInputKind::kCondition);
}

}  // namespace
}  // namespace fajma
