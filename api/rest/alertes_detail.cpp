// One alert: shown, changed, deleted.
#include <utility>

#include "api/rest/resource_fields.h"
#include "api/rest/resources.h"

namespace fajma::rest {
namespace {

http::Response Show(const Alert& alert) {
  std::string body;
  AppendAlert(body, alert);
  return Json(200, std::move(body));
}

// An alert that a measure raised is judged by its patient's readings: it stays with the patient and device.
std::optional<http::Response> RefuseToMove(const Alert& alert, const Values& values) {
  if (alert.condition.empty()) return std::nullopt;
  FieldErrors errors;
  const auto check = [&](std::string_view field, std::int64_t own) {
    if (values.Integer(field).value_or(own) != own) {
      errors.Add(field, "Une alerte déclenchée par une mesure ne change pas de " + std::string(field) + ".");
    }
  };
  check("dispositif", alert.device_id);
  check("patient", alert.patient ? alert.patient->id : 0);
  return errors.empty() ? std::nullopt : std::optional(BadFields(errors));
}

AlertPatch PatchOf(const Values& values) {
  AlertPatch patch;
  patch.device_id = values.Integer("dispositif");
  patch.patient_id = values.Integer("patient");
  if (const auto level = values.Text("niveau")) patch.level = FindAlertLevel(*level);
  patch.title = values.Text("titre");
  patch.message = values.Text("message");
  if (values.Has("donnee_declencheur")) patch.trigger_reading_id = values.Integer("donnee_declencheur");
  return patch;
}

http::Response Update(Call& call, bool partial) {
  const std::optional<Alert> before = FindVisibleAlert(call);
  if (!before) return NotFound();
  auto read = ReadValues(call, AlertFields(), AlertLookups(call), partial);
  if (auto* refusal = std::get_if<http::Response>(&read)) return std::move(*refusal);
  const Values& values = std::get<Values>(read);
  if (auto refusal = RefuseToMove(*before, values)) return std::move(*refusal);
  const auto changed = call.app.alerts.Change(before->id, PatchOf(values), call.app.now(), call.identity->user.id);
  if (!changed) return NotFound();
  PublishAlerts(call, changed->events);
  return Show(changed->alert);
}

}  // namespace

http::Response ShowAlert(Call& call) {
  const std::optional<Alert> alert = FindVisibleAlert(call);
  if (!alert) return NotFound();
  call.read_patient = alert->patient ? alert->patient->id : kAnyPatient;
  return Show(*alert);
}

http::Response ReplaceAlert(Call& call) { return Update(call, false); }
http::Response ChangeAlert(Call& call) { return Update(call, true); }

http::Response DeleteAlert(Call& call) {
  const std::optional<Alert> alert = FindVisibleAlert(call);
  if (!alert) return NotFound();
  const AlertResult result = call.app.alerts.Delete(alert->id, call.app.now(), call.identity->user.id);
  if (result.outcome != AlertOutcome::kDone) return NotFound();
  PublishAlerts(call, result.events);
  http::Response response;
  response.status = 204;
  return response;
}

}  // namespace fajma::rest
