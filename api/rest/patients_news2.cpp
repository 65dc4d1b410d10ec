// The NEWS2 score of a patient, as far as it is known.
#include <utility>

#include "api/rest/resources.h"
#include "core/alerts/news2.h"
#include "core/json/news2_json.h"

namespace fajma::rest {
namespace {

News2Values ValuesOf(const std::vector<LatestValue>& latest) {
  News2Values values;
  for (const LatestValue& each : latest) {
    if (each.type_id >= kFirstFreeType) continue;
    const auto measure = static_cast<MeasureId>(each.type_id);
    const std::optional<std::size_t> place = News2PlaceOf(measure);
    if (!place) continue;
    values[*place] = {{measure, each.integral, each.value}, each.measured_at, each.device_id, each.reading_id};
  }
  return values;
}

}  // namespace

http::Response ShowPatientNews2(Call& call) {
  const std::optional<std::int64_t> id = call.Id();
  if (!id || !call.identity->Sees(*id) || !call.app.patients.Find(*id)) return NotFound();
  call.read_patient = *id;
  std::string body;
  json::AppendNews2(body, ScoreNews2(ValuesOf(call.app.readings.LatestValues(*id)), call.app.now()));
  return Json(200, std::move(body));
}

}  // namespace fajma::rest
