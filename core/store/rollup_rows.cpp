#include "core/store/rollup_rows.h"

#include <algorithm>
#include <vector>

namespace fajma {
namespace {

constexpr Micros kHour = 60 * kMicrosPerMinute;

constexpr std::string_view kInsert =
    "INSERT INTO fajma_cumul (echelle, debut, patient_id, dispositif_id, type_id, nombre, somme, minimum, maximum,"
    " derniere) ";
constexpr std::string_view kValues =
    "VALUES (:echelle, :debut, :patient, :dispositif, :type, :nombre, :somme, :minimum, :maximum, :derniere)";
constexpr std::string_view kArrays =
    "SELECT * FROM unnest(CAST(:echelle AS SMALLINT[]), CAST(:debut AS BIGINT[]), CAST(:patient AS BIGINT[]),"
    " CAST(:dispositif AS BIGINT[]), CAST(:type AS SMALLINT[]), CAST(:nombre AS BIGINT[]),"
    " CAST(:somme AS DOUBLE PRECISION[]), CAST(:minimum AS DOUBLE PRECISION[]),"
    " CAST(:maximum AS DOUBLE PRECISION[]), CAST(:derniere AS BIGINT[]))";
constexpr std::string_view kOnConflict =
    " ON CONFLICT (echelle, debut, patient_id, dispositif_id, type_id) DO UPDATE SET"
    " nombre = fajma_cumul.nombre + excluded.nombre, somme = fajma_cumul.somme + excluded.somme,"
    " minimum = CASE WHEN excluded.minimum < fajma_cumul.minimum THEN excluded.minimum ELSE fajma_cumul.minimum END,"
    " maximum = CASE WHEN excluded.maximum > fajma_cumul.maximum THEN excluded.maximum ELSE fajma_cumul.maximum END,"
    " derniere = CASE WHEN excluded.derniere > fajma_cumul.derniere THEN excluded.derniere"
    " ELSE fajma_cumul.derniere END";

struct Columns {
  std::vector<int> scale, type;
  std::vector<long long> start, patient, device, count, last;
  std::vector<double> sum, least, greatest;
};

}  // namespace

void RollupRows::Sum::Fold(const Sum& other) {
  least = count == 0 ? other.least : std::min(least, other.least);
  greatest = count == 0 ? other.greatest : std::max(greatest, other.greatest);
  last = std::max(last, other.last);
  count += other.count;
  sum += other.sum;
}

void RollupRows::Add(std::int64_t patient_id, std::int64_t device_id, TypeId type_id, Micros measured_at,
                     double value) {
  minutes_[{StartOf(measured_at, kMicrosPerMinute), patient_id, device_id, type_id}].Fold(
      {1, value, value, value, measured_at});
}

void RollupRows::Upsert(Lease& lease) {
  Sums hours;
  Sums total_minutes;
  Sums total_hours;
  for (const auto& [key, sum] : minutes_) {
    const auto& [start, patient, device, type] = key;
    hours[{StartOf(start, kHour), patient, device, type}].Fold(sum);
    total_minutes[{start, 0, 0, type}].Fold(sum);
    total_hours[{StartOf(start, kHour), 0, 0, type}].Fold(sum);
  }
  Write(lease, kMinuteScale, minutes_);
  Write(lease, kHourScale, hours);
  Write(lease, kTotalMinuteScale, total_minutes);
  Write(lease, kTotalHourScale, total_hours);
}

void RollupRows::Write(Lease& lease, int scale, const Sums& sums) {
  if (sums.empty()) return;
  Columns rows;
  for (const auto& [key, sum] : sums) {
    const auto& [start, patient, device, type] = key;
    rows.scale.push_back(scale);
    rows.start.push_back(start);
    rows.patient.push_back(patient);
    rows.device.push_back(device);
    rows.type.push_back(type);
    rows.count.push_back(sum.count);
    rows.sum.push_back(sum.sum);
    rows.least.push_back(sum.least);
    rows.greatest.push_back(sum.greatest);
    rows.last.push_back(sum.last);
  }
  Statement(lease,
            std::string(kInsert) + std::string(For(lease.dialect(), kValues, kArrays)) + std::string(kOnConflict))
      .BindColumn("echelle", rows.scale)
      .BindColumn("debut", rows.start)
      .BindColumn("patient", rows.patient)
      .BindColumn("dispositif", rows.device)
      .BindColumn("type", rows.type)
      .BindColumn("nombre", rows.count)
      .BindColumn("somme", rows.sum)
      .BindColumn("minimum", rows.least)
      .BindColumn("maximum", rows.greatest)
      .BindColumn("derniere", rows.last)
      .Run();
}

}  // namespace fajma
