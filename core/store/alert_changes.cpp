// Changes of alerts: each with its event, in one transaction that ends with the commit number.
#include <algorithm>
#include <utility>

#include "core/store/alert_events.h"
#include "core/store/alert_row.h"
#include "core/store/alert_store.h"
#include "core/store/ownership_store.h"

namespace fajma {
namespace {

// Runs an UPDATE or INSERT that returns kAlertColumns of the row that it wrote, if it wrote one.
std::optional<Alert> ReadWritten(Lease& lease, RefCache& refs, Statement& change) {
  AlertRow row(change);
  if (!change.Next()) return std::nullopt;
  return row.Get(lease, refs);
}

std::string Returning() { return " RETURNING " + std::string(kAlertColumns); }

std::optional<Alert> Insert(Lease& lease, RefCache& refs, const AlertRequest& request, Micros now) {
  Statement insert(
      lease,
      "INSERT INTO fajma_alertesiot (niveau, titre, message, acquittee, date_creation, dispositif_id,"
      " donnee_declencheur_id, patient_id, condition_code) VALUES (:niveau, :titre, :message, 0, :creation,"
      " :dispositif, :declencheur, :patient, :condition) ON CONFLICT DO NOTHING" +
          Returning());
  insert.Bind("niveau", NameOf(request.level))
      .Bind("titre", request.title)
      .Bind("message", request.message)
      .Bind("creation", now)
      .Bind("dispositif", request.device_id)
      .Bind("declencheur", request.trigger_reading_id)
      .Bind("patient", request.patient->id)
      .Bind("condition", request.condition);
  return ReadWritten(lease, refs, insert);
}

// Only upwards: the levels below the new one stand in the condition.
std::optional<Alert> Raise(Lease& lease, RefCache& refs, const AlertRequest& request) {
  if (request.level == AlertLevel::kInfo) return std::nullopt;
  std::string lower;
  for (std::size_t level = 0; level < static_cast<std::size_t>(request.level); ++level) {
    lower += (lower.empty() ? "'" : ", '") + std::string(kAlertLevelNames[level]) + "'";
  }
  Statement update(lease,
                   "UPDATE fajma_alertesiot SET niveau = :niveau, message = :message, acquittee = 0,"
                   " acquittee_par_id = NULL, date_acquittement = NULL, donnee_declencheur_id = :declencheur"
                   " WHERE patient_id = :patient AND condition_code = :condition AND condition_code <> ''"
                   " AND resolue_le IS NULL AND niveau IN (" +
                       lower + ")" + Returning());
  update.Bind("niveau", NameOf(request.level))
      .Bind("message", request.message)
      .Bind("declencheur", request.trigger_reading_id)
      .Bind("patient", request.patient->id)
      .Bind("condition", request.condition);
  return ReadWritten(lease, refs, update);
}

std::optional<Alert> Resolve(Lease& lease, RefCache& refs, const AlertRequest& request, Micros now) {
  Statement update(lease,
                   "UPDATE fajma_alertesiot SET resolue_le = :now WHERE patient_id = :patient"
                   " AND condition_code = :condition AND condition_code <> '' AND resolue_le IS NULL" +
                       Returning());
  update.Bind("now", now).Bind("patient", request.patient->id).Bind("condition", request.condition);
  return ReadWritten(lease, refs, update);
}

std::optional<Alert> Perform(Lease& lease, RefCache& refs, const AlertRequest& request, Micros now) {
  switch (request.change) {
    case AlertChange::kRaised:
      return Insert(lease, refs, request, now);
    case AlertChange::kEscalated:
      return Raise(lease, refs, request);
    case AlertChange::kResolved:
      return Resolve(lease, refs, request, now);
    case AlertChange::kAcknowledged:
      break;  // a person's, never the engine's
  }
  return std::nullopt;
}

void WriteCheckpoint(Lease& lease, const std::string& consumer, Cursor cursor) {
  Statement(lease,
            "INSERT INTO fajma_consommateur (nom, curseur) VALUES (:nom, :curseur) ON CONFLICT (nom) DO UPDATE"
            " SET curseur = excluded.curseur WHERE excluded.curseur > fajma_consommateur.curseur")
      .Bind("nom", consumer)
      .Bind("curseur", cursor)
      .Run();
}

Cursor ReadCheckpoint(Lease& lease, const std::string& consumer, std::string_view lock = "") {
  Cursor cursor = 0;
  Statement query(lease, "SELECT curseur FROM fajma_consommateur WHERE nom = :nom" + std::string(lock));
  query.Bind("nom", consumer).Into(cursor).Next();
  return cursor;
}

}  // namespace

AlertEvent AlertStore::Create(const NewAlert& alert, Micros now) {
  Lease lease = database_.Write();
  AlertRequest request;
  request.patient = refs_.Patient(lease, alert.patient_id);
  request.device_id = alert.device_id;
  request.level = alert.level;
  request.title = alert.title;
  request.message = alert.message;
  request.trigger_reading_id = alert.trigger_reading_id;
  lease.Begin();
  EventWriter events(lease);
  std::optional<Alert> created = Insert(lease, refs_, request, now);
  if (!created) throw DatabaseError("an alert without a condition met a unique key", false);
  events.Add(AlertChange::kRaised, *std::move(created));
  return events.Commit(now).front();
}

AlertResult AlertStore::Acknowledge(std::int64_t id, std::int64_t user_id, Micros now) {
  Lease lease = database_.Write();
  lease.Begin();
  std::optional<Alert> alert = LockAlert(lease, refs_, id);
  if (!alert) return {AlertOutcome::kUnknown, std::nullopt};
  if (alert->acknowledged) return {AlertOutcome::kAlready, std::nullopt};
  alert->acknowledged = true;
  alert->acknowledged_by = user_id;
  alert->acknowledged_at = now;
  Statement(lease,
            "UPDATE fajma_alertesiot SET acquittee = 1, acquittee_par_id = :par, date_acquittement = :date"
            " WHERE id = :id")
      .Bind("par", user_id)
      .Bind("date", now)
      .Bind("id", id)
      .Run();
  EventWriter events(lease);
  events.Add(AlertChange::kAcknowledged, *std::move(alert));
  return {AlertOutcome::kDone, events.Commit(now).front()};
}

AlertResult AlertStore::Escalate(std::int64_t id, std::int64_t user_id, Micros now) {
  Lease lease = database_.Write();
  lease.Begin();
  std::optional<Alert> alert = LockAlert(lease, refs_, id);
  if (!alert) return {AlertOutcome::kUnknown, std::nullopt};
  if (alert->acknowledged || alert->resolved_at || alert->level == AlertLevel::kEmergency) {
    return {AlertOutcome::kAlready, std::nullopt};
  }
  alert->level = static_cast<AlertLevel>(static_cast<int>(alert->level) + 1);
  Statement(lease, "UPDATE fajma_alertesiot SET niveau = :niveau WHERE id = :id")
      .Bind("niveau", NameOf(alert->level))
      .Bind("id", id)
      .Run();
  EventWriter events(lease);
  events.Add(AlertChange::kEscalated, *std::move(alert), {user_id, now});
  AlertResult result{AlertOutcome::kDone, events.Commit(now).front()};
  database_.BumpJudgingGeneration();  // the engine goes on from the new level
  return result;
}

std::vector<AlertEvent> AlertStore::Apply(const std::vector<AlertRequest>& requests, Cursor checkpoint, Micros now,
                                          const std::string& owner) {
  std::vector<AlertEvent> all;
  std::span<const AlertRequest> left(requests);
  do {
    const auto chunk = left.first(std::min<std::size_t>(left.size(), kCursorsPerCommit));
    left = left.subspan(chunk.size());
    std::vector<AlertEvent> events = ApplyChunk(chunk, checkpoint, left.empty(), now, owner);
    all.insert(all.end(), std::make_move_iterator(events.begin()), std::make_move_iterator(events.end()));
  } while (!left.empty());
  return all;
}

std::vector<AlertEvent> AlertStore::ApplyChunk(std::span<const AlertRequest> requests, Cursor checkpoint, bool last,
                                               Micros now, const std::string& owner) {
  Lease lease = database_.Write();
  lease.Begin();
  if (!owner.empty()) RequireOwnership(lease, kAlertConsumer, owner);
  const std::string_view lock = For(lease.dialect(), "", " FOR UPDATE");
  if (ReadCheckpoint(lease, kAlertConsumer, lock) > checkpoint) return {};
  EventWriter events(lease);
  for (const AlertRequest& request : requests) {
    if (std::optional<Alert> alert = Perform(lease, refs_, request, now)) events.Add(request.change, *std::move(alert));
  }
  if (last) WriteCheckpoint(lease, kAlertConsumer, checkpoint);
  return events.Commit(now);
}

Cursor AlertStore::GetCheckpoint(const std::string& consumer) {
  Lease lease = database_.Read();
  return ReadCheckpoint(lease, consumer);
}

void AlertStore::SaveCheckpoint(const std::string& consumer, Cursor cursor) {
  Lease lease = database_.Write();
  WriteCheckpoint(lease, consumer, cursor);
}

}  // namespace fajma
