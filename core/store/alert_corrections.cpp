// Alerts changed or deleted by hand.
#include "core/store/alert_events.h"

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

void WriteAlert(Lease& lease, const Alert& alert) {
  Statement(lease,
            "UPDATE fajma_alertesiot SET niveau = :niveau, titre = :titre, message = :message, acquittee = :acquittee,"
            " acquittee_par_id = :par, date_acquittement = :acquittement, dispositif_id = :dispositif,"
            " patient_id = :patient, donnee_declencheur_id = :declencheur WHERE id = :id")
      .Bind("niveau", NameOf(alert.level))
      .Bind("titre", alert.title)
      .Bind("message", alert.message)
      .Bind("acquittee", alert.acknowledged)
      .Bind("par", alert.acknowledged_by)
      .Bind("acquittement", alert.acknowledged_at)
      .Bind("dispositif", alert.device_id)
      .Bind("patient", alert.patient->id)
      .Bind("declencheur", alert.trigger_reading_id)
      .Bind("id", alert.id)
      .Run();
}

std::optional<AlertEvent> Only(std::vector<AlertEvent> events) {
  if (events.empty()) return std::nullopt;
  return std::move(events.front());
}

}  // namespace

std::optional<AlertStore::Changed> AlertStore::Change(std::int64_t id, const AlertPatch& patch, Micros now) {
  Lease lease = database_.Write();
  lease.Begin();
  std::optional<Alert> alert = LockAlert(lease, refs_, id);
  if (!alert) return std::nullopt;
  const AlertLevel before = alert->level;
  ApplyPatch(lease, refs_, patch, *alert);
  WriteAlert(lease, *alert);
  EventWriter events(lease);
  if (alert->level > before) events.Add(AlertChange::kEscalated, *alert);
  std::optional<AlertEvent> event = Only(events.Commit(now));
  database_.BumpDirectoryGeneration();  // a change without an event has no commit number: no kept answer is good
  if (alert->level != before) database_.BumpJudgingGeneration();
  return Changed{*std::move(alert), std::move(event)};
}

AlertResult AlertStore::Delete(std::int64_t id, Micros now) {
  Lease lease = database_.Write();
  lease.Begin();
  std::optional<Alert> alert = LockAlert(lease, refs_, id);
  if (!alert) return {AlertOutcome::kUnknown, std::nullopt};
  EventWriter events(lease);
  const bool was_resolved = alert->resolved_at.has_value();
  if (!was_resolved) alert->resolved_at = now;
  Statement(lease, "UPDATE fajma_alertesiot SET supprime_le = :now, resolue_le = :resolue WHERE id = :id")
      .Bind("now", now)
      .Bind("resolue", alert->resolved_at)
      .Bind("id", id)
      .Run();
  if (!was_resolved) events.Add(AlertChange::kResolved, *std::move(alert));
  std::optional<AlertEvent> event = Only(events.Commit(now));
  database_.BumpDirectoryGeneration();
  database_.BumpJudgingGeneration();
  return {AlertOutcome::kDone, std::move(event)};
}

}  // namespace fajma
