#include <atomic>
#include <thread>

#include "tests/contract/store/rows.h"
#include "tests/contract/store/store_contract.h"

namespace fajma::test {
namespace {

class Alerts : public StoreContract {
 protected:
  AlertRequest Request(AlertChange change, AlertLevel level, std::int64_t patient, const std::string& condition) {
    AlertRequest request;
    request.input = {change == AlertChange::kResolved ? AlarmInputKind::kGone : AlarmInputKind::kCondition, level};
    request.at = kNow;
    request.patient = std::make_shared<PatientRef>(PatientRef{patient, "", ""});
    request.device_id = device_;
    request.condition = condition;
    request.title = "Fréquence cardiaque anormale";
    request.message = "Fréquence cardiaque : 150 bpm";
    request.trigger_reading_id = 7;
    return request;
  }
  std::vector<AlertEvent> Apply(AlertChange change, AlertLevel level, const std::string& condition) {
    return alerts_.Apply({Request(change, level, one_, condition)}, ++checkpoint_, kNow);
  }
  std::int64_t Raise(AlertLevel level, const std::string& condition = "heart_rate") {
    return Apply(AlertChange::kRaised, level, condition).at(0).alert.id;
  }
  NewAlert Manual(AlertLevel level) { return {device_, one_, level, "T", "L'été", {}}; }

  std::int64_t one_ = AddPatient("p1");
  std::int64_t other_ = AddPatient("p2");
  std::int64_t device_ = AddDevice(1, one_);
  Cursor checkpoint_ = 0;
};

TEST_F(Alerts, MadeOverRestHaveNoCondition) {
  const AlertEvent event = alerts_.Create(Manual(AlertLevel::kCritical), kNow);
  EXPECT_EQ(event.change, AlertChange::kRaised);
  EXPECT_EQ(event.cursor, MakeCursor(1, 0));
  EXPECT_EQ(event.alert.patient->identifier, "p1");
  const std::optional<Alert> found = alerts_.Find(event.alert.id);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->condition, "");
  EXPECT_EQ(found->level, AlertLevel::kCritical);
  EXPECT_EQ(found->message, "L'été");
  EXPECT_EQ(found->created_at, kNow);
  EXPECT_EQ(found->device_id, device_);
  EXPECT_FALSE(found->acknowledged || found->trigger_reading_id || found->resolved_at);
  alerts_.Create(Manual(AlertLevel::kCritical), kNow);
  EXPECT_EQ(alerts_.List({}, {}).count, 2);
  EXPECT_EQ(database_.last_commit(), 2);
  EXPECT_TRUE(alerts_.LoadPresent().empty());
}

TEST_F(Alerts, AreAcknowledgedOnce) {
  const std::int64_t id = alerts_.Create(Manual(AlertLevel::kWarning), kNow).alert.id;
  const AlertResult done = alerts_.Acknowledge(id, 42, kNow + 5);
  ASSERT_EQ(done.outcome, AlertOutcome::kDone);
  EXPECT_EQ(done.events.back().change, AlertChange::kAcknowledged);
  EXPECT_EQ(done.events.back().cursor, MakeCursor(2, 0));
  EXPECT_TRUE(done.events.back().alert.acknowledged);
  EXPECT_EQ(alerts_.Acknowledge(id, 43, kNow + 6).outcome, AlertOutcome::kAlready);
  EXPECT_EQ(alerts_.Acknowledge(id + 1000, 42, kNow).outcome, AlertOutcome::kUnknown);
  const std::optional<Alert> found = alerts_.Find(id);
  EXPECT_EQ(found->acknowledged_by, 42);
  EXPECT_EQ(found->acknowledged_at, kNow + 5);
  Lease lease = database_.Read();
  EXPECT_EQ(ReadDatabaseState(lease).last_commit, 2);
}

TEST_F(Alerts, AreAcknowledgedByOneOfManyAtOnce) {
  const std::int64_t id = alerts_.Create(Manual(AlertLevel::kWarning), kNow).alert.id;
  std::atomic<int> done = 0;
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 4; ++i) {
      threads.emplace_back([this, id, i, &done] {
        if (alerts_.Acknowledge(id, i, kNow).outcome == AlertOutcome::kDone) ++done;
      });
    }
  }
  EXPECT_EQ(done, 1);
  EXPECT_EQ(alerts_.EventsAfter(0, 10).rows.size(), 2U);
}

TEST_F(Alerts, AreRaisedOnceForAPresentCondition) {
  const std::vector<AlertEvent> raised = Apply(AlertChange::kRaised, AlertLevel::kWarning, "heart_rate");
  ASSERT_EQ(raised.size(), 1U);
  EXPECT_EQ(raised[0].alert.trigger_reading_id, 7);
  EXPECT_TRUE(Apply(AlertChange::kRaised, AlertLevel::kWarning, "heart_rate").empty());
  EXPECT_EQ(alerts_.GetCheckpoint(kAlertConsumer), 2);
  EXPECT_EQ(database_.last_commit(), 1);  // nothing new takes no number
  EXPECT_EQ(Apply(AlertChange::kRaised, AlertLevel::kWarning, "temperature").size(), 1U);
}

TEST_F(Alerts, RiseAndMustBeAcknowledgedAgain) {
  const std::int64_t id = Raise(AlertLevel::kWarning);
  alerts_.Acknowledge(id, 42, kNow);
  AlertRequest request = Request(AlertChange::kEscalated, AlertLevel::kCritical, one_, "heart_rate");
  request.message = "Fréquence cardiaque : 170 bpm";
  request.trigger_reading_id = 8;
  const std::vector<AlertEvent> events = alerts_.Apply({request}, ++checkpoint_, kNow);
  ASSERT_EQ(events.size(), 1U);
  EXPECT_EQ(events[0].change, AlertChange::kEscalated);
  const std::optional<Alert> found = alerts_.Find(id);
  EXPECT_EQ(found->level, AlertLevel::kCritical);
  EXPECT_EQ(found->message, "Fréquence cardiaque : 170 bpm");
  EXPECT_EQ(found->trigger_reading_id, 8);
  EXPECT_FALSE(found->acknowledged || found->acknowledged_by || found->acknowledged_at);
  EXPECT_TRUE(Apply(AlertChange::kEscalated, AlertLevel::kCritical, "heart_rate").empty());
  EXPECT_TRUE(Apply(AlertChange::kEscalated, AlertLevel::kWarning, "heart_rate").empty());
}

TEST_F(Alerts, AreResolvedAndRaisedAnew) {
  const std::int64_t id = Raise(AlertLevel::kWarning);
  const std::vector<AlertEvent> events = Apply(AlertChange::kResolved, AlertLevel::kWarning, "heart_rate");
  ASSERT_EQ(events.size(), 1U);
  EXPECT_EQ(events[0].alert.resolved_at, kNow);
  EXPECT_EQ(events[0].alert.id, id);
  EXPECT_TRUE(alerts_.LoadPresent().empty());
  EXPECT_TRUE(Apply(AlertChange::kResolved, AlertLevel::kWarning, "heart_rate").empty());
  EXPECT_NE(Raise(AlertLevel::kWarning), id);
}

TEST_F(Alerts, AreChangedInOneCommitWithTheCheckpoint) {
  const std::vector<AlertEvent> events =
      alerts_.Apply({Request(AlertChange::kRaised, AlertLevel::kWarning, one_, "heart_rate"),
                     Request(AlertChange::kEscalated, AlertLevel::kCritical, one_, "heart_rate"),
                     Request(AlertChange::kRaised, AlertLevel::kInfo, other_, "clock:1")},
                    777, kNow);
  ASSERT_EQ(events.size(), 3U);
  for (std::size_t i = 0; i < 3; ++i) EXPECT_EQ(events[i].cursor, MakeCursor(1, static_cast<std::int64_t>(i)));
  EXPECT_EQ(alerts_.GetCheckpoint(kAlertConsumer), 777);
  const std::vector<Alert> present = alerts_.LoadPresent();
  ASSERT_EQ(present.size(), 2U);
  EXPECT_EQ(present[0].level, AlertLevel::kCritical);
  EXPECT_EQ(present[1].condition, "clock:1");
  EXPECT_EQ(present[1].patient->identifier, "p2");
}

TEST_F(Alerts, AreListedByTheirNature) {
  for (const char* technical : {"silence", "battery:1", "signal:1", "quarantine:1", "clock:1"}) {
    Raise(AlertLevel::kWarning, technical);
  }
  Raise(AlertLevel::kWarning, "heart_rate");
  Raise(AlertLevel::kWarning, "late:heart_rate");
  alerts_.Create(Manual(AlertLevel::kWarning), kNow);
  for (const auto& [nature, count] : {std::pair(AlertNature::kTechnical, 5), {AlertNature::kPhysiological, 3}}) {
    AlertFilter filter;
    filter.nature = nature;
    const Page<Alert> page = alerts_.List(filter, {});
    EXPECT_EQ(page.count, count);
    for (const Alert& alert : page.rows) EXPECT_EQ(NatureOf(alert.condition), nature) << alert.condition;
  }
}

TEST_F(Alerts, AreNotTouchedByWhoIsBehind) {
  alerts_.SaveCheckpoint(kAlertConsumer, 100);
  EXPECT_TRUE(alerts_.Apply({Request(AlertChange::kRaised, AlertLevel::kWarning, one_, "x")}, 99, kNow).empty());
  EXPECT_EQ(alerts_.List({}, {}).count, 0);
  EXPECT_EQ(alerts_.Apply({Request(AlertChange::kRaised, AlertLevel::kWarning, one_, "x")}, 100, kNow).size(), 1U);
}

TEST_F(Alerts, TakeMoreThanOneCommitWhenTheyAreTooMany) {
  std::vector<AlertRequest> requests;
  for (int i = 0; i < 2048 + 5; ++i) {
    requests.push_back(Request(AlertChange::kRaised, AlertLevel::kWarning, one_, "c" + std::to_string(i)));
  }
  const std::vector<AlertEvent> events = alerts_.Apply(requests, 5, kNow);
  ASSERT_EQ(events.size(), requests.size());
  EXPECT_EQ(events.back().cursor, MakeCursor(2, 4));
  EXPECT_EQ(alerts_.GetCheckpoint(kAlertConsumer), 5);
  EXPECT_EQ(alerts_.EventsAfter(MakeCursor(1, 2046), 100).rows.size(), 6U);
}

TEST_F(Alerts, OnlyMoveACheckpointForward) {
  EXPECT_EQ(alerts_.GetCheckpoint("miroir"), 0);
  alerts_.SaveCheckpoint("miroir", 50);
  alerts_.SaveCheckpoint("miroir", 40);
  EXPECT_EQ(alerts_.GetCheckpoint("miroir"), 50);
  EXPECT_EQ(alerts_.GetCheckpoint(kAlertConsumer), 0);
}

TEST_F(Alerts, AreFilteredByEachColumnAndByWhatMayBeSeen) {
  Raise(AlertLevel::kWarning);
  const std::int64_t manual = alerts_.Create(Manual(AlertLevel::kEmergency), kNow).alert.id;
  NewAlert of_other = Manual(AlertLevel::kCritical);
  of_other.patient_id = other_;
  of_other.device_id = device_ + 1;
  const std::int64_t last = alerts_.Create(of_other, kNow).alert.id;
  alerts_.Acknowledge(last, 1, kNow);

  EXPECT_EQ(alerts_.List({}, {}).rows.at(0).id, last);
  EXPECT_EQ(alerts_.List({}, {1, 1}).rows.at(0).id, manual);
  EXPECT_TRUE(alerts_.List({}, {3, 20}).rows.empty());
  AlertFilter filter;
  filter.device_id = device_;
  EXPECT_EQ(alerts_.List(filter, {}).count, 2);
  filter = {};
  filter.patient_id = other_;
  EXPECT_EQ(alerts_.List(filter, {}).rows.at(0).id, last);
  filter = {};
  filter.level = AlertLevel::kEmergency;
  EXPECT_EQ(alerts_.List(filter, {}).rows.at(0).id, manual);
  filter = {};
  filter.minimum_level = AlertLevel::kCritical;
  EXPECT_EQ(alerts_.List(filter, {}).count, 2);
  filter.acknowledged = true;
  EXPECT_EQ(alerts_.List(filter, {}).rows.at(0).id, last);
  filter = {};
  filter.present_only = true;
  EXPECT_EQ(alerts_.List(filter, {}).count, 1);
  filter = {};
  filter.patients = std::vector<std::int64_t>{other_};
  EXPECT_EQ(alerts_.List(filter, {}).count, 1);
  EXPECT_EQ(alerts_.Active(AlertLevel::kInfo).size(), 2U);
  EXPECT_EQ(alerts_.Active(AlertLevel::kCritical).at(0).id, manual);
}

TEST_F(Alerts, AreEscalatedByHandOneLevelAtATime) {
  const std::int64_t id = alerts_.Create(Manual(AlertLevel::kCritical), kNow).alert.id;
  const AlertResult result = alerts_.Escalate(id, 42, kNow + 7);
  ASSERT_EQ(result.outcome, AlertOutcome::kDone);
  EXPECT_EQ(result.events.back().alert.level, AlertLevel::kEmergency);
  EXPECT_FALSE(result.events.back().alert.acknowledged);
  EXPECT_EQ(alerts_.Find(id)->level, AlertLevel::kEmergency);
  Lease lease = database_.Read();
  EXPECT_EQ(QueryText(lease,
                      "SELECT CAST(escaladee_par_id AS VARCHAR(20)) || ' ' || CAST(date_escalade AS VARCHAR(20))"
                      " FROM fajma_alerte_evenement WHERE changement = 1"),
            "42 " + std::to_string(kNow + 7));
  EXPECT_EQ(
      QueryText(lease,
                "SELECT CAST(COUNT(*) AS VARCHAR(20)) FROM fajma_alerte_evenement WHERE escaladee_par_id IS NULL"),
      "1")
      << "its raising";
  EXPECT_EQ(alerts_.Escalate(id, 42, kNow).outcome, AlertOutcome::kAlready);
  EXPECT_EQ(alerts_.Escalate(id + 9, 42, kNow).outcome, AlertOutcome::kUnknown);
  const std::int64_t seen = alerts_.Create(Manual(AlertLevel::kInfo), kNow).alert.id;
  alerts_.Acknowledge(seen, 1, kNow);
  EXPECT_EQ(alerts_.Escalate(seen, 42, kNow).outcome, AlertOutcome::kAlready);
}

TEST_F(Alerts, ArePresentUntilTheyAreResolvedAcknowledgedOrNot) {
  const std::int64_t id = Raise(AlertLevel::kCritical);
  alerts_.Create(Manual(AlertLevel::kCritical), kNow);  // nothing resolves it: it says nothing of now
  ASSERT_EQ(alerts_.Present(AlertLevel::kCritical).size(), 1U);
  alerts_.Acknowledge(id, 1, kNow);
  EXPECT_EQ(alerts_.Present(AlertLevel::kCritical).at(0).id, id);
  EXPECT_TRUE(alerts_.Present(AlertLevel::kEmergency).empty());
  EXPECT_TRUE(alerts_.Present(AlertLevel::kCritical, std::vector<std::int64_t>{other_}).empty());
  Apply(AlertChange::kResolved, AlertLevel::kCritical, "heart_rate");
  EXPECT_TRUE(alerts_.Present(AlertLevel::kCritical).empty());
}

TEST_F(Alerts, TellEachChangeAsItWas) {
  const std::int64_t id = Raise(AlertLevel::kWarning);
  alerts_.Acknowledge(id, 42, kNow + 1);
  StoreRows(database_, {{device_, one_, kNow}});
  Apply(AlertChange::kEscalated, AlertLevel::kEmergency, "heart_rate");
  Apply(AlertChange::kResolved, AlertLevel::kEmergency, "heart_rate");
  alerts_.Apply({Request(AlertChange::kRaised, AlertLevel::kInfo, other_, "x")}, ++checkpoint_, kNow);

  const FeedPage<AlertEvent> page = alerts_.EventsAfter(0, 100, one_);
  ASSERT_EQ(page.rows.size(), 4U);
  EXPECT_TRUE(page.complete);
  EXPECT_EQ(page.rows[0].alert.level, AlertLevel::kWarning);
  EXPECT_FALSE(page.rows[0].alert.acknowledged);
  EXPECT_TRUE(page.rows[1].alert.acknowledged);
  EXPECT_EQ(page.rows[1].alert.acknowledged_by, 42);
  EXPECT_FALSE(page.rows[2].alert.acknowledged);
  EXPECT_EQ(page.rows[2].cursor, MakeCursor(4, 0));
  EXPECT_FALSE(page.rows[2].alert.resolved_at);
  EXPECT_EQ(page.rows[3].change, AlertChange::kResolved);
  EXPECT_TRUE(page.rows[3].alert.resolved_at);
  EXPECT_EQ(alerts_.EventsAfter(page.rows[1].cursor, 100, one_).rows.size(), 2U);
  EXPECT_EQ(alerts_.EventsAfter(0, 100).rows.size(), 5U);
  EXPECT_EQ(alerts_.EventsAfter(0, 100, {}, MakeCursor(2, 8191)).rows.size(), 2U);
  const FeedPage<AlertEvent> first = alerts_.EventsAfter(0, 2);
  EXPECT_FALSE(first.complete);
  EXPECT_EQ(alerts_.EventsAfter(first.next, 100).rows.size(), 3U);
}

}  // namespace
}  // namespace fajma::test
