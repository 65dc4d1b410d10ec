// Changes of alerts: each with its event, in one transaction that ends with the commit number.
#include <algorithm>
#include <sstream>
#include <utility>

#include "core/store/alarm_writer.h"
#include "core/store/alert_store.h"
#include "core/store/ownership_store.h"

namespace fajma {
namespace {

// An input gives an event, and what was due before it three more at most.
constexpr std::size_t kRequestsPerCommit = kCursorsPerCommit / 4;

void WriteCheckpoint(Lease& lease, const std::string& consumer, Cursor cursor) {
  Statement(lease,
            "INSERT INTO fajma_consommateur (nom, curseur) VALUES (:nom, :curseur) ON CONFLICT (nom) DO UPDATE"
            " SET curseur = excluded.curseur WHERE excluded.curseur > fajma_consommateur.curseur")
      .Bind("nom", consumer)
      .Bind("curseur", cursor)
      .Run();
}

// "phase:since:seen" of each level.
std::string FormatSignals(const LevelSignals& signals) {
  std::string text;
  for (const LevelSignal& signal : signals) {
    text += (text.empty() ? "" : ";") + std::to_string(static_cast<int>(signal.phase)) + ":" +
            std::to_string(signal.since) + ":" + std::to_string(signal.seen);
  }
  return text;
}

LevelSignals ParseSignals(const std::string& text) {
  LevelSignals signals;
  std::istringstream in(text);
  char separator = 0;
  for (LevelSignal& signal : signals) {
    int phase = 0;
    in >> phase >> separator >> signal.since >> separator >> signal.seen >> separator;
    if (phase > 0 && phase < std::ssize(kSignalPhaseNames)) signal.phase = static_cast<SignalPhase>(phase);
  }
  return signals;
}

void WriteState(Lease& lease, const ConditionState& state) {
  if (state.signals == kNoSignals) {
    Statement(lease, "DELETE FROM fajma_condition WHERE patient_id = :patient AND condition_code = :condition")
        .Bind("patient", state.patient->id)
        .Bind("condition", state.condition)
        .Run();
    return;
  }
  Statement(lease,
            "INSERT INTO fajma_condition (patient_id, condition_code, etat) VALUES (:patient, :condition, :etat)"
            " ON CONFLICT (patient_id, condition_code) DO UPDATE SET etat = excluded.etat")
      .Bind("patient", state.patient->id)
      .Bind("condition", state.condition)
      .Bind("etat", FormatSignals(state.signals))
      .Run();
}

Cursor ReadCheckpoint(Lease& lease, const std::string& consumer, std::string_view lock = "") {
  Cursor cursor = 0;
  Statement query(lease, "SELECT curseur FROM fajma_consommateur WHERE nom = :nom" + std::string(lock));
  query.Bind("nom", consumer).Into(cursor).Next();
  return cursor;
}

}  // namespace

AlertEvent AlertStore::Create(const NewAlert& alert, Micros now, std::optional<std::int64_t> user_id) {
  Lease lease = database_.Write();
  AlertRequest request;
  request.input = {AlarmInputKind::kMade, alert.level};
  request.at = now;
  request.patient = refs_.Patient(lease, alert.patient_id);
  request.device_id = alert.device_id;
  request.title = alert.title;
  request.message = alert.message;
  request.trigger_reading_id = alert.trigger_reading_id;
  lease.Begin();
  AlarmWriter alarms(lease, refs_, delays_);
  alarms.Make(request, {user_id, {}});
  return alarms.events().Commit(now).front();
}

AlertResult AlertStore::Acknowledge(std::int64_t id, std::int64_t user_id, Micros now, const std::string& comment) {
  return Act(id, now, [&](AlarmWriter& alarms, Alert& alert) {
    if (alert.acknowledged) return false;
    if (alarms.Give(alert, {AlarmInputKind::kAcknowledge}, now, {user_id, comment})) return true;
    // It is over, and somebody takes notice of it afterwards.
    alert.acknowledged = true;
    alert.acknowledged_by = user_id;
    alert.acknowledged_at = now;
    WriteAlert(alarms.lease(), alert);
    alarms.events().Add(AlertChange::kAcknowledged, alert, "acknowledged", now, {user_id, comment});
    return true;
  });
}

AlertResult AlertStore::Escalate(std::int64_t id, std::int64_t user_id, Micros now) {
  return Act(id, now, [&](AlarmWriter& alarms, Alert& alert) {
    return alarms.Give(alert, {AlarmInputKind::kEscalate}, now, {user_id, {}});
  });
}

AlertResult AlertStore::Silence(std::int64_t id, std::int64_t user_id, Micros until, Micros now) {
  AlarmInput input{AlarmInputKind::kUnsilence};
  if (until > now) input = {AlarmInputKind::kSilence, {}, until};
  const std::string detail = until > now ? FormatIso(until) : "";
  return Act(id, now, [&](AlarmWriter& alarms, Alert& alert) {
    return alarms.Give(alert, input, now, {user_id, detail});
  });
}

AlertResult AlertStore::Assign(std::int64_t id, std::int64_t user_id, std::optional<std::int64_t> to, Micros now) {
  return Act(id, now, [&](AlarmWriter& alarms, Alert& alert) {
    if (alert.assigned_to == to) return false;
    alert.assigned_to = to;
    WriteAlert(alarms.lease(), alert);
    alarms.events().Add(AlertChange::kUpdated, alert, "assigned", now, {user_id, to ? std::to_string(*to) : ""});
    return true;
  });
}

AlertResult AlertStore::Comment(std::int64_t id, std::int64_t user_id, const std::string& text, Micros now) {
  return Act(id, now, [&](AlarmWriter& alarms, Alert& alert) {
    alarms.events().Add(AlertChange::kUpdated, alert, "commented", now, {user_id, text});
    return true;
  });
}

// What a person does to one alert; kAlready: `act` says that it changes nothing.
AlertResult AlertStore::Act(std::int64_t id, Micros now, const std::function<bool(AlarmWriter&, Alert&)>& act) {
  Lease lease = database_.Write();
  lease.Begin();
  std::optional<Alert> alert = LockAlert(lease, refs_, id);
  if (!alert) return {AlertOutcome::kUnknown, {}};
  AlarmWriter alarms(lease, refs_, delays_);
  const bool done = act(alarms, *alert);
  AlertResult result{done ? AlertOutcome::kDone : AlertOutcome::kAlready, alarms.events().Commit(now)};
  if (alert->alarm.presence == SignalPresence::kOff) database_.BumpJudgingGeneration();
  return result;
}

std::vector<AlertEvent> AlertStore::FireDue(Micros now, const std::string& owner) {
  constexpr std::int64_t kAtOnce = 500;
  Lease lease = database_.Write();
  lease.Begin();
  if (!owner.empty()) RequireOwnership(lease, kAlertConsumer, owner);
  std::vector<std::int64_t> due;
  {
    Statement query(lease,
                    "SELECT id FROM fajma_alertesiot WHERE echeance IS NOT NULL AND echeance <= :now AND"
                    " supprime_le IS NULL ORDER BY echeance LIMIT :limit");
    std::int64_t id = 0;
    query.Bind("now", now).Bind("limit", kAtOnce).Into(id);
    while (query.Next()) due.push_back(id);
  }
  AlarmWriter alarms(lease, refs_, delays_);
  for (const std::int64_t id : due) {
    if (std::optional<Alert> alert = LockAlert(lease, refs_, id)) alarms.Give(*alert, {}, now);
  }
  return alarms.events().Commit(now);
}

Micros AlertStore::NextDue() {
  Lease lease = database_.Read();
  std::optional<Micros> due;
  Statement(lease, "SELECT MIN(echeance) FROM fajma_alertesiot WHERE echeance IS NOT NULL AND supprime_le IS NULL")
      .Into(due)
      .Next();
  return due.value_or(0);
}

void AlertStore::MoveTimers(Micros by, Micros now, const std::string& owner) {
  Lease lease = database_.Write();
  lease.Begin();
  if (!owner.empty()) RequireOwnership(lease, kAlertConsumer, owner);
  // Whatever the clocks did: none waits longer than it was told to from now on.
  for (const AlertLevel level : {AlertLevel::kInfo, AlertLevel::kWarning, AlertLevel::kCritical}) {
    Statement(lease,
              "UPDATE fajma_alertesiot SET escalade_le = CASE WHEN escalade_le + :par > :plus_tard THEN :plus_tard2"
              " ELSE escalade_le + :par2 END WHERE escalade_le <> 0 AND niveau = :niveau")
        .Bind("par", by)
        .Bind("par2", by)
        .Bind("plus_tard", now + delays_.Of(level))
        .Bind("plus_tard2", now + delays_.Of(level))
        .Bind("niveau", NameOf(level))
        .Run();
  }
  Statement(lease,
            "UPDATE fajma_alertesiot SET silence_jusqu = CASE WHEN silence_jusqu + :par > :plus_tard THEN :plus_tard2"
            " ELSE silence_jusqu + :par2 END WHERE silence_jusqu <> 0")
      .Bind("par", by)
      .Bind("par2", by)
      .Bind("plus_tard", now + kLongestSilence)
      .Bind("plus_tard2", now + kLongestSilence)
      .Run();
  Statement(lease,
            "UPDATE fajma_alertesiot SET echeance = CASE WHEN escalade_le = 0 THEN silence_jusqu WHEN silence_jusqu = 0"
            " OR escalade_le < silence_jusqu THEN escalade_le ELSE silence_jusqu END WHERE echeance IS NOT NULL")
      .Run();
  lease.Commit();
}

std::vector<AlertEvent> AlertStore::Apply(const std::vector<AlertRequest>& requests, Cursor checkpoint, Micros now,
                                          const std::string& owner, const std::vector<ConditionState>& states) {
  std::vector<AlertEvent> all;
  std::span<const AlertRequest> left(requests);
  do {
    const auto chunk = left.first(std::min<std::size_t>(left.size(), kRequestsPerCommit));
    left = left.subspan(chunk.size());
    std::vector<AlertEvent> events = ApplyChunk(chunk, checkpoint, left.empty() ? &states : nullptr, now, owner);
    all.insert(all.end(), std::make_move_iterator(events.begin()), std::make_move_iterator(events.end()));
  } while (!left.empty());
  return all;
}

// `states`: of the last chunk.
std::vector<AlertEvent> AlertStore::ApplyChunk(std::span<const AlertRequest> requests, Cursor checkpoint,
                                               const std::vector<ConditionState>* states, Micros now,
                                               const std::string& owner) {
  Lease lease = database_.Write();
  lease.Begin();
  if (!owner.empty()) RequireOwnership(lease, kAlertConsumer, owner);
  const std::string_view lock = For(lease.dialect(), "", " FOR UPDATE");
  if (ReadCheckpoint(lease, kAlertConsumer, lock) > checkpoint) return {};
  AlarmWriter alarms(lease, refs_, delays_);
  for (const AlertRequest& request : requests) alarms.Give(request);
  if (states != nullptr) {
    for (const ConditionState& state : *states) WriteState(lease, state);
    WriteCheckpoint(lease, kAlertConsumer, checkpoint);
  }
  return alarms.events().Commit(now);
}

std::vector<ConditionState> AlertStore::LoadStates() {
  Lease lease = database_.Read();
  std::vector<ConditionState> states;
  ConditionState state;
  std::int64_t patient_id = 0;
  std::string text;
  Statement query(lease, "SELECT patient_id, condition_code, etat FROM fajma_condition");
  query.Into(patient_id, state.condition, text);
  while (query.Next()) {
    state.patient = refs_.Patient(lease, patient_id);
    state.signals = ParseSignals(text);
    states.push_back(state);
  }
  return states;
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
