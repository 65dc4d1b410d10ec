// NEWS2 and trends through ingest, and what they know after a restart.
#include <algorithm>

#include "core/alerts/news2.h"
#include "core/store/threshold_store.h"
#include "tests/contract/ingest/ingest_contract.h"

namespace fajma::test {
namespace {

class Computed : public IngestContract {
 protected:
  // The levels at which the condition was raised or has risen, and "resolved", in order.
  std::string Told(const std::string& condition) const {
    std::string told;
    for (const AlertEvent& event : collected_.alerts()) {
      if (event.alert.condition != condition) continue;
      const bool over = event.change == AlertChange::kResolved;
      told += (told.empty() ? "" : " ") + (over ? "resolved" : std::string(NameOf(event.alert.level)));
    }
    return told;
  }
  void SetTrend(std::int64_t patient) const {
    Threshold threshold;
    threshold.patient_id = patient;
    threshold.measure = MeasureId::kHeartRate;
    threshold.level = AlertLevel::kWarning;
    threshold.bounds = {20, 300};
    threshold.trend = {20, 10 * kMicrosPerMinute};
    threshold.changed_by = 1;
    ASSERT_TRUE(ThresholdStore(run_->database).Create(threshold));
  }
  Cursor LastCursor() const { return collected_.messages().back().cursor; }
  std::vector<double> Values(const std::vector<StoredMessage>& messages) const {
    std::vector<double> values;
    for (const StoredMessage& message : messages) values.push_back(message.values[0].value);
    std::ranges::sort(values);
    return values;
  }
};

TEST_F(Computed, News2IsRaisedFromValuesOfSeveralMessages) {
  Start();
  Give(R"({"respiratory_rate":22})");
  Give(R"({"oxygen_saturation":94})");
  EXPECT_EQ(Told("news2"), "");
  Give(R"({"heart_rate":111})");
  EXPECT_EQ(Told("news2"), "warning");
  EXPECT_EQ(Sql("SELECT message FROM fajma_alertesiot WHERE condition_code = 'news2'"),
            "NEWS2 partiel : au moins 5 (3 paramètres sur 7)");
}

TEST_F(Computed, News2GoesOnAfterARestart) {
  Start();
  Give(R"({"respiratory_rate":22,"oxygen_saturation":94})");
  Restart();
  Give(R"({"heart_rate":111})");
  EXPECT_EQ(Told("news2"), "warning");
  Restart();
  Give(R"({"systolic_pressure":95})");
  EXPECT_EQ(Told("news2"), "warning critical") << "7 of 4 parameters, of which 3 were known before";
  Restart();
  Drain();
  EXPECT_EQ(Told("news2"), "warning critical");
  EXPECT_EQ(Count("fajma_condition", "condition_code = 'news2'"), 1);
}

TEST_F(Computed, News2CountsNoLateReading) {
  Start();
  const Micros now = SystemNow();
  Give(R"({"ts":)" + std::to_string(now / kMicrosPerMilli) + R"(,"values":{"respiratory_rate":22}})");
  Give(R"({"ts":)" + std::to_string((now - 20 * kMicrosPerMinute) / kMicrosPerMilli) +
       R"(,"values":{"heart_rate":150,"oxygen_saturation":85}})");
  ASSERT_EQ(Count("fajma_donneescapteursiot", "tardive = 1"), 2);
  Restart();
  Drain();
  EXPECT_EQ(Told("news2"), "");
}

TEST_F(Computed, TrendsAreOffUnlessAThresholdSetsThem) {
  Start();
  Give(R"({"heart_rate":60})");
  Give(R"({"heart_rate":105})");
  EXPECT_TRUE(collected_.alerts().empty());
}

TEST_F(Computed, ATrendGoesOnAfterARestart) {
  Start();
  SetTrend(patient_);
  Give(R"({"heart_rate":70})");
  Give(R"({"heart_rate":60})", kOtherMac);
  Restart();
  Give(R"({"heart_rate":80})", kOtherMac);
  EXPECT_EQ(Told("trend:heart_rate"), "") << "another patient's";
  Give(R"({"heart_rate":90})");
  EXPECT_EQ(Told("trend:heart_rate"), "warning");
  Restart();
  Drain();
  EXPECT_EQ(Told("trend:heart_rate"), "warning") << "still there";
  Give(R"({"heart_rate":85})");
  EXPECT_EQ(Told("trend:heart_rate"), "warning resolved");
}

TEST_F(Computed, ATrendForAllIsOfEachPatient) {
  Start();
  SetTrend(kAllPatients);
  Give(R"({"heart_rate":70})");
  Give(R"({"heart_rate":70})", kOtherMac);
  Restart();
  Give(R"({"heart_rate":91})");
  Give(R"({"heart_rate":92})", kOtherMac);
  EXPECT_EQ(Told("trend:heart_rate"), "warning warning");
}

TEST_F(Computed, ATrendEndsWithItsRule) {
  Start();
  SetTrend(patient_);
  Give(R"({"heart_rate":70})");
  Give(R"({"heart_rate":95})");
  EXPECT_EQ(Told("trend:heart_rate"), "warning");
  ThresholdStore thresholds(run_->database);
  const Threshold set = thresholds.List({}, {}).rows.at(0);
  EXPECT_EQ(set.trend, (TrendRule{20, 10 * kMicrosPerMinute}));
  Threshold without = set;
  without.trend.reset();
  ASSERT_EQ(thresholds.Update(set, without), ThresholdOutcome::kDone);
  EXPECT_EQ(thresholds.History(set.id).at(0).threshold.trend, set.trend);
  EXPECT_FALSE(thresholds.History(set.id).at(1).threshold.trend);
  Give(R"({"heart_rate":95})");
  EXPECT_EQ(Told("trend:heart_rate"), "warning resolved");
}

// What an evaluation that goes on at a cursor must not know yet, and what it must.
TEST_F(Computed, ReadingsAreRecalledAsOfACursor) {
  Start();
  Give(R"({"heart_rate":70,"respiratory_rate":15,"glucose":90})");
  Give(R"({"heart_rate":71})");
  const Cursor cursor = LastCursor();
  Give(R"({"heart_rate":72})");
  Give(R"({"heart_rate":60})", kOtherMac);
  ReadingStore readings(run_->database);
  const Micros since = SystemNow() - kNews2MaxAge;
  EXPECT_EQ(Values(readings.NewestAt(cursor, kNews2Measures, since)), (std::vector<double>{15, 71}));
  EXPECT_EQ(Values(readings.NewestAt(LastCursor(), kNews2Measures, since)), (std::vector<double>{15, 60, 72}));
  EXPECT_TRUE(readings.NewestAt(0, kNews2Measures, since).empty());
  EXPECT_TRUE(readings.NewestAt(cursor, kNews2Measures, SystemNow() + kMicrosPerMinute).empty());
  const auto live = [&](Cursor up_to, std::int64_t patient, std::int64_t limit) {
    return Values(readings.LiveAt(up_to, MeasureId::kHeartRate, patient, since, limit));
  };
  EXPECT_EQ(live(cursor, patient_, 10), (std::vector<double>{70, 71}));
  EXPECT_EQ(live(LastCursor(), patient_, 10), (std::vector<double>{70, 71, 72}));
  EXPECT_EQ(live(LastCursor(), patient_, 2), (std::vector<double>{71, 72})) << "the newest";
  EXPECT_EQ(live(LastCursor(), kAllPatients, 10), (std::vector<double>{60, 70, 71, 72}));
}

}  // namespace
}  // namespace fajma::test
