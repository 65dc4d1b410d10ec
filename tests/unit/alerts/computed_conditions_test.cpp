// Conditions that are computed from several values or times: NEWS2 and trends, as the engine judges them.
#include <gtest/gtest.h>

#include <initializer_list>
#include <memory>
#include <string>
#include <vector>

#include "core/alerts/alert_engine.h"

namespace fajma {
namespace {

constexpr Micros kStart = 1'790'000'000'000'000;

struct Given {
  MeasureId measure;
  double value;
};

class Computed : public ::testing::Test {
 protected:
  StoredMessage Message(std::initializer_list<Given> values, std::int64_t device = 5) {
    StoredMessage message;
    message.first_row = row_;
    message.patient = patient_;
    message.device = {device, Mac::FromBits(1)};
    message.measured_at = message.received_at = now_;
    for (const Given& each : values) message.values.Add({each.measure, false, each.value});
    row_ += static_cast<std::int64_t>(values.size());
    return message;
  }
  // Those about `condition_`.
  std::vector<AlertRequest> Give(const StoredMessage& message) {
    std::vector<AlertRequest> requests;
    engine_->OnMessage(message, requests);
    return Mine(std::move(requests));
  }
  std::vector<AlertRequest> Give(std::initializer_list<Given> values, Micros after = kMicrosPerSecond,
                                 std::int64_t device = 5) {
    now_ += after;
    return Give(Message(values, device));
  }
  std::vector<AlertRequest> Wait(Micros time) {
    now_ += time;
    std::vector<AlertRequest> requests;
    engine_->OnTime(now_, requests);
    return Mine(std::move(requests));
  }
  std::vector<AlertRequest> Mine(std::vector<AlertRequest> requests) const {
    std::erase_if(requests, [this](const AlertRequest& request) { return request.condition != condition_; });
    return requests;
  }
  static std::string Told(const std::vector<AlertRequest>& requests) {
    std::string told;
    for (const AlertRequest& request : requests) {
      const bool gone = request.input.kind == AlarmInputKind::kGone;
      told += (told.empty() ? "" : " ") + (gone ? "gone" : std::string(NameOf(request.input.level)));
    }
    return told;
  }
  // The same signals and alerts in another engine, as after a restart: `open` alerts of the condition's level.
  void Restart(const Thresholds& thresholds, std::optional<AlertLevel> open, const std::vector<StoredMessage>& known) {
    const std::vector<AlertEngine::Known> signals = engine_->TakeChanged();
    engine_ = std::make_unique<AlertEngine>();
    for (const AlertEngine::Known& each : signals) engine_->Restore(each);
    std::vector<Alert> alerts;
    if (open) {
      Alert& alert = alerts.emplace_back();
      alert.patient = patient_;
      alert.condition = condition_;
      alert.alarm.condition = open;
    }
    engine_->Reload(thresholds, alerts);
    for (const StoredMessage& message : known) engine_->Remember(message);
  }

  std::string condition_;
  std::unique_ptr<AlertEngine> engine_ = std::make_unique<AlertEngine>();
  std::shared_ptr<const PatientRef> patient_ = std::make_shared<PatientRef>(PatientRef{3, "patient3", "salle1"});
  std::int64_t row_ = 100;
  Micros now_ = kStart;
};

class News2Condition : public Computed {
 protected:
  News2Condition() { condition_ = "news2"; }
  // 2 + 2 + 2: a warning.
  static constexpr Given kBreath{MeasureId::kRespiratoryRate, 22};
  static constexpr Given kOxygen{MeasureId::kOxygenSaturation, 93};
  static constexpr Given kHeart{MeasureId::kHeartRate, 120};
};

TEST_F(News2Condition, BeginsWithThreeParametersAndTheirScore) {
  EXPECT_EQ(Told(Give({kBreath, kOxygen})), "");
  const auto raised = Give({kHeart});
  ASSERT_EQ(Told(raised), "warning");
  EXPECT_EQ(raised[0].title, "Score NEWS2 élevé");
  EXPECT_EQ(raised[0].message, "NEWS2 partiel : au moins 6 (3 paramètres sur 7)");
  EXPECT_EQ(raised[0].device_id, 5);
  EXPECT_EQ(raised[0].trigger_reading_id, 102);
  EXPECT_EQ(raised[0].at, now_);
  EXPECT_EQ(Told(Give({kBreath, kOxygen, kHeart})), "") << "told once";
}

TEST_F(News2Condition, OfTwoParametersDoesNotBeginHoweverHigh) {
  EXPECT_EQ(Told(Give({{MeasureId::kRespiratoryRate, 30}, {MeasureId::kHeartRate, 140}})), "");
}

TEST_F(News2Condition, OfALoneThreeIsLeftToTheMeasuresOwnThreshold) {
  EXPECT_EQ(
      Told(Give({{MeasureId::kRespiratoryRate, 15}, {MeasureId::kOxygenSaturation, 98}, {MeasureId::kHeartRate, 140}})),
      "");
}

TEST_F(News2Condition, RisesToCriticalAndEndsAfterItsDelay) {
  EXPECT_EQ(Told(Give({kBreath, kOxygen, kHeart})), "warning");
  EXPECT_EQ(Told(Give({{MeasureId::kSystolicPressure, 105}})), "critical");
  EXPECT_EQ(Told(Give({{MeasureId::kHeartRate, 80}})), "") << "5, but for less than a minute";
  EXPECT_EQ(Told(Wait(kMicrosPerMinute - 1)), "");
  EXPECT_EQ(Told(Wait(1)), "warning");
  EXPECT_EQ(Told(Give({{MeasureId::kRespiratoryRate, 15}})), "");
  EXPECT_EQ(Told(Wait(kMicrosPerMinute)), "gone");
}

TEST_F(News2Condition, AroundABoundIsOneAlert) {
  int told = 0;
  Give({kBreath, {MeasureId::kOxygenSaturation, 94}});
  for (int i = 0; i < 600; ++i)
    told += static_cast<int>(Give({{MeasureId::kHeartRate, i % 2 == 0 ? 110.0 : 111.0}}).size());
  EXPECT_EQ(told, 1);
}

TEST_F(News2Condition, LosesValuesThatAreTooOldAndEndsWithThem) {
  EXPECT_EQ(Told(Give({kBreath, kOxygen, kHeart})), "warning");
  EXPECT_EQ(Told(Wait(kNews2MaxAge - 1)), "");
  EXPECT_EQ(Told(Wait(1)), "") << "the score is gone, its alert a minute later";
  EXPECT_EQ(Told(Wait(kMicrosPerMinute)), "gone");
}

TEST_F(News2Condition, GoesOnWithTheValuesThatAreLeft) {
  EXPECT_EQ(Told(Give({kBreath, {MeasureId::kOxygenSaturation, 90}, kHeart})), "critical");
  Give({{MeasureId::kOxygenSaturation, 90}, kHeart}, 30 * kMicrosPerMinute);
  EXPECT_EQ(Told(Wait(31 * kMicrosPerMinute)), "") << "5 of two parameters: falling";
  EXPECT_EQ(Told(Wait(kMicrosPerMinute)), "warning");
}

TEST_F(News2Condition, IsNotTouchedByLateReadings) {
  Give({kBreath, kOxygen});
  StoredMessage late = Message({kHeart});
  late.late = true;
  EXPECT_EQ(Told(Give(late)), "");
  EXPECT_EQ(Told(Wait(kMicrosPerMinute)), "");
}

TEST_F(News2Condition, CountsWhatWasMeasuredLastOfTwoDevices) {
  Give({kBreath, kOxygen});
  now_ += kMicrosPerMinute;
  StoredMessage newer = Message({{MeasureId::kHeartRate, 80}}, 6);
  EXPECT_EQ(Told(Give(newer)), "");
  StoredMessage older = Message({kHeart}, 7);
  older.measured_at -= kMicrosPerSecond;
  EXPECT_EQ(Told(Give(older)), "");
  EXPECT_EQ(Told(Give({kHeart}, kMicrosPerSecond, 7)), "warning");
}

TEST_F(News2Condition, IsOfOnePatient) {
  Give({kBreath, kOxygen});
  patient_ = std::make_shared<PatientRef>(PatientRef{4, "patient4", "salle1"});
  EXPECT_EQ(Told(Give({kHeart})), "");
}

TEST_F(News2Condition, AfterARestartIsAsItWas) {
  const StoredMessage known = Message({kBreath, kOxygen, kHeart});
  EXPECT_EQ(Told(Give(known)), "warning");
  Restart({}, AlertLevel::kWarning, {known});
  EXPECT_EQ(Told(Wait(kMicrosPerSecond)), "");
  EXPECT_EQ(Told(Give({{MeasureId::kSystolicPressure, 105}})), "critical") << "on top of what was known";
}

TEST_F(News2Condition, AfterARestartEndsWhenItsValuesAreGone) {
  EXPECT_EQ(Told(Give({kBreath, kOxygen, kHeart})), "warning");
  Restart({}, AlertLevel::kWarning, {});
  EXPECT_EQ(Told(Wait(kMicrosPerSecond)), "");
  EXPECT_EQ(Told(Wait(kMicrosPerMinute)), "gone");
}

TEST_F(News2Condition, BeginsAtAStartFromWhatIsKnown) {
  Restart({}, std::nullopt, {Message({kBreath, kOxygen, kHeart})});
  EXPECT_EQ(Told(Wait(kMicrosPerSecond)), "warning");
}

TEST_F(News2Condition, ThatSomebodyDeletedIsRaisedAgain) {
  EXPECT_EQ(Told(Give({kBreath, kOxygen, kHeart})), "warning");
  engine_->Reload({}, {});
  EXPECT_EQ(Told(Wait(kMicrosPerSecond)), "warning");
}

TEST_F(News2Condition, AgesByThePassingTimeWhenTheClockIsSet) {
  EXPECT_EQ(Told(Give({kBreath, kOxygen, kHeart})), "warning");
  engine_->MoveTimers(5 * kNews2MaxAge);
  now_ += 5 * kNews2MaxAge;
  EXPECT_EQ(Told(Wait(kNews2MaxAge / 2)), "");
  EXPECT_EQ(Told(Wait(kNews2MaxAge)), "");
  EXPECT_EQ(Told(Wait(kMicrosPerMinute)), "gone");
}

class Trend : public Computed {
 protected:
  Trend() {
    condition_ = "trend:heart_rate";
    SetRule(AlertLevel::kWarning, {20, 10 * kMicrosPerMinute});
  }
  void SetRule(AlertLevel level, TrendRule trend, std::int64_t patient = kAllPatients, ThresholdSetting setting = {}) {
    setting.bounds = {20, 300};
    if (trend.IsOn()) setting.trend = trend;
    thresholds_.Set(patient, MeasureId::kHeartRate, level, setting);
    engine_->Reload(thresholds_, {});
  }
  std::vector<AlertRequest> Heart(double value, Micros after = kMicrosPerMinute, std::int64_t device = 5) {
    return Give({{MeasureId::kHeartRate, value}}, after, device);
  }

  Thresholds thresholds_;
};

TEST_F(Trend, BeginsWhenTheValueHasRisenSoMuch) {
  Heart(70);
  EXPECT_EQ(Told(Heart(89, 8 * kMicrosPerMinute)), "");
  const auto raised = Heart(102, kMicrosPerMinute);
  ASSERT_EQ(Told(raised), "warning");
  EXPECT_EQ(raised[0].title, "Fréquence cardiaque : variation rapide");
  EXPECT_EQ(raised[0].message, "Fréquence cardiaque : variation de 32 bpm en 9 min");
  EXPECT_EQ(raised[0].trigger_reading_id, 102);
}

TEST_F(Trend, BeginsWhenTheValueHasFallenSoMuch) {
  Heart(100);
  EXPECT_EQ(Told(Heart(80)), "warning") << "so much, exactly";
}

TEST_F(Trend, IsNotOfASlowChange) {
  for (int i = 0; i < 60; ++i) ASSERT_EQ(Told(Heart(60 + i)), "");
}

TEST_F(Trend, IsOffUnlessARuleSetsIt) {
  engine_->Reload({}, {});
  Heart(60);
  EXPECT_EQ(Told(Heart(250)), "");
}

TEST_F(Trend, EndsWhenTheValueIsBack) {
  Heart(70);
  EXPECT_EQ(Told(Heart(95)), "warning");
  EXPECT_EQ(Told(Heart(80)), "gone");
}

TEST_F(Trend, EndsWhenItsExtremeHasLeftTheWindow) {
  Heart(70);
  EXPECT_EQ(Told(Heart(95, 5 * kMicrosPerMinute)), "warning");
  EXPECT_EQ(Told(Wait(5 * kMicrosPerMinute)), "");
  EXPECT_EQ(Told(Wait(1)), "gone") << "without another value";
}

TEST_F(Trend, HasTheHighestLevelThatIsExceeded) {
  SetRule(AlertLevel::kCritical, {40, 30 * kMicrosPerMinute});
  Heart(70);
  EXPECT_EQ(Told(Heart(90, 5 * kMicrosPerMinute)), "warning");
  const auto critical = Heart(112, 15 * kMicrosPerMinute);
  EXPECT_EQ(Told(critical), "gone critical") << "the shorter rule's was over before";
  EXPECT_EQ(critical.back().message, "Fréquence cardiaque : variation de 42 bpm en 20 min");
}

TEST_F(Trend, WaitsForTheDelayAndTheRepeatsOfItsRule) {
  ThresholdSetting setting;
  setting.on_delay = 30 * kMicrosPerSecond;
  setting.repeats = 3;
  SetRule(AlertLevel::kWarning, {20, 10 * kMicrosPerMinute}, kAllPatients, setting);
  Heart(70);
  EXPECT_EQ(Told(Heart(95, kMicrosPerSecond)), "");
  EXPECT_EQ(Told(Heart(95, kMicrosPerSecond)), "");
  engine_->Reload(thresholds_, {});
  EXPECT_EQ(Told(Wait(40 * kMicrosPerSecond)), "") << "long enough, and seen twice";
  EXPECT_EQ(Told(Heart(95, kMicrosPerSecond)), "warning");
}

TEST_F(Trend, OfAPatientReplacesThatForAll) {
  SetRule(AlertLevel::kWarning, {}, patient_->id);
  Heart(70);
  EXPECT_EQ(Told(Heart(120)), "") << "the patient's own threshold has none";
  SetRule(AlertLevel::kWarning, {60, 10 * kMicrosPerMinute}, patient_->id);
  Heart(70);
  EXPECT_EQ(Told(Heart(120)), "");
  EXPECT_EQ(Told(Heart(131)), "warning");
}

TEST_F(Trend, OfTwoDevicesThatDifferIsNone) {
  for (int i = 0; i < 20; ++i) ASSERT_EQ(Told(Heart(i % 2 == 0 ? 70 : 100, kMicrosPerSecond, i % 2 + 5)), "");
  EXPECT_EQ(Told(Heart(121, kMicrosPerSecond, 6)), "warning");
  EXPECT_EQ(Told(Heart(70, kMicrosPerSecond, 5)), "") << "the other device says nothing about it";
  EXPECT_EQ(Told(Heart(110, kMicrosPerSecond, 6)), "gone");
}

TEST_F(Trend, IsNotTouchedByLateReadings) {
  Heart(70);
  StoredMessage late = Message({{MeasureId::kHeartRate, 150}});
  late.late = true;
  EXPECT_EQ(Told(Give(late)), "");
}

TEST_F(Trend, EndsWhenItsRuleIsDeleted) {
  Heart(70);
  EXPECT_EQ(Told(Heart(95)), "warning");
  Restart({}, AlertLevel::kWarning, {});
  EXPECT_EQ(Told(Wait(kMicrosPerSecond)), "gone");
}

TEST_F(Trend, OfAnotherLengthBeginsAnew) {
  Heart(70);
  SetRule(AlertLevel::kWarning, {20, 5 * kMicrosPerMinute});
  EXPECT_EQ(Told(Heart(95)), "");
  EXPECT_EQ(Told(Heart(116)), "warning");
}

TEST_F(Trend, AfterARestartGoesOnWithItsWindow) {
  now_ += kMicrosPerMinute;
  const StoredMessage first = Message({{MeasureId::kHeartRate, 70}});
  Give(first);
  now_ += kMicrosPerMinute;
  const StoredMessage second = Message({{MeasureId::kHeartRate, 75}});
  Give(second);
  Restart(thresholds_, std::nullopt, {second, first});
  EXPECT_EQ(Told(Wait(kMicrosPerSecond)), "");
  EXPECT_EQ(Told(Heart(91)), "warning");
  Restart(thresholds_, AlertLevel::kWarning, {first, second});
  EXPECT_EQ(Told(Wait(kMicrosPerSecond)), "gone") << "the rise itself is not among what is remembered";
}

TEST_F(Trend, WhoseDelayRunsOverARestartNamesItsDevice) {
  ThresholdSetting setting;
  setting.on_delay = kMicrosPerMinute;
  SetRule(AlertLevel::kWarning, {20, 10 * kMicrosPerMinute}, kAllPatients, setting);
  const StoredMessage first = Message({{MeasureId::kHeartRate, 70}});
  Give(first);
  now_ += kMicrosPerSecond;
  const StoredMessage second = Message({{MeasureId::kHeartRate, 95}});
  EXPECT_EQ(Told(Give(second)), "");
  Restart(thresholds_, std::nullopt, {second, first});
  EXPECT_EQ(Told(Wait(kMicrosPerSecond)), "");
  const auto raised = Wait(kMicrosPerMinute);
  ASSERT_EQ(Told(raised), "warning");
  EXPECT_EQ(raised[0].device_id, 5);
  EXPECT_EQ(raised[0].message, "Fréquence cardiaque : variation de 25 bpm en 1 min");
}

TEST_F(Trend, WindowsBeginAnewWhenTheClockIsSet) {
  Heart(70);
  engine_->MoveTimers(kMicrosPerMinute);
  EXPECT_EQ(Told(Heart(95)), "");
  EXPECT_EQ(Told(Heart(116)), "warning");
}

TEST_F(Trend, OfDecimalNumbersIsExact) {
  condition_ = "trend:temperature";
  ThresholdSetting setting;
  setting.bounds = {30, 42};
  setting.trend = {1.0, 10 * kMicrosPerMinute};
  thresholds_.Set(patient_->id, MeasureId::kTemperature, AlertLevel::kWarning, setting);
  engine_->Reload(thresholds_, {});
  Give({{MeasureId::kTemperature, 37.1}});
  const auto raised = Give({{MeasureId::kTemperature, 38.1}}, kMicrosPerSecond);
  ASSERT_EQ(Told(raised), "warning");
  EXPECT_EQ(raised[0].message, "Température : variation de 1 °C en 1 min");
}

}  // namespace
}  // namespace fajma
