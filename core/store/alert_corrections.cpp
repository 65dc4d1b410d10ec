// Alerts changed or deleted by hand.
#include "core/domain/alert_nature.h"
#include "core/store/alarm_writer.h"

namespace fajma {
namespace {

void ApplyPatch(Lease& lease, RefCache& refs, const AlertPatch& patch, Alert& alert) {
  if (patch.device_id) alert.device_id = *patch.device_id;
  if (patch.patient_id) alert.patient = refs.Patient(lease, *patch.patient_id);
  if (patch.title) alert.title = *patch.title;
  if (patch.message) alert.message = *patch.message;
  if (patch.trigger_reading_id) alert.trigger_reading_id = *patch.trigger_reading_id;
  if (!patch.level) return;
  if (*patch.level > alert.level) {
    alert.acknowledged = false;
    alert.acknowledged_by.reset();
    alert.acknowledged_at.reset();
  }
  alert.level = *patch.level;
}

// Whoever had acknowledged it knew of less.
void Announce(Alert& alert, const EscalationDelays& delays, Micros now) {
  if (alert.alarm.presence == SignalPresence::kOff) return;
  if (alert.alarm.presence == SignalPresence::kAcknowledged) alert.alarm.presence = SignalPresence::kOn;
  alert.alarm.escalates_at = EscalationRule{delays, CeilingOf(alert.condition)}.DueAfter(alert.level, now);
  alert.alarm.silent_until = 0;
}

}  // namespace

std::optional<AlertStore::Changed> AlertStore::Change(std::int64_t id, const AlertPatch& patch, Micros now,
                                                      std::optional<std::int64_t> user_id) {
  Lease lease = database_.Write();
  lease.Begin();
  std::optional<Alert> alert = LockAlert(lease, refs_, id);
  if (!alert) return std::nullopt;
  const AlertLevel before = alert->level;
  ApplyPatch(lease, refs_, patch, *alert);
  if (alert->alarm.presence != SignalPresence::kOff) alert->alarm.level = alert->level;
  if (alert->level > before) Announce(*alert, delays_, now);
  WriteAlert(lease, *alert);
  EventWriter events(lease);
  if (alert->level > before) {
    events.Add(AlertChange::kEscalated, *alert, "changed", now, {user_id, {}});
  } else {
    events.Note(*alert, "changed", now, {user_id, {}});
  }
  std::vector<AlertEvent> told = events.Commit(now);
  database_.BumpDirectoryGeneration();  // a change without an event has no commit number: no kept answer is good
  if (alert->level != before) database_.BumpJudgingGeneration();
  return Changed{*std::move(alert), std::move(told)};
}

AlertResult AlertStore::Delete(std::int64_t id, Micros now, std::optional<std::int64_t> user_id) {
  Lease lease = database_.Write();
  lease.Begin();
  std::optional<Alert> alert = LockAlert(lease, refs_, id);
  if (!alert) return {AlertOutcome::kUnknown, {}};
  const bool was_resolved = alert->resolved_at.has_value();
  AlarmWriter alarms(lease, refs_, delays_);
  if (!alarms.Give(*alert, {AlarmInputKind::kRemove}, now, {user_id, {}})) {  // it is over
    if (!was_resolved) alert->resolved_at = now;
    WriteAlert(lease, *alert);
    alarms.events().Note(*alert, kAlarmNewsNames[static_cast<std::size_t>(AlarmNews::kRemoved)], now, {user_id, {}});
  }
  Statement(lease, "UPDATE fajma_alertesiot SET supprime_le = :now WHERE id = :id")
      .Bind("now", now)
      .Bind("id", id)
      .Run();
  std::vector<AlertEvent> told = alarms.events().Commit(now);
  database_.BumpDirectoryGeneration();
  database_.BumpJudgingGeneration();
  return {AlertOutcome::kDone, std::move(told)};
}

}  // namespace fajma
