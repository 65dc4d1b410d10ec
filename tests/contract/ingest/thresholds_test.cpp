// What is set by hand, and what becomes of the alerts from the next commit on.
#include "core/store/alert_store.h"
#include "core/store/threshold_store.h"
#include "tests/contract/ingest/ingest_contract.h"

namespace fajma::test {
namespace {

class SetByHand : public IngestContract {
 protected:
  Threshold Warning(std::int64_t patient, Bounds bounds) const {
    Threshold threshold;
    threshold.patient_id = patient;
    threshold.measure = MeasureId::kHeartRate;
    threshold.level = AlertLevel::kWarning;
    threshold.bounds = bounds;
    return threshold;
  }
};

TEST_F(SetByHand, AThresholdCountsFromTheNextCommitOn) {
  Start();
  Give(R"({"heart_rate":105})");
  EXPECT_TRUE(collected_.alerts().empty());
  ThresholdStore thresholds(run_->database);
  const Threshold set = thresholds.Create(Warning(patient_, {50, 100})).value();
  Give(R"({"heart_rate":105})");
  ASSERT_EQ(collected_.alerts().size(), 1U);
  EXPECT_EQ(collected_.alerts()[0].alert.level, AlertLevel::kWarning);
  EXPECT_TRUE(thresholds.Delete(set.id, 1, 1));
  Give(R"({"heart_rate":106})");
  ASSERT_EQ(collected_.alerts().size(), 2U);
  EXPECT_EQ(collected_.alerts()[1].change, AlertChange::kResolved);
}

TEST_F(SetByHand, AThresholdCountsAfterARestart) {
  Start();
  ThresholdStore(run_->database).Create(Warning(kAllPatients, {50, 100}));
  Restart();
  Give(R"({"heart_rate":105})");
  EXPECT_EQ(collected_.alerts().size(), 1U);
}

TEST_F(SetByHand, ADeletedAlertIsRaisedAgainWhileItsConditionGoesOn) {
  Start();
  Give(R"({"heart_rate":150})");
  ASSERT_EQ(collected_.alerts().size(), 1U);
  const AlertResult deleted = AlertStore(run_->database).Delete(collected_.alerts()[0].alert.id, 1);
  auto commit = std::make_shared<Commit>();
  commit->number = CommitOf(deleted.events[0].cursor);
  commit->alerts.push_back(deleted.events[0]);
  run_->bus.Publish(commit);
  Give(R"({"heart_rate":151})");
  ASSERT_EQ(collected_.alerts().size(), 3U);
  EXPECT_EQ(collected_.alerts()[2].change, AlertChange::kRaised);
  EXPECT_NE(collected_.alerts()[2].alert.id, collected_.alerts()[0].alert.id);
}

}  // namespace
}  // namespace fajma::test
