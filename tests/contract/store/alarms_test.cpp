// Alarms as they are stored: what persons and the time do to them, and the audit of it.
#include "core/store/alert_audit.h"
#include "tests/contract/store/rows.h"
#include "tests/contract/store/store_contract.h"

namespace fajma::test {
namespace {

constexpr Micros kMinute = kMicrosPerMinute;
constexpr std::int64_t kDoctor = 42;

class Alarms : public StoreContract {
 protected:
  AlertRequest Request(AlarmInput input, Micros at, const std::string& condition = "heart_rate") {
    AlertRequest request;
    request.input = input;
    request.at = at;
    request.patient = std::make_shared<PatientRef>(PatientRef{patient_, "", ""});
    request.device_id = device_;
    request.condition = condition;
    request.title = "T";
    request.message = "M";
    return request;
  }
  std::vector<AlertEvent> Tell(AlarmInput input, Micros at, const std::string& condition = "heart_rate") {
    return alerts_.Apply({Request(input, at, condition)}, ++checkpoint_, at);
  }
  std::int64_t Raise(AlertLevel level, Micros at = kNow) {
    return Tell({AlarmInputKind::kCondition, level}, at).at(0).alert.id;
  }
  Alert Now(std::int64_t id) { return alerts_.Find(id).value(); }

  std::int64_t patient_ = AddPatient("p1");
  std::int64_t device_ = AddDevice(1, patient_);
  Cursor checkpoint_ = 0;
};

TEST_F(Alarms, EscalateWhenNobodyAcknowledgesThem) {
  const std::int64_t id = Raise(AlertLevel::kWarning);
  EXPECT_EQ(alerts_.NextDue(), kNow + 30 * kMinute);
  EXPECT_TRUE(alerts_.FireDue(kNow + 30 * kMinute - 1).empty());
  std::vector<AlertEvent> events = alerts_.FireDue(kNow + 30 * kMinute);
  ASSERT_EQ(events.size(), 1U);
  EXPECT_EQ(events[0].change, AlertChange::kEscalated);
  EXPECT_EQ(events[0].alert.level, AlertLevel::kCritical);
  EXPECT_TRUE(alerts_.FireDue(kNow + 30 * kMinute).empty()) << "once";
  EXPECT_EQ(alerts_.FireDue(kNow + 35 * kMinute).at(0).alert.level, AlertLevel::kEmergency);
  EXPECT_EQ(alerts_.NextDue(), 0);
  EXPECT_EQ(Now(id).level, AlertLevel::kEmergency);
  EXPECT_EQ(Now(id).created_at, kNow);
}

TEST_F(Alarms, EscalateAtOnceForAllTheTimeThatNobodyWasThere) {
  Raise(AlertLevel::kWarning);
  const std::vector<AlertEvent> events = alerts_.FireDue(kNow + 600 * kMinute);
  ASSERT_EQ(events.size(), 2U);
  EXPECT_EQ(events[0].alert.level, AlertLevel::kCritical);
  EXPECT_EQ(events[1].alert.level, AlertLevel::kEmergency);
  EXPECT_TRUE(alerts_.FireDue(kNow + 601 * kMinute).empty());
}

TEST_F(Alarms, DoNotEscalateOnceTheyAreAcknowledged) {
  const std::int64_t id = Raise(AlertLevel::kCritical);
  EXPECT_EQ(alerts_.Acknowledge(id, kDoctor, kNow + 1).outcome, AlertOutcome::kDone);
  EXPECT_EQ(alerts_.NextDue(), 0);
  EXPECT_TRUE(alerts_.FireDue(kNow + 600 * kMinute).empty());
}

TEST_F(Alarms, TellWhatWasDueBeforeWhatSomebodyDid) {
  const std::int64_t id = Raise(AlertLevel::kCritical);
  const AlertResult result = alerts_.Acknowledge(id, kDoctor, kNow + 6 * kMinute);
  ASSERT_EQ(result.events.size(), 2U);
  EXPECT_EQ(result.events[0].change, AlertChange::kEscalated);
  EXPECT_EQ(result.events[1].change, AlertChange::kAcknowledged);
  EXPECT_EQ(result.events[1].alert.level, AlertLevel::kEmergency);
}

TEST_F(Alarms, OfCriticalLevelStayOpenWithoutTheirCondition) {
  const std::int64_t id = Raise(AlertLevel::kCritical);
  const std::vector<AlertEvent> gone = Tell({AlarmInputKind::kGone}, kNow + 1);
  ASSERT_EQ(gone.size(), 1U);
  EXPECT_EQ(gone[0].change, AlertChange::kResolved);
  EXPECT_EQ(gone[0].alert.alarm.presence, SignalPresence::kLatched);
  const std::vector<AlertEvent> back = Tell({AlarmInputKind::kCondition, AlertLevel::kWarning}, kNow + 2);
  ASSERT_EQ(back.size(), 1U);
  EXPECT_EQ(back[0].change, AlertChange::kRaised);
  EXPECT_EQ(back[0].alert.id, id) << "the same alert";
  EXPECT_EQ(back[0].alert.level, AlertLevel::kCritical);
  EXPECT_FALSE(back[0].alert.resolved_at);
  Tell({AlarmInputKind::kGone}, kNow + 3);
  alerts_.Acknowledge(id, kDoctor, kNow + 4);
  EXPECT_EQ(Now(id).alarm.presence, SignalPresence::kOff);
  EXPECT_NE(Raise(AlertLevel::kCritical, kNow + 5), id);
}

TEST_F(Alarms, AreSilentUntilTheTimeThatSomebodyGave) {
  const std::int64_t id = Raise(AlertLevel::kEmergency);
  const AlertResult result = alerts_.Silence(id, kDoctor, kNow + 2 * kMinute, kNow);
  ASSERT_EQ(result.events.size(), 1U);
  EXPECT_EQ(result.events[0].change, AlertChange::kUpdated);
  EXPECT_EQ(result.events[0].alert.alarm.silent_until, kNow + 2 * kMinute);
  EXPECT_FALSE(result.events[0].alert.acknowledged);
  EXPECT_EQ(alerts_.NextDue(), kNow + 2 * kMinute);
  const std::vector<AlertEvent> heard = alerts_.FireDue(kNow + 2 * kMinute);
  ASSERT_EQ(heard.size(), 1U);
  EXPECT_EQ(heard[0].change, AlertChange::kUpdated);
  EXPECT_EQ(heard[0].alert.alarm.silent_until, 0);
  alerts_.Silence(id, kDoctor, kNow + 9 * kMinute, kNow + 3 * kMinute);
  EXPECT_EQ(alerts_.Silence(id, kDoctor, 0, kNow + 4 * kMinute).outcome, AlertOutcome::kDone) << "heard again by hand";
  EXPECT_EQ(alerts_.Silence(id, kDoctor, 0, kNow + 4 * kMinute).outcome, AlertOutcome::kAlready);
  EXPECT_EQ(alerts_.Silence(id + 9, kDoctor, 0, kNow).outcome, AlertOutcome::kUnknown);
}

TEST_F(Alarms, AreAssignedAndCommented) {
  const std::int64_t id = Raise(AlertLevel::kCritical);
  EXPECT_EQ(alerts_.Assign(id, kDoctor, 7, kNow + 1).events.at(0).alert.assigned_to, 7);
  EXPECT_EQ(alerts_.Assign(id, kDoctor, 7, kNow + 2).outcome, AlertOutcome::kAlready);
  EXPECT_EQ(alerts_.Comment(id, kDoctor, "L'été, <b>vu</b>", kNow + 3).events.at(0).comment, "L'été, <b>vu</b>");
  EXPECT_EQ(Now(id).assigned_to, 7);
  const FeedPage<AlertEvent> feed = alerts_.EventsAfter(0, 100);
  ASSERT_EQ(feed.rows.size(), 3U);
  EXPECT_EQ(feed.rows[1].change, AlertChange::kUpdated);
  EXPECT_EQ(feed.rows[1].alert.assigned_to, 7);
  EXPECT_EQ(feed.rows[2].comment, "L'été, <b>vu</b>");
  EXPECT_EQ(feed.rows[2].alert.alarm.presence, SignalPresence::kOn);
}

TEST_F(Alarms, SayInEachEventWhatWasDone) {
  const std::int64_t id = Raise(AlertLevel::kCritical);
  std::vector<AlertEvent> told = alerts_.Silence(id, kDoctor, kNow + 2 * kMinute, kNow).events;
  const auto add = [&told](std::vector<AlertEvent> events) { told.insert(told.end(), events.begin(), events.end()); };
  add(alerts_.FireDue(kNow + 2 * kMinute));
  add(alerts_.Assign(id, kDoctor, 7, kNow + 3 * kMinute).events);
  add(alerts_.Comment(id, kDoctor, "7", kNow + 3 * kMinute).events);
  ASSERT_EQ(told.size(), 4U);
  const char* whats[] = {"silenced", "heard", "assigned", "commented"};
  const FeedPage<AlertEvent> feed = alerts_.EventsAfter(0, 100);
  ASSERT_EQ(feed.rows.size(), 5U);
  EXPECT_EQ(feed.rows[0].what, "raised");
  for (std::size_t i = 0; i < 4; ++i) {
    EXPECT_EQ(told[i].what, whats[i]) << i;
    EXPECT_EQ(feed.rows[i + 1].what, whats[i]) << i << " as it is read back";
    EXPECT_EQ(feed.rows[i + 1].comment, told[i].comment) << i;
  }
  EXPECT_EQ(told[2].comment, told[3].comment) << "alone it does not say which";
  Lease lease = database_.Write();
  RunSql(lease, "UPDATE fajma_alerte_evenement SET fait = NULL");  // as an earlier version left them
  EXPECT_EQ(alerts_.EventsAfter(0, 100).rows.at(4).what, "");
}

TEST_F(Alarms, OfLateReadingsAreOnesOfTheirOwn) {
  AlertRequest late = Request({AlarmInputKind::kLate, AlertLevel::kCritical}, kNow, "late:heart_rate");
  late.late = true;
  const AlertEvent event = alerts_.Apply({late}, ++checkpoint_, kNow).at(0);
  EXPECT_TRUE(event.alert.late);
  EXPECT_EQ(event.alert.alarm.presence, SignalPresence::kLatched);
  EXPECT_TRUE(alerts_.Present(AlertLevel::kInfo).empty()) << "it is not now";
  EXPECT_EQ(alerts_.Active(AlertLevel::kInfo).size(), 1U);
  EXPECT_EQ(alerts_.NextDue(), 0) << "it does not escalate";
  EXPECT_NE(Raise(AlertLevel::kWarning), event.alert.id);
}

TEST_F(Alarms, EscalateUpToTheCeilingOfTheirConditionByTimeAndByHand) {
  constexpr const char* kOfDevices[] = {"battery:1", "signal:1", "quarantine:1", "clock:1"};
  std::vector<std::int64_t> ids;
  for (const char* condition : kOfDevices) {
    ids.push_back(Tell({AlarmInputKind::kCondition, AlertLevel::kWarning}, kNow, condition).at(0).alert.id);
  }
  EXPECT_EQ(alerts_.NextDue(), 0) << "they wait for nothing";
  for (const std::int64_t id : ids) {
    EXPECT_EQ(alerts_.Escalate(id, kDoctor, kNow + 1).outcome, AlertOutcome::kAlready);
    EXPECT_EQ(Now(id).level, AlertLevel::kWarning);
  }
  const std::int64_t silence = Tell({AlarmInputKind::kCondition, AlertLevel::kWarning}, kNow, "silence").at(0).alert.id;
  EXPECT_EQ(alerts_.FireDue(kNow + 600 * kMinute).size(), 1U);
  EXPECT_EQ(Now(silence).level, AlertLevel::kCritical);
  EXPECT_EQ(alerts_.Escalate(silence, kDoctor, kNow + 601 * kMinute).outcome, AlertOutcome::kAlready);
  EXPECT_EQ(alerts_.NextDue(), 0);
}

// By a version that knew no ceilings.
TEST_F(Alarms, ThatWereToEscalateAboveTheirCeilingStayAsTheyAre) {
  const std::int64_t id = Tell({AlarmInputKind::kCondition, AlertLevel::kWarning}, kNow, "battery:1").at(0).alert.id;
  Lease lease = database_.Write();
  RunSql(lease, "UPDATE fajma_alertesiot SET escalade_le = 5, echeance = 5");
  { const Lease given_back = std::move(lease); }
  EXPECT_EQ(alerts_.NextDue(), 5);
  EXPECT_TRUE(alerts_.FireDue(kNow).empty());
  EXPECT_EQ(alerts_.NextDue(), 0);
  EXPECT_EQ(Now(id).level, AlertLevel::kWarning);
}

TEST_F(Alarms, MadeByHandEscalateToo) {
  const AlertEvent made = alerts_.Create({device_, patient_, AlertLevel::kCritical, "T", "M", {}}, kNow);
  EXPECT_EQ(alerts_.FireDue(kNow + 5 * kMinute).at(0).alert.id, made.alert.id);
}

TEST_F(Alarms, KeepTheirDelaysWhenTheClockIsSet) {
  Raise(AlertLevel::kCritical);
  alerts_.MoveTimers(-3600 * kMicrosPerSecond, kNow - 3600 * kMicrosPerSecond);
  EXPECT_EQ(alerts_.NextDue(), kNow - 3600 * kMicrosPerSecond + 5 * kMinute);
}

TEST_F(Alarms, WaitNoLongerThanTheirDelayWhateverTheClockDid) {
  Raise(AlertLevel::kCritical, kNow + 3600 * kMicrosPerSecond);
  alerts_.MoveTimers(0, kNow);
  EXPECT_EQ(alerts_.NextDue(), kNow + 5 * kMinute);
}

TEST_F(Alarms, KeepWhatIsKnownBetweenValues) {
  ConditionState state;
  state.patient = std::make_shared<PatientRef>(PatientRef{patient_, "", ""});
  state.condition = "heart_rate";
  state.signals[2] = {SignalPhase::kRising, kNow, 2};
  state.signals[1] = {SignalPhase::kFalling, kNow - 1, 0};
  alerts_.Apply({}, ++checkpoint_, kNow, {}, {state});
  const std::vector<ConditionState> kept = alerts_.LoadStates();
  ASSERT_EQ(kept.size(), 1U);
  EXPECT_EQ(kept[0].patient->identifier, "p1");
  EXPECT_EQ(kept[0].condition, "heart_rate");
  EXPECT_EQ(kept[0].signals, state.signals);
  state.signals = {};
  alerts_.Apply({}, ++checkpoint_, kNow, {}, {state});
  EXPECT_TRUE(alerts_.LoadStates().empty());
}

TEST_F(Alarms, TellWhoDidWhatAndWhen) {
  const std::int64_t id = Raise(AlertLevel::kWarning);
  alerts_.Silence(id, kDoctor, kNow + 9 * kMinute, kNow + 1);
  alerts_.Comment(id, kDoctor, "vu", kNow + 2);
  alerts_.Assign(id, kDoctor, 7, kNow + 3);
  alerts_.Escalate(id, kDoctor, kNow + 4);
  alerts_.FireDue(kNow + 6 * kMinute);
  alerts_.Acknowledge(id, 7, kNow + 7 * kMinute, "en route");
  alerts_.Delete(id, kNow + 8 * kMinute, 7);
  AlertAudit audit(database_);
  const std::vector<AuditEntry> entries = audit.Of(id);
  ASSERT_EQ(entries.size(), 8U);
  const char* whats[] = {"raised",    "silenced",  "commented",    "assigned",
                         "escalated", "escalated", "acknowledged", "removed"};
  for (std::size_t i = 0; i < 8; ++i) EXPECT_EQ(entries[i].what, whats[i]) << i;
  EXPECT_FALSE(entries[0].user_id);
  EXPECT_EQ(entries[2].detail, "vu");
  EXPECT_EQ(entries[3].detail, "7");
  EXPECT_EQ(entries[4].user_id, kDoctor);
  EXPECT_FALSE(entries[5].user_id) << "the time";
  EXPECT_EQ(entries[5].at, kNow + 4 + 5 * kMinute) << "when it was due";
  EXPECT_EQ(entries[6].user_id, 7);
  EXPECT_EQ(entries[6].detail, "en route");
  EXPECT_EQ(entries[7].level, AlertLevel::kEmergency);
  const AlertAudit::Check check = audit.Verify();
  EXPECT_EQ(check.fault, "");
  EXPECT_EQ(check.rows, 8);
}

TEST_F(Alarms, MadeByHandTellByWhom) {
  const NewAlert wanted = {device_, patient_, AlertLevel::kCritical, "T", "M", {}};
  const std::int64_t id = alerts_.Create(wanted, kNow, kDoctor).alert.id;
  alerts_.FireDue(kNow + 5 * kMinute);
  AlertAudit audit(database_);
  const std::vector<AuditEntry> entries = audit.Of(id);
  ASSERT_EQ(entries.size(), 2U);
  EXPECT_EQ(entries[0].what, "raised");
  EXPECT_EQ(entries[0].user_id, kDoctor);
  EXPECT_EQ(entries[0].at, kNow);
  EXPECT_EQ(entries[0].detail, "");
  EXPECT_FALSE(entries[1].user_id) << "the time";
  EXPECT_EQ(audit.Verify().fault, "");
}

TEST_F(Alarms, HaveAnAuditInWhichNothingCanBeChangedUnseen) {
  const char* changes[] = {"UPDATE fajma_alerte_audit SET utilisateur_id = 9 WHERE id = 2",
                           "UPDATE fajma_alerte_audit SET utilisateur_id = NULL WHERE id = 2",
                           "UPDATE fajma_alerte_audit SET detail = 'x' WHERE id = 1",
                           "DELETE FROM fajma_alerte_audit WHERE id = 2",
                           "DELETE FROM fajma_alerte_audit WHERE id = 3",
                           "UPDATE fajma_alerte_audit SET fait_le = fait_le + 1 WHERE id = 3"};
  const std::int64_t id = Raise(AlertLevel::kWarning);
  alerts_.Comment(id, kDoctor, "a", kNow);
  alerts_.Comment(id, kDoctor, "b", kNow);
  AlertAudit audit(database_);
  ASSERT_EQ(audit.Verify().fault, "");
  for (const char* change : changes) {
    {
      Lease lease = database_.Write();
      RunSql(lease, "CREATE TABLE gardee AS SELECT * FROM fajma_alerte_audit");
      RunSql(lease, change);
    }
    EXPECT_NE(audit.Verify().fault, "") << change;
    Lease lease = database_.Write();
    RunSql(lease, "DELETE FROM fajma_alerte_audit");
    RunSql(lease, "INSERT INTO fajma_alerte_audit SELECT * FROM gardee");
    RunSql(lease, "DROP TABLE gardee");
  }
  EXPECT_EQ(audit.Verify().fault, "");
}

}  // namespace
}  // namespace fajma::test
