// Statistics from the rollups: whole hours from the hours, what is before the first of them from the minutes. Over all
// patients they come from the totals; of some patients each interval is looked up for each of them, since the key
// leads with the time, and a range of time holds the rows of all patients.
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

// Intervals times patients that are looked up one by one; beyond that one range is read.
constexpr std::int64_t kMaxLookups = 8192;

// Whose rows are asked for.
struct Scope {
  std::optional<std::int64_t> device_id;
  VisiblePatients patients;  // absent: all
  std::optional<std::vector<std::int64_t>> types;
  bool of_all() const { return !device_id && !patients; }
};

std::vector<std::int64_t> PatientsOf(Lease& lease, std::int64_t device_id) {
  std::vector<std::int64_t> patients;
  std::int64_t patient = 0;
  Statement query(lease, "SELECT DISTINCT patient_id FROM fajma_serie WHERE dispositif_id = :dispositif");
  query.Bind("dispositif", device_id).Into(patient);
  while (query.Next()) patients.push_back(patient);
  return patients;
}

// A patient or device that is asked for and not visible leaves no patients.
Scope ScopeOf(Lease& lease, const ReadingFilter& filter, TypeCatalogue& catalogue) {
  Scope scope{filter.device_id, filter.patients, {}};
  const auto narrow = [&scope](const std::vector<std::int64_t>& to) {
    if (!scope.patients) scope.patients = to;
    std::erase_if(*scope.patients, [&to](std::int64_t id) { return std::ranges::find(to, id) == to.end(); });
  };
  if (filter.patient_id) narrow({*filter.patient_id});
  if (filter.device_id) narrow(PatientsOf(lease, *filter.device_id));
  if (filter.type) {
    const std::vector<TypeId> found = catalogue.FindByName(lease, *filter.type);
    scope.types.emplace(found.begin(), found.end());
  }
  return scope;
}

Micros NewestStart(Lease& lease, int scale) {
  std::optional<Micros> newest;
  Statement(lease, "SELECT MAX(debut) FROM fajma_cumul WHERE echelle = :echelle")
      .Bind("echelle", scale)
      .Into(newest)
      .Next();
  return newest.value_or(0);
}

void AddTimes(Lease& lease, const Scope& scope, const Interval& interval, Conditions& conditions) {
  if (scope.patients) {
    const Micros step = interval.scale * kMicrosPerMinute;
    const Micros to = std::min(interval.to, NewestStart(lease, interval.scale) + 1);
    const std::int64_t count = to <= interval.from ? 0 : (to - interval.from - 1) / step + 1;
    if (count * static_cast<std::int64_t>(scope.patients->size()) <= kMaxLookups) {
      std::vector<std::int64_t> starts;
      for (std::int64_t i = 0; i < count; ++i) starts.push_back(interval.from + i * step);
      conditions.AddIn(lease.dialect(), "debut", "debuts", starts);
      return;
    }
  }
  conditions.Add("debut >= :de", "de", interval.from);
  conditions.Add("debut < :a", "a", interval.to);
}

Conditions ConditionsOf(Lease& lease, const Scope& scope, const Interval& interval) {
  Conditions conditions;
  conditions.Add("echelle = :echelle", "echelle", std::int64_t{scope.of_all() ? -interval.scale : interval.scale});
  AddTimes(lease, scope, interval, conditions);
  if (scope.patients) conditions.AddIn(lease.dialect(), "patient_id", "patients", *scope.patients);
  if (scope.device_id) conditions.Add("dispositif_id = :dispositif", "dispositif", *scope.device_id);
  if (scope.types) conditions.AddIn(lease.dialect(), "type_id", "types", *scope.types);
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

std::vector<std::int64_t> ReadingStore::PatientsOfDevice(std::int64_t device_id) {
  Lease lease = database_.Read();
  return PatientsOf(lease, device_id);
}

std::vector<ReadingStatistics> ReadingStore::Statistics(const ReadingFilter& filter, Micros since, Micros step) {
  const Micros from = StartOf(since, kMicrosPerMinute);
  const Micros first_hour = StartOf(from + kHour - 1, kHour);
  const bool whole_hours = step % kHour == 0;
  const Interval minutes{kMinuteScale, from, whole_hours ? first_hour : kNoEndOfTime};
  const Interval hours{kHourScale, first_hour, kNoEndOfTime};

  Lease lease = database_.Read();
  lease.Begin();  // one snapshot for both
  const Scope scope = ScopeOf(lease, filter, types_);
  if (scope.patients && scope.patients->empty()) return {};
  SumsByBucket sums;
  AddSums(lease, ConditionsOf(lease, scope, minutes), step, sums);
  if (whole_hours) AddSums(lease, ConditionsOf(lease, scope, hours), step, sums);

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
