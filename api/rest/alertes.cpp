#include <utility>

#include "api/rest/lists.h"
#include "api/rest/resource_fields.h"
#include "api/rest/resources.h"
#include "core/json/alert_json.h"

namespace fajma::rest {
namespace {

http::Response Show(int status, const Alert& alert) {
  std::string body;
  AppendAlert(body, alert);
  return Json(status, std::move(body));
}

// What the query asks for, within what the route has fixed already.
http::Response List(Call& call, AlertFilter filter) {
  auto read = ReadFilters(call, AlertFilters());
  if (auto* refusal = std::get_if<http::Response>(&read)) return std::move(*refusal);
  const Values& values = std::get<Values>(read);
  filter.device_id = values.Integer("dispositif");
  filter.patient_id = values.Integer("patient");
  if (const auto level = values.Text("niveau")) filter.level = FindAlertLevel(*level);
  if (const auto nature = values.Text("nature")) {
    filter.nature = *nature == NameOf(AlertNature::kTechnical) ? AlertNature::kTechnical : AlertNature::kPhysiological;
  }
  if (!filter.acknowledged) filter.acknowledged = values.Boolean("acquittee");
  filter.present_only = values.Has("etat");
  filter.patients = call.identity->patients;
  call.read_patient = filter.patient_id.value_or(kAnyPatient);
  return AnswerPage(
      call, [&](PageRequest page) { return call.app.alerts.List(filter, page); }, AppendAlert);
}

}  // namespace

void AppendAlert(std::string& out, const Alert& alert) {
  json::ObjectWriter writer(out);
  json::AppendAlertMembers(writer, alert);
  writer.End();
}

void PublishAlerts(const Call& call, const std::vector<AlertEvent>& events) {
  if (call.app.publish_alerts && !events.empty()) call.app.publish_alerts(events);
}

Lookups AlertLookups(const Call& call) {
  Lookups lookups;
  lookups.exists = [&call](const Field& field, std::int64_t id) {
    if (field.name == "dispositif") return FindVisibleDevice(call, id).has_value();
    if (field.name == "patient") return call.identity->Sees(id) && call.app.patients.Exists(id);
    const std::optional<Reading> trigger = call.app.readings.Find(id);
    return trigger && call.identity->Sees(trigger->patient_id);
  };
  return lookups;
}

std::optional<Alert> FindVisibleAlert(const Call& call) {
  const std::optional<std::int64_t> id = call.Id();
  std::optional<Alert> alert = id ? call.app.alerts.Find(*id) : std::nullopt;
  if (alert && !call.identity->Sees(alert->patient ? alert->patient->id : 0)) alert.reset();
  return alert;
}

http::Response ListAlerts(Call& call) { return List(call, {}); }

http::Response ListActiveAlerts(Call& call) {
  AlertFilter filter;
  filter.acknowledged = false;
  return List(call, std::move(filter));
}

http::Response ListCriticalAlerts(Call& call) {
  AlertFilter filter;
  filter.acknowledged = false;
  filter.minimum_level = AlertLevel::kCritical;
  return List(call, std::move(filter));
}

http::Response CreateAlert(Call& call) {
  auto read = ReadValues(call, AlertFields(), AlertLookups(call));
  if (auto* refusal = std::get_if<http::Response>(&read)) return std::move(*refusal);
  const Values& values = std::get<Values>(read);
  NewAlert wanted;
  wanted.device_id = *values.Integer("dispositif");
  wanted.patient_id = *values.Integer("patient");
  wanted.level = FindAlertLevel(*values.Text("niveau")).value_or(AlertLevel::kInfo);
  wanted.title = *values.Text("titre");
  wanted.message = *values.Text("message");
  wanted.trigger_reading_id = values.Integer("donnee_declencheur");
  const AlertEvent event = call.app.alerts.Create(wanted, call.app.now(), call.identity->user.id);
  PublishAlerts(call, {event});
  return Show(201, event.alert);
}

http::Response AcknowledgeAlert(Call& call) {
  const std::optional<Alert> alert = FindVisibleAlert(call);
  if (!alert) return NotFound();
  const AlertResult result = call.app.alerts.Acknowledge(alert->id, call.identity->user.id, call.app.now());
  PublishAlerts(call, result.events);
  if (result.outcome == AlertOutcome::kAlready) return Detail(400, "Alerte déjà acquittée.");
  if (result.outcome == AlertOutcome::kUnknown) return NotFound();
  return Show(200, result.events.back().alert);
}

}  // namespace fajma::rest
