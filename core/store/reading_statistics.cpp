// Statistics from the rollups: whole hours from the hours, what is before the first of them from the minutes.
#include <algorithm>
#include <map>
#include <utility>

#include "core/store/conditions.h"
#include "core/store/reading_store.h"
#include "core/store/rollup_rows.h"

namespace fajma {
namespace {

constexpr Micros kHour = 60 * kMicrosPerMinute;
constexpr Micros kNoEndOfTime = std::numeric_limits<Micros>::max();

struct Interval {
  int scale = kMinuteScale;
  Micros from = 0;
  Micros to = kNoEndOfTime;  // not included
};

using SumsByBucket = std::map<std::pair<Micros, TypeId>, ReadingStatistics>;

void Fold(const ReadingStatistics& row, ReadingStatistics& into) {
  into.least = into.count == 0 ? row.least : std::min(into.least, row.least);
  into.greatest = into.count == 0 ? row.greatest : std::max(into.greatest, row.greatest);
  into.last_measured_at =
      into.count == 0 ? row.last_measured_at : std::max(into.last_measured_at, row.last_measured_at);
  into.count += row.count;
  into.sum += row.sum;
}

Conditions ConditionsOf(const ReadingFilter& filter, const std::optional<std::vector<std::int64_t>>& types,
                        Dialect dialect, const Interval& interval) {
  Conditions conditions;
  conditions.Add("echelle = :echelle", "echelle", std::int64_t{interval.scale});
  conditions.Add("debut >= :de", "de", interval.from);
  conditions.Add("debut < :a", "a", interval.to);
  if (filter.device_id) conditions.Add("dispositif_id = :dispositif", "dispositif", *filter.device_id);
  if (filter.patient_id) conditions.Add("patient_id = :patient", "patient", *filter.patient_id);
  if (filter.patients) conditions.AddIn(dialect, "patient_id", "patients", *filter.patients);
  if (types) conditions.AddIn(dialect, "type_id", "types", *types);
  return conditions;
}

// `step` 0: all in one bucket.
void AddSums(Lease& lease, const Conditions& conditions, Micros step, SumsByBucket& sums) {
  const std::string bucket = step == 0 ? "0" : "debut - debut % " + std::to_string(step);
  Statement query(lease, "SELECT CAST(" + bucket +
                             " AS BIGINT), type_id, CAST(SUM(nombre) AS BIGINT), SUM(somme), MIN(minimum),"
                             " MAX(maximum), MAX(derniere) FROM fajma_cumul" +
                             conditions.text() + " GROUP BY 1, 2");
  conditions.BindTo(query);
  ReadingStatistics row;
  int type = 0;
  query.Into(row.bucket_start, type, row.count, row.sum, row.least, row.greatest, row.last_measured_at);
  while (query.Next()) {
    ReadingStatistics& into = sums[{row.bucket_start, static_cast<TypeId>(type)}];
    into.bucket_start = row.bucket_start;
    Fold(row, into);
  }
}

}  // namespace

std::vector<ReadingStatistics> ReadingStore::Statistics(const ReadingFilter& filter, Micros since, Micros step) {
  const Micros from = StartOf(since, kMicrosPerMinute);
  const Micros first_hour = StartOf(from + kHour - 1, kHour);
  const bool whole_hours = step % kHour == 0;
  const Interval minutes{kMinuteScale, from, whole_hours ? first_hour : kNoEndOfTime};
  const Interval hours{kHourScale, first_hour, kNoEndOfTime};

  Lease lease = database_.Read();
  lease.Begin();  // one snapshot for both
  std::optional<std::vector<std::int64_t>> types;
  if (filter.type) {
    const std::vector<TypeId> found = types_.FindByName(lease, *filter.type);
    types.emplace(found.begin(), found.end());
  }
  SumsByBucket sums;
  AddSums(lease, ConditionsOf(filter, types, lease.dialect(), minutes), step, sums);
  if (whole_hours) AddSums(lease, ConditionsOf(filter, types, lease.dialect(), hours), step, sums);

  std::vector<ReadingStatistics> rows;
  for (auto& [key, row] : sums) {
    ReadingType type = types_.Get(lease, key.second);
    row.type = std::move(type.name);
    row.unit = std::move(type.unit);
    rows.push_back(std::move(row));
  }
  std::ranges::sort(rows, {},
                    [](const ReadingStatistics& row) { return std::tie(row.bucket_start, row.type, row.unit); });
  return rows;
}

}  // namespace fajma
