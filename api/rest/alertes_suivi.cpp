// What is done about an alert beside its acknowledgement, the account of it, and whom it may be given to.
#include <utility>

#include "api/rest/lists.h"
#include "api/rest/resource_fields.h"
#include "api/rest/resources.h"
#include "core/json/alert_json.h"
#include "core/store/alert_audit.h"
#include "core/store/user_store.h"

namespace fajma::rest {
namespace {

void AppendEntry(std::string& out, const AuditEntry& entry) {
  json::ObjectWriter writer(out);
  writer.Time("fait_le", entry.at);
  writer.String("fait", entry.what);
  writer.String("niveau", NameOf(entry.level));
  writer.IntegerOrNull("utilisateur", entry.user_id);
  writer.String("detail", entry.detail);
  writer.End();
}

// The alert with its alarm.
http::Response Show(const Alert& alert, const std::vector<AuditEntry>* entries = nullptr) {
  std::string body;
  json::ObjectWriter writer(body);
  json::AppendAlertMembers(writer, alert);
  json::AppendAlarmMembers(writer, alert);
  if (entries != nullptr) {
    std::string list;
    for (const AuditEntry& entry : *entries) {
      list += list.empty() ? "" : ",";
      AppendEntry(list, entry);
    }
    writer.Raw("journal", "[" + list + "]");
  }
  writer.End();
  return Json(200, std::move(body));
}

// `already`: what to say when nothing was to be done.
http::Response Answer(Call& call, const AlertResult& result, std::string_view already) {
  PublishAlerts(call, result.events);
  if (result.outcome == AlertOutcome::kUnknown) return NotFound();
  if (result.outcome == AlertOutcome::kAlready) return Detail(400, already);
  return Show(result.events.back().alert);
}

// Who takes care of an alert must be able to, and see its patient.
Lookups AssigneeLookups(const Call& call, const Alert& alert) {
  Lookups lookups;
  lookups.exists = [&call, room = alert.patient ? alert.patient->room : ""](const Field&, std::int64_t id) {
    const std::optional<User> user = call.app.users.Find(id);
    return user && TakesCareOfAlertsIn(*user, room);
  };
  return lookups;
}

void AppendCarer(std::string& out, const Carer& carer) {
  json::ObjectWriter writer(out);
  writer.Integer("id", carer.id);
  writer.String("username", carer.name);
  writer.String("role", carer.role);
  writer.End();
}

}  // namespace

http::Response ShowAlertAccount(Call& call) {
  const std::optional<Alert> alert = FindVisibleAlert(call);
  if (!alert) return NotFound();
  call.read_patient = alert->patient ? alert->patient->id : kAnyPatient;
  const std::vector<AuditEntry> entries = AlertAudit(call.app.database).Of(alert->id);
  return Show(*alert, &entries);
}

http::Response EscalateAlert(Call& call) {
  const std::optional<Alert> alert = FindVisibleAlert(call);
  if (!alert) return NotFound();
  return Answer(call, call.app.alerts.Escalate(alert->id, call.identity->user.id, call.app.now()),
                "Alerte acquittée, close ou déjà au plus haut niveau.");
}

http::Response SilenceAlert(Call& call) {
  const std::optional<Alert> alert = FindVisibleAlert(call);
  if (!alert) return NotFound();
  auto read = ReadValues(call, SilenceFields(), {});
  if (auto* refusal = std::get_if<http::Response>(&read)) return std::move(*refusal);
  const Micros now = call.app.now();
  const Micros until = now + *std::get<Values>(read).Integer("minutes") * kMicrosPerMinute;
  return Answer(call, call.app.alerts.Silence(alert->id, call.identity->user.id, until, now),
                "Alerte acquittée ou close, ou qui n'était pas silencieuse.");
}

http::Response AssignAlert(Call& call) {
  const std::optional<Alert> alert = FindVisibleAlert(call);
  if (!alert) return NotFound();
  auto read = ReadValues(call, AssignFields(), AssigneeLookups(call, *alert));
  if (auto* refusal = std::get_if<http::Response>(&read)) return std::move(*refusal);
  const auto to = std::get<Values>(read).Integer("utilisateur");
  return Answer(call, call.app.alerts.Assign(alert->id, call.identity->user.id, to, call.app.now()),
                "Alerte déjà confiée à cet utilisateur.");
}

http::Response CommentAlert(Call& call) {
  const std::optional<Alert> alert = FindVisibleAlert(call);
  if (!alert) return NotFound();
  auto read = ReadValues(call, CommentFields(), {});
  if (auto* refusal = std::get_if<http::Response>(&read)) return std::move(*refusal);
  const std::string text = *std::get<Values>(read).Text("commentaire");
  return Answer(call, call.app.alerts.Comment(alert->id, call.identity->user.id, text, call.app.now()), "");
}

http::Response ListAlertCarers(Call& call) {
  const bool sees_all = (call.identity->role & kRoomRoles) == 0;
  const auto seer = sees_all ? std::nullopt : std::optional(call.identity->user.id);
  return AnswerArray(call.app.users.ListCarers(seer), AppendCarer);
}

}  // namespace fajma::rest
