#include <utility>

#include "api/rest/account_fields.h"
#include "api/rest/lists.h"
#include "api/rest/resource_fields.h"
#include "api/rest/resources.h"
#include "core/json/writer.h"

namespace fajma::rest {
namespace {

void AppendPatient(std::string& out, const Patient& patient) {
  json::ObjectWriter writer(out);
  writer.Integer("id", patient.id);
  writer.String("identifiant", patient.identifier);
  writer.String("nom", patient.last_name);
  writer.String("prenom", patient.first_name);
  writer.StringOrNull("date_naissance", patient.birth_date);
  writer.String("salle", patient.room);
  writer.End();
}

http::Response Show(int status, const Patient& patient) {
  std::string body;
  AppendPatient(body, patient);
  return Json(status, std::move(body));
}

// Also that of a discharged patient: an identifier is one person's for ever.
http::Response IdentifierTaken() {
  FieldErrors errors;
  errors.Add("identifiant", "This field must be unique.");
  return BadFields(errors);
}

void TellMoved(const Call& call, std::int64_t patient_id) {
  EndSessions(call, {.reason = auth::SessionEndReason::kPatientMoved, .login = {}, .patient_id = patient_id});
}

http::Response Update(const Call& call, bool partial) {
  const std::optional<std::int64_t> id = call.Id();
  const std::optional<Patient> before = id ? call.app.patients.Find(*id) : std::nullopt;
  if (!before) return NotFound();
  auto read = ReadValues(call, PatientFields(), PatientLookups(call, *id), partial);
  if (auto* refusal = std::get_if<http::Response>(&read)) return std::move(*refusal);
  const Values& values = std::get<Values>(read);
  PatientPatch patch;
  patch.identifier = values.Text("identifiant");
  patch.last_name = values.Text("nom");
  patch.first_name = values.Text("prenom");
  if (values.Has("date_naissance")) patch.birth_date = values.Text("date_naissance");
  patch.room = values.Text("salle");
  const PatientResult result = call.app.patients.Update(*id, patch);
  if (result.outcome == PatientOutcome::kIdentifierTaken) return IdentifierTaken();
  if (!result.patient) return NotFound();
  if (result.patient->room != before->room) TellMoved(call, *id);
  return Show(200, *result.patient);
}

}  // namespace

http::Response ListPatients(Call& call) {
  auto read = ReadFilters(call, PatientFilters());
  if (auto* refusal = std::get_if<http::Response>(&read)) return std::move(*refusal);
  const PatientFilter filter{std::get<Values>(read).Text("salle"), call.identity->patients};
  call.read_patient = kAnyPatient;
  return AnswerPage(
      call, [&](PageRequest page) { return call.app.patients.List(filter, page); }, AppendPatient);
}

http::Response ShowPatient(Call& call) {
  const std::optional<std::int64_t> id = call.Id();
  if (!id || !call.identity->Sees(*id)) return NotFound();
  const std::optional<Patient> patient = call.app.patients.Find(*id);
  if (!patient) return NotFound();
  call.read_patient = *id;
  return Show(200, *patient);
}

http::Response CreatePatient(Call& call) {
  auto read = ReadValues(call, PatientFields(), PatientLookups(call, 0));
  if (auto* refusal = std::get_if<http::Response>(&read)) return std::move(*refusal);
  const Values& values = std::get<Values>(read);
  Patient patient;
  patient.identifier = *values.Text("identifiant");
  patient.last_name = *values.Text("nom");
  patient.first_name = *values.Text("prenom");
  patient.birth_date = values.Text("date_naissance");
  patient.room = values.Text("salle").value_or("");
  const PatientResult result = call.app.patients.Create(patient);
  return result.patient ? Show(201, *result.patient) : IdentifierTaken();
}

http::Response ReplacePatient(Call& call) { return Update(call, false); }

http::Response ChangePatient(Call& call) { return Update(call, true); }

http::Response DischargePatient(Call& call) {
  const std::optional<std::int64_t> id = call.Id();
  if (!id || !call.app.patients.Delete(*id, call.app.now())) return NotFound();
  TellMoved(call, *id);
  return NoContent();
}

}  // namespace fajma::rest
