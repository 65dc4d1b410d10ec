#include "core/json/news2_json.h"

#include "core/json/writer.h"

namespace fajma::json {
namespace {

void AppendPoints(std::string& out, const News2Points& each) {
  const auto& [value, measured_at, device_id, reading_id] = each.value;
  const Measure& measure = GetMeasure(value.measure);
  ObjectWriter writer(out);
  writer.String("type_donnee", measure.name);
  if (value.integral) {
    writer.Integer("valeur", static_cast<std::int64_t>(value.value));
  } else {
    writer.Number("valeur", value.value);
  }
  writer.String("unite", measure.unit);
  writer.Integer("points", each.points);
  writer.Time("mesure_le", measured_at);
  writer.End();
}

}  // namespace

void AppendNews2(std::string& out, const News2Score& score) {
  ObjectWriter writer(out);
  writer.Integer("score", score.score);
  writer.Integer("parametres_connus", score.known);
  writer.Integer("parametres", kNews2Parameters);
  writer.Bool("partiel", score.known < kNews2Parameters);
  std::string& detail = writer.Key("detail");
  detail += '[';
  bool first = true;
  for (const std::optional<News2Points>& each : score.detail) {
    if (!each) continue;
    if (!first) detail += ',';
    first = false;
    AppendPoints(detail, *each);
  }
  detail += ']';
  writer.Time("calcule_le", score.computed_at);
  writer.End();
}

}  // namespace fajma::json
