// Statistics of readings: over the whole window, or in buckets.
#include <utility>

#include "api/rest/lists.h"
#include "api/rest/resource_fields.h"
#include "api/rest/resources.h"
#include "core/json/writer.h"

namespace fajma::rest {
namespace {

constexpr std::int64_t kDefaultHours = 24;
constexpr std::int64_t kMinutesOfHour = 60;
constexpr std::int64_t kMaxBuckets = 1500;  // of one type

struct BucketSize {
  std::string_view name;
  std::int64_t minutes;
};
constexpr BucketSize kBucketSizes[] = {{"1m", 1},  {"5m", 5},   {"15m", 15},  {"30m", 30},
                                       {"1h", 60}, {"6h", 360}, {"12h", 720}, {"1d", 1440}};

const BucketSize* FindBucketSize(std::string_view name) {
  for (const BucketSize& size : kBucketSizes) {
    if (size.name == name) return &size;
  }
  return nullptr;
}

void AppendStatistics(std::string& out, const ReadingStatistics& row, bool in_buckets) {
  json::ObjectWriter writer(out);
  if (in_buckets) writer.Time("debut", row.bucket_start);
  writer.String("type_donnee", row.type);
  writer.String("unite", row.unit);
  writer.Integer("nombre", row.count);
  writer.Number("moyenne", row.mean());
  writer.Number("minimum", row.least);
  writer.Number("maximum", row.greatest);
  writer.Time("derniere", row.last_measured_at);
  writer.End();
}

}  // namespace

http::Response ShowStatistics(Call& call) {
  auto read = ReadFilters(call, StatisticsFilters());
  if (auto* refusal = std::get_if<http::Response>(&read)) return std::move(*refusal);
  const Values& values = std::get<Values>(read);
  const std::int64_t hours = values.Integer("hours").value_or(kDefaultHours);
  const std::optional<std::string> asked = values.Text("intervalle");
  const BucketSize* size = asked ? FindBucketSize(*asked) : nullptr;
  if (asked && size == nullptr) return RefuseField("intervalle", "\"" + *asked + "\" is not a valid choice.");
  if (size != nullptr && hours * kMinutesOfHour / size->minutes > kMaxBuckets) {
    return RefuseField("intervalle", "Trop d'intervalles (" + std::to_string(kMaxBuckets) + " au plus).");
  }
  const ReadingFilter filter = ReadingFilterOf(call, values);
  NoteReadingsRead(call, filter);
  const Micros since = call.app.now() - hours * kMinutesOfHour * kMicrosPerMinute;
  const auto rows = call.app.readings.Statistics(filter, since, size == nullptr ? 0 : size->minutes * kMicrosPerMinute);
  std::int64_t total = 0;
  for (const ReadingStatistics& row : rows) total += row.count;
  std::string body;
  json::ObjectWriter writer(body);
  writer.Integer("periode_heures", hours);
  if (size != nullptr) writer.String("intervalle", size->name);
  writer.Integer("total", total);
  writer.Key("statistiques") += '[';
  AppendRows(body, rows,
             [size](std::string& out, const ReadingStatistics& row) { AppendStatistics(out, row, size != nullptr); });
  writer.End();
  return Json(200, std::move(body));
}

}  // namespace fajma::rest
