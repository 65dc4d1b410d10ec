// Thresholds, sessions of sockets, the journal of accesses.
#include "core/store/access_store.h"
#include "core/store/session_store.h"
#include "core/store/threshold_store.h"
#include "tests/contract/store/store_contract.h"

namespace fajma::test {
namespace {

class ThresholdRecords : public StoreContract {
 protected:
  static Threshold Of(std::int64_t patient, std::optional<double> low, std::optional<double> high) {
    Threshold threshold;
    threshold.patient_id = patient;
    threshold.measure = MeasureId::kHeartRate;
    threshold.level = AlertLevel::kWarning;
    threshold.bounds = {low, high};
    threshold.changed_at = kNow;
    threshold.changed_by = 7;
    return threshold;
  }
  ThresholdStore thresholds_{database_};
};

TEST_F(ThresholdRecords, ComeBackAsTheyWereSet) {
  const std::int64_t generation = database_.judging_generation();
  const Threshold created = thresholds_.Create(Of(4, 45.5, std::nullopt)).value();
  EXPECT_GT(database_.judging_generation(), generation);
  const Threshold found = thresholds_.Find(created.id).value();
  EXPECT_EQ(found.patient_id, 4);
  EXPECT_EQ(found.measure, MeasureId::kHeartRate);
  EXPECT_EQ(found.level, AlertLevel::kWarning);
  EXPECT_EQ(found.bounds.low, 45.5);
  EXPECT_EQ(found.bounds.high, std::nullopt);
  EXPECT_EQ(found.changed_at, kNow);
  EXPECT_EQ(found.changed_by, 7);
  EXPECT_FALSE(thresholds_.Find(created.id + 1));
}

TEST_F(ThresholdRecords, AreUniqueForPatientMeasureAndLevel) {
  const Threshold one = thresholds_.Create(Of(4, 45, 100)).value();
  EXPECT_FALSE(thresholds_.Create(Of(4, 46, 101)));
  const Threshold before = thresholds_.Create(Of(5, 45, 100)).value();
  Threshold other = before;
  other.patient_id = 4;
  EXPECT_EQ(thresholds_.Update(before, other), ThresholdOutcome::kTaken);
  other.patient_id = 6;
  EXPECT_EQ(thresholds_.Update(before, other), ThresholdOutcome::kDone);
  EXPECT_EQ(thresholds_.List({}, {}).count, 2);
  EXPECT_EQ(thresholds_.Find(one.id)->bounds.low, 45);
}

TEST_F(ThresholdRecords, AreVisibleForAllPatientsAndForOnesOwn) {
  thresholds_.Create(Of(kAllPatients, 45, 100));
  thresholds_.Create(Of(4, 45, 100));
  thresholds_.Create(Of(5, 45, 100));
  ThresholdFilter filter;
  filter.patients = std::vector<std::int64_t>{5};
  const Page<Threshold> page = thresholds_.List(filter, {});
  ASSERT_EQ(page.count, 2);
  EXPECT_EQ(page.rows[0].patient_id, kAllPatients);
  EXPECT_EQ(page.rows[1].patient_id, 5);
  filter.level = AlertLevel::kCritical;
  EXPECT_EQ(thresholds_.List(filter, {}).count, 0);
}

TEST_F(ThresholdRecords, KeepWhoSetThemFromWhen) {
  const Threshold before = thresholds_.Create(Of(4, 45, 100)).value();
  Threshold threshold = before;
  threshold.bounds = {std::nullopt, 120.0};
  threshold.changed_at = kNow + kSecond;
  threshold.changed_by = 8;
  EXPECT_EQ(thresholds_.Update(before, threshold), ThresholdOutcome::kDone);
  EXPECT_TRUE(thresholds_.Delete(threshold.id, 9, kNow + 2 * kSecond));
  EXPECT_FALSE(thresholds_.Delete(threshold.id, 9, kNow));
  EXPECT_EQ(thresholds_.Update(threshold, threshold), ThresholdOutcome::kUnknown);
  const auto history = thresholds_.History(threshold.id);
  ASSERT_EQ(history.size(), 3U);
  EXPECT_EQ(history[0].threshold.bounds.low, 45);
  EXPECT_EQ(history[1].threshold.bounds.low, std::nullopt);
  EXPECT_EQ(history[1].threshold.changed_by, 8);
  EXPECT_EQ(history[2].threshold.changed_at, kNow + 2 * kSecond);
  EXPECT_FALSE(history[2].in_force);
}

TEST_F(ThresholdRecords, KeepWhatSomebodyElseSetMeanwhile) {
  const Threshold before = thresholds_.Create(Of(4, 45, 100)).value();
  Threshold one = before;
  one.bounds.low = 50;
  Threshold other = before;
  other.bounds.high = 90;
  EXPECT_EQ(thresholds_.Update(before, one), ThresholdOutcome::kDone);
  EXPECT_EQ(thresholds_.Update(before, other), ThresholdOutcome::kChanged);
  EXPECT_EQ(thresholds_.Find(before.id)->bounds.low, 50);
  EXPECT_EQ(thresholds_.Find(before.id)->bounds.high, 100);
  EXPECT_EQ(thresholds_.History(before.id).size(), 2U);
}

TEST_F(ThresholdRecords, AreLoadedForWhoeverJudges) {
  thresholds_.Create(Of(kAllPatients, 45, 100));
  thresholds_.Create(Of(4, std::nullopt, 90));
  const Thresholds loaded = thresholds_.Load();
  const Measure& heart_rate = GetMeasure(MeasureId::kHeartRate);
  EXPECT_EQ(loaded.LevelOf(4, heart_rate, 95), AlertLevel::kWarning);
  EXPECT_EQ(loaded.LevelOf(5, heart_rate, 95), std::nullopt);
  EXPECT_EQ(loaded.LevelOf(5, heart_rate, 101), AlertLevel::kWarning);
  EXPECT_EQ(loaded.LevelOf(5, heart_rate, 190), AlertLevel::kEmergency);
}

class SessionRecords : public StoreContract {
 protected:
  std::int64_t Open(const std::string& channel, std::int64_t user, const std::string& process = "a") {
    SocketSession session;
    session.channel = channel;
    session.room = "patient_1";
    session.kind = "iot";
    session.address = "::1";
    session.user_agent = "é";
    session.opened_at = kNow;
    session.user_id = user;
    return sessions_.Open({session}, process).at(0);
  }
  SessionStore sessions_{database_};
};

TEST_F(SessionRecords, AreActiveUntilTheyAreClosed) {
  const std::int64_t id = Open("c1", 7);
  Open("c2", 8);
  sessions_.Touch({id, id + 100}, kNow + kSecond);
  SessionFilter own;
  own.user_id = 7;
  const SocketSession session = sessions_.List(own, {}).rows.at(0);
  EXPECT_EQ(session.channel, "c1");
  EXPECT_EQ(session.user_agent, "é");
  EXPECT_EQ(session.opened_at, kNow);
  EXPECT_EQ(session.active_at, kNow + kSecond);
  EXPECT_TRUE(session.active);
  sessions_.Close({id}, kNow + 2 * kSecond);
  sessions_.Touch({id}, kNow + 9 * kSecond);
  EXPECT_EQ(sessions_.List(own, {}).rows.at(0).active_at, kNow + 2 * kSecond);
  SessionFilter active;
  active.active_only = true;
  EXPECT_EQ(sessions_.List(active, {}).count, 1);
  EXPECT_EQ(sessions_.List({}, {}).rows.at(0).channel, "c2");
}

// The answer to a commit may be lost: then they are written again.
TEST_F(SessionRecords, AreTheSameWhenTheyAreWrittenTwice) {
  const std::int64_t id = Open("c1", 7);
  EXPECT_EQ(Open("c1", 7), id);
  EXPECT_EQ(sessions_.List({}, {}).count, 1);
}

TEST_F(SessionRecords, OfAProgramThatStartsAreClosed) {
  const std::int64_t old = Open("c1", 7);
  sessions_.Close({old}, kNow);
  Open("c2", 7);
  Open("c3", 7, "b");
  EXPECT_EQ(sessions_.CloseAllOfProcess("a", kNow + kSecond, kNow + 1), 1);
  SessionFilter active;
  active.active_only = true;
  EXPECT_EQ(sessions_.List(active, {}).rows.at(0).channel, "c3");
  EXPECT_EQ(sessions_.List({}, {}).count, 2);
}

TEST_F(SessionRecords, AreCutToTheirPlace) {
  SocketSession session;
  session.channel = "c";
  session.user_agent = std::string(999, 'a') + "é";
  sessions_.Open({session}, "a");
  EXPECT_EQ(sessions_.List({}, {}).rows.at(0).user_agent, std::string(999, 'a'));
}

class AccessRecords : public StoreContract {
 protected:
  AccessStore accesses_{database_};
};

TEST_F(AccessRecords, AddUpByMinuteUserPatientAndRoute) {
  accesses_.Add({{0, kNow, 7, 4, "/a/", 2}, {0, kNow, 7, kAnyPatient, "/a/", 1}});
  accesses_.Add({{0, kNow, 7, 4, "/a/", 3}, {0, kNow + 60 * kSecond, 7, 4, "/a/", 1}, {0, kNow, 8, 4, "/b/", 1}});
  accesses_.Add({});
  EXPECT_EQ(accesses_.List({}, {}).count, 4);
  AccessFilter filter;
  filter.user_id = 7;
  filter.patient_id = 4;
  filter.until = kNow + kSecond;
  const Page<Access> page = accesses_.List(filter, {});
  ASSERT_EQ(page.rows.size(), 1U);
  EXPECT_EQ(page.rows[0].count, 5);
  EXPECT_EQ(page.rows[0].route, "/a/");
  filter = {};
  filter.route = "/b/";
  filter.from = kNow;
  EXPECT_EQ(accesses_.List(filter, {}).rows.at(0).user_id, 8);
}

}  // namespace
}  // namespace fajma::test
