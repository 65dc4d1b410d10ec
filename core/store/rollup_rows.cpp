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

}  // namespace

// Rows of fajma_cumul, a vector for each column.
struct RollupRows::Columns {
  std::vector<int> scale, type;
  std::vector<long long> start, patient, device, count, last;
  std::vector<double> sum, least, greatest;

  void Add(int of_scale, const Sums& sums);
};

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
  Columns rows;
  rows.Add(kMinuteScale, minutes_);
  rows.Add(kHourScale, hours);
  rows.Add(kTotalMinuteScale, total_minutes);
  rows.Add(kTotalHourScale, total_hours);
  if (rows.scale.empty()) return;
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

void RollupRows::Columns::Add(int of_scale, const Sums& sums) {
  for (const auto& [key, of] : sums) {
    const auto& [begin, patient_id, device_id, type_id] = key;
    scale.push_back(of_scale);
    start.push_back(begin);
    patient.push_back(patient_id);
    device.push_back(device_id);
    type.push_back(type_id);
    count.push_back(of.count);
    sum.push_back(of.sum);
    least.push_back(of.least);
    greatest.push_back(of.greatest);
    last.push_back(of.last);
  }
}

}  // namespace fajma
