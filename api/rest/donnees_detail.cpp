// One reading: shown, corrected, deleted.
#include <utility>

#include "api/rest/resource_fields.h"
#include "api/rest/resources.h"

namespace fajma::rest {
namespace {

std::optional<Reading> FindVisibleReading(const Call& call) {
  const std::optional<std::int64_t> id = call.Id();
  std::optional<Reading> reading = id ? call.app.readings.Find(*id) : std::nullopt;
  if (reading && !call.identity->Sees(reading->patient_id)) reading.reset();
  return reading;
}

http::Response Show(const Reading& reading) {
  std::string body;
  AppendReading(body, reading);
  return Json(200, std::move(body));
}

// Type and unit are one: what is not sent of them stays.
std::variant<ReadingPatch, http::Response> PatchOf(const Call& call, const Reading& before, const Values& values) {
  const std::string type = values.Text("type_donnee").value_or(before.type);
  const std::string unit = values.Text("unite").value_or(before.unit);
  const bool other_type = type != before.type || unit != before.unit;
  ReadingPatch patch;
  patch.value = values.Number("valeur");
  if (patch.value || other_type) {
    if (auto refusal = RefuseOutOfRange(type, patch.value.value_or(before.value))) return std::move(*refusal);
  }
  if (other_type) {
    patch.type_id = call.app.readings.EnsureType(type, unit);
    if (!patch.type_id) return RefuseField("type_donnee", "Trop de types de données.");
  }
  patch.device_id = values.Integer("dispositif");
  if (const auto quality = values.Integer("qualite_donnee")) patch.quality_percent = static_cast<int>(*quality);
  patch.metadata = values.Text("metadata");
  return patch;
}

http::Response Update(Call& call, bool partial) {
  const std::optional<Reading> before = FindVisibleReading(call);
  if (!before) return NotFound();
  Lookups lookups;
  lookups.exists = [&call](const Field&, std::int64_t id) { return FindVisibleDevice(call, id).has_value(); };
  auto read = ReadValues(call, ReadingFields(), lookups, partial);
  if (auto* refusal = std::get_if<http::Response>(&read)) return std::move(*refusal);
  auto patch = PatchOf(call, *before, std::get<Values>(read));
  if (auto* refusal = std::get_if<http::Response>(&patch)) return std::move(*refusal);
  const std::optional<Reading> after = call.app.readings.Correct(before->id, std::get<ReadingPatch>(patch));
  return after ? Show(*after) : NotFound();
}

}  // namespace

http::Response ShowReading(Call& call) {
  const std::optional<Reading> reading = FindVisibleReading(call);
  if (!reading) return NotFound();
  call.read_patient = reading->patient_id;
  return Show(*reading);
}

http::Response ReplaceReading(Call& call) { return Update(call, false); }
http::Response ChangeReading(Call& call) { return Update(call, true); }

http::Response DeleteReading(Call& call) {
  const std::optional<Reading> reading = FindVisibleReading(call);
  if (!reading || !call.app.readings.Delete(reading->id)) return NotFound();
  http::Response response;
  response.status = 204;
  return response;
}

}  // namespace fajma::rest
