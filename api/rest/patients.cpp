#include <utility>

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

}  // namespace

http::Response ListPatients(Call& call) {
  auto read = ReadFilters(call, PatientFilters());
  if (auto* refusal = std::get_if<http::Response>(&read)) return std::move(*refusal);
  const PatientFilter filter{std::get<Values>(read).Text("salle"), call.identity->patients};
  return AnswerPage(
      call, [&](PageRequest page) { return call.app.patients.List(filter, page); }, AppendPatient);
}

http::Response ShowPatient(Call& call) {
  const std::optional<std::int64_t> id = call.Id();
  if (!id || !call.identity->Sees(*id)) return NotFound();
  const std::optional<Patient> patient = call.app.patients.Find(*id);
  if (!patient) return NotFound();
  std::string body;
  AppendPatient(body, *patient);
  return Json(200, std::move(body));
}

}  // namespace fajma::rest
