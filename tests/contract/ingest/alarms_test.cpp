// Alarms from readings to events, over time and restarts.
#include "core/store/alert_store.h"
#include "core/store/threshold_store.h"
#include "tests/contract/ingest/ingest_contract.h"

namespace fajma::test {
namespace {

constexpr auto kCritical = static_cast<std::size_t>(AlertLevel::kCritical);

class AlarmsOfReadings : public IngestContract {
 protected:
  bool HasTold(AlertChange change, std::size_t times = 1) {
    return testing::Eventually([&] { return CountTold(change) >= times; });
  }
  std::size_t CountTold(AlertChange change) const {
    std::size_t told = 0;
    for (const AlertEvent& event : collected_.alerts()) told += event.change == change ? 1U : 0U;
    return told;
  }
};

TEST_F(AlarmsOfReadings, EscalateByThemselves) {
  limits_.escalation.after[kCritical] = kMicrosPerSecond;
  Start();
  Give(R"({"heart_rate":150})");
  ASSERT_TRUE(HasTold(AlertChange::kEscalated));
  const std::vector<AlertEvent> alerts = collected_.alerts();
  ASSERT_EQ(alerts.size(), 2U);
  EXPECT_EQ(alerts[1].alert.level, AlertLevel::kEmergency);
  EXPECT_EQ(alerts[1].alert.id, alerts[0].alert.id);
  ExpectDense();
}

TEST_F(AlarmsOfReadings, EscalateOnceThoughTheProcessWasAway) {
  limits_.escalation.after[kCritical] = 2 * kMicrosPerSecond;
  Start();
  Give(R"({"heart_rate":150})");
  const Micros due = collected_.alerts().at(0).alert.alarm.escalates_at;
  Stop();
  ASSERT_TRUE(testing::Eventually([&] { return SystemNow() > due; }));
  Start();
  ASSERT_TRUE(HasTold(AlertChange::kEscalated));
  Restart();
  Give(R"({"heart_rate":151})");
  EXPECT_EQ(CountTold(AlertChange::kEscalated), 1U);
  EXPECT_EQ(Count("fajma_alerte_audit", "fait = 'escalated' AND fait_le = " + std::to_string(due)), 1);
}

TEST_F(AlarmsOfReadings, GoOnCountingWhatAnotherRunSaw) {
  limits_.escalation = {};
  {
    Database database(DatabaseOptions{url_, 1, 1});
    ThresholdStore thresholds(database);
    Threshold threshold;
    threshold.measure = MeasureId::kHeartRate;
    threshold.level = AlertLevel::kWarning;
    threshold.bounds = {50, 100};
    threshold.repeats = 3;
    ASSERT_TRUE(thresholds.Create(threshold));
  }
  Start();
  Give(R"({"heart_rate":105})");
  Restart();
  Give(R"({"heart_rate":105})");
  Restart();
  EXPECT_TRUE(collected_.alerts().empty());
  Give(R"({"heart_rate":105})");
  EXPECT_EQ(collected_.alerts().size(), 1U);
}

TEST_F(AlarmsOfReadings, EndInTheirTimeThoughNoFurtherValueComes) {
  {
    Database database(DatabaseOptions{url_, 1, 1});
    ThresholdStore thresholds(database);
    Threshold threshold;
    threshold.measure = MeasureId::kHeartRate;
    threshold.level = AlertLevel::kWarning;
    threshold.bounds = {50, 100};
    threshold.off_delay = kMicrosPerSecond;
    ASSERT_TRUE(thresholds.Create(threshold));
  }
  Start();
  Give(R"({"heart_rate":105})");
  Give(R"({"heart_rate":75})");
  EXPECT_EQ(CountTold(AlertChange::kResolved), 0U);
  EXPECT_TRUE(HasTold(AlertChange::kResolved));
}

TEST_F(AlarmsOfReadings, OfTwoPatientsAreTwo) {
  Start();
  Give(R"({"heart_rate":150})");
  Give(R"({"heart_rate":150})", kOtherMac);
  ASSERT_EQ(collected_.alerts().size(), 2U);
  EXPECT_NE(collected_.alerts()[0].alert.patient->id, collected_.alerts()[1].alert.patient->id);
}

}  // namespace
}  // namespace fajma::test
