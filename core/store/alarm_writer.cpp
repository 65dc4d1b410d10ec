#include "core/store/alarm_writer.h"

#include <array>
#include <utility>

#include "core/domain/alert_nature.h"

namespace fajma {
namespace {

// What a step is to those who follow alerts; absent: nothing.
constexpr std::array<std::optional<AlertChange>, kAlarmNewsNames.size()> kChanges = {
    std::nullopt,                // kNothing
    AlertChange::kRaised,        // kRaised
    AlertChange::kRaised,        // kReturned
    AlertChange::kEscalated,     // kEscalated
    AlertChange::kAcknowledged,  // kAcknowledged
    AlertChange::kResolved,      // kResolved
    AlertChange::kUpdated,       // kSilenced
    AlertChange::kUpdated,       // kHeard
    AlertChange::kResolved,      // kRemoved
};

bool IsOf(const AlarmStep& step, AlarmInputKind kind) { return AlarmTransitions()[step.row].on == kind; }

void Unacknowledge(Alert& alert) {
  alert.acknowledged = false;
  alert.acknowledged_by.reset();
  alert.acknowledged_at.reset();
}

// What the step makes of the alert's own columns.
void Note(Alert& alert, const AlarmStep& step, const AlertAuthor& author) {
  switch (step.news) {
    case AlarmNews::kEscalated:
      Unacknowledge(alert);
      [[fallthrough]];
    case AlarmNews::kReturned:
      if (step.alarm.condition) alert.resolved_at.reset();
      return;
    case AlarmNews::kAcknowledged:
      alert.acknowledged = true;
      alert.acknowledged_by = author.user_id;
      alert.acknowledged_at = step.at;
      return;
    case AlarmNews::kResolved:
      alert.resolved_at = step.at;
      return;
    case AlarmNews::kRemoved:
      if (!alert.resolved_at) alert.resolved_at = step.at;
      return;
    default:
      return;
  }
}

std::optional<Micros> DueOf(const Alert& alert) {
  const Micros due = NextDue(alert.alarm);
  return due == 0 ? std::nullopt : std::optional(due);
}

// What both a new row and a changed one say.
Statement& BindState(Statement& statement, const Alert& alert) {
  return statement.Bind("niveau", NameOf(alert.level))
      .Bind("titre", alert.title)
      .Bind("message", alert.message)
      .Bind("dispositif", alert.device_id)
      .Bind("patient", alert.patient->id)
      .Bind("declencheur", alert.trigger_reading_id)
      .Bind("signal", static_cast<int>(alert.alarm.presence))
      .Bind("niveau_condition", ConditionLevelName(alert))
      .Bind("escalade", alert.alarm.escalates_at)
      .Bind("silence", alert.alarm.silent_until)
      .Bind("echeance", DueOf(alert));
}

void Insert(Lease& lease, Alert& alert) {
  Statement insert(lease,
                   "INSERT INTO fajma_alertesiot (niveau, titre, message, acquittee, date_creation, dispositif_id,"
                   " donnee_declencheur_id, patient_id, condition_code, \"signal\", niveau_condition, escalade_le,"
                   " silence_jusqu, echeance, tardive) VALUES (:niveau, :titre, :message, 0, :creation, :dispositif,"
                   " :declencheur, :patient, :condition, :signal, :niveau_condition, :escalade, :silence, :echeance,"
                   " :tardive) RETURNING id");
  BindState(insert, alert)
      .Bind("creation", alert.created_at)
      .Bind("condition", alert.condition)
      .Bind("tardive", alert.late)
      .Into(alert.id)
      .Next();
}

}  // namespace

void WriteAlert(Lease& lease, const Alert& alert) {
  Statement update(
      lease,
      "UPDATE fajma_alertesiot SET niveau = :niveau, titre = :titre, message = :message, acquittee = :acquittee,"
      " acquittee_par_id = :par, date_acquittement = :acquittement, dispositif_id = :dispositif,"
      " patient_id = :patient, donnee_declencheur_id = :declencheur, resolue_le = :resolue, \"signal\" = :signal,"
      " niveau_condition = :niveau_condition, escalade_le = :escalade, silence_jusqu = :silence, echeance = :echeance,"
      " assignee_a_id = :assignee WHERE id = :id");
  BindState(update, alert)
      .Bind("acquittee", alert.acknowledged)
      .Bind("par", alert.acknowledged_by)
      .Bind("acquittement", alert.acknowledged_at)
      .Bind("resolue", alert.resolved_at)
      .Bind("assignee", alert.assigned_to)
      .Bind("id", alert.id)
      .Run();
}

std::optional<Alert> LockOpenAlert(Lease& lease, RefCache& refs, std::int64_t patient_id,
                                   const std::string& condition) {
  Statement query(lease, "SELECT " + std::string(kAlertColumns) +
                             " FROM fajma_alertesiot WHERE patient_id = :patient AND condition_code = :condition"
                             " AND \"signal\" <> 0 AND condition_code <> ''" +
                             std::string(For(lease.dialect(), "", " FOR UPDATE")));
  AlertRow row(query);
  query.Bind("patient", patient_id).Bind("condition", condition);
  if (!query.Next()) return std::nullopt;
  return row.Get(lease, refs);
}

void AlarmWriter::Give(const AlertRequest& request) {
  std::optional<Alert> open = LockOpenAlert(lease_, refs_, request.patient->id, request.condition);
  Alert alert;
  alert.condition = request.condition;
  if (open) alert = *std::move(open);
  Take(alert, request.input, request.at, {&request, {}});
}

bool AlarmWriter::Give(Alert& alert, const AlarmInput& input, Micros at, const AlertAuthor& author) {
  return Take(alert, input, at, {nullptr, author});
}

void AlarmWriter::Make(const AlertRequest& request, const AlertAuthor& author) {
  Alert alert;
  Take(alert, request.input, request.at, {&request, author});
}

// True when the input itself changed something, not only what was due before it.
bool AlarmWriter::Take(Alert& alert, const AlarmInput& input, Micros at, const Context& context) {
  const std::vector<AlarmStep> steps = Step(alert.alarm, input, at, {delays_, CeilingOf(alert.condition)});
  if (steps.empty()) return false;
  for (const AlarmStep& step : steps) {
    // An alert that closed may be followed by nothing: one input opens or closes it once.
    Take(alert, step, IsOf(step, input.kind) ? context : Context());
  }
  WriteAlert(lease_, alert);
  return IsOf(steps.back(), input.kind);
}

void AlarmWriter::Take(Alert& alert, const AlarmStep& step, const Context& context) {
  const bool begins = alert.alarm.presence == SignalPresence::kOff;
  alert.alarm = step.alarm;
  if (step.alarm.presence != SignalPresence::kOff) alert.level = step.alarm.level;
  Note(alert, step, context.author);
  const bool tells = step.news != AlarmNews::kNothing && step.news != AlarmNews::kResolved;
  if (context.request != nullptr && tells) {
    alert.message = context.request->message;
    alert.trigger_reading_id = context.request->trigger_reading_id;
  }
  if (begins && context.request != nullptr) {
    alert.patient = context.request->patient;
    alert.device_id = context.request->device_id;
    alert.title = context.request->title;
    alert.late = context.request->late;
    alert.created_at = step.at;
    Insert(lease_, alert);
  }
  const auto change = kChanges[static_cast<std::size_t>(step.news)];
  if (!change) return;
  events_.Add(*change, alert, kAlarmNewsNames[static_cast<std::size_t>(step.news)], step.at, context.author);
}

}  // namespace fajma
