#include "core/store/threshold_store.h"

#include <tuple>

#include "core/store/conditions.h"

namespace fajma {
namespace {

constexpr std::string_view kColumns =
    "patient_id, mesure, niveau, seuil_bas, seuil_haut, date_modification, modifie_par_id, hysteresis, "
    "delai_apparition,"
    " delai_disparition, repetitions, variation, variation_duree";

// The variables of "id," and kColumns, in their order; behind them those of `last`, if any.
class ThresholdRow {
 public:
  template <typename... Last>
  explicit ThresholdRow(Statement& query, Last&... last) {
    query.Into(row_.id, row_.patient_id, measure_, level_, row_.bounds.low, row_.bounds.high, row_.changed_at,
               row_.changed_by, row_.dead_band, row_.on_delay, row_.off_delay, row_.repeats, variation_,
               variation_within_, last...);
  }

  Threshold Get() const {
    Threshold row = row_;
    row.measure = static_cast<MeasureId>(measure_);
    row.level = FindAlertLevel(level_).value_or(AlertLevel::kWarning);
    if (variation_ && variation_within_) row.trend = {*variation_, *variation_within_};
    return row;
  }

 private:
  Threshold row_;
  int measure_ = 0;
  std::string level_;
  std::optional<double> variation_;
  std::optional<Micros> variation_within_;
};

std::string Select() { return "SELECT id, " + std::string(kColumns) + " FROM fajma_seuil"; }

Statement& BindAll(Statement& statement, const Threshold& threshold) {
  return statement.Bind("patient", threshold.patient_id)
      .Bind("mesure", static_cast<int>(threshold.measure))
      .Bind("niveau", NameOf(threshold.level))
      .Bind("bas", threshold.bounds.low.value_or(0))
      .Bind("sans_bas", threshold.bounds.low ? 0 : 1)
      .Bind("haut", threshold.bounds.high.value_or(0))
      .Bind("sans_haut", threshold.bounds.high ? 0 : 1)
      .Bind("date", threshold.changed_at)
      .Bind("par", threshold.changed_by)
      .Bind("bande", threshold.dead_band.value_or(0))
      .Bind("sans_bande", threshold.dead_band ? 0 : 1)
      .Bind("apparition", threshold.on_delay)
      .Bind("disparition", threshold.off_delay)
      .Bind("repetitions", threshold.repeats)
      .Bind("variation", threshold.trend.value_or(TrendRule()).amount)
      .Bind("sans_variation", threshold.trend ? 0 : 1)
      .Bind("variation_duree", threshold.trend ? std::optional(threshold.trend->within) : std::nullopt);
}

// A bound that is missing is bound as a flag: a number that may be NULL has no type of its own.
constexpr std::string_view kValues =
    ":patient, :mesure, :niveau, CASE WHEN CAST(:sans_bas AS INTEGER) = 0 THEN CAST(:bas AS DOUBLE PRECISION) END,"
    " CASE WHEN CAST(:sans_haut AS INTEGER) = 0 THEN CAST(:haut AS DOUBLE PRECISION) END, :date, :par,"
    " CASE WHEN CAST(:sans_bande AS INTEGER) = 0 THEN CAST(:bande AS DOUBLE PRECISION) END, CAST(:apparition AS "
    "BIGINT),"
    " CAST(:disparition AS BIGINT), CAST(:repetitions AS BIGINT),"
    " CASE WHEN CAST(:sans_variation AS INTEGER) = 0 THEN CAST(:variation AS DOUBLE PRECISION) END,"
    " CAST(:variation_duree AS BIGINT)";

void AddToHistory(Lease& lease, const Threshold& threshold, bool in_force) {
  Statement insert(
      lease,
      "INSERT INTO fajma_seuil_historique (patient_id, mesure, niveau, seuil_bas, seuil_haut, depuis,"
      " utilisateur_id, hysteresis, delai_apparition, delai_disparition, repetitions, variation, variation_duree,"
      " seuil_id, en_vigueur) VALUES (" +
          std::string(kValues) + ", :id, :en_vigueur)");
  BindAll(insert, threshold).Bind("id", threshold.id).Bind("en_vigueur", in_force ? 1 : 0).Run();
}

std::optional<Threshold> LockThreshold(Lease& lease, std::int64_t id) {
  Statement query(lease, Select() + " WHERE id = :id" + std::string(For(lease.dialect(), "", " FOR UPDATE")));
  ThresholdRow row(query);
  return query.Bind("id", id).Next() ? std::optional(row.Get()) : std::nullopt;
}

bool AreSame(const Threshold& left, const Threshold& right) {
  const auto all = [](const Threshold& row) {
    return std::tie(row.id, row.patient_id, row.measure, row.level, row.bounds.low, row.bounds.high, row.changed_at,
                    row.changed_by, row.dead_band, row.on_delay, row.off_delay, row.repeats);
  };
  return left.trend == right.trend && all(left) == all(right);
}

}  // namespace

ThresholdSetting SettingOf(const Threshold& threshold) {
  ThresholdSetting setting{threshold.bounds, threshold.dead_band, threshold.on_delay, threshold.off_delay, {},
                           threshold.trend};
  if (threshold.repeats) setting.repeats = static_cast<std::uint32_t>(*threshold.repeats);
  return setting;
}

std::optional<Threshold> ThresholdStore::Find(std::int64_t id) {
  Lease lease = database_.Read();
  Statement query(lease, Select() + " WHERE id = :id");
  ThresholdRow row(query);
  return query.Bind("id", id).Next() ? std::optional(row.Get()) : std::nullopt;
}

Page<Threshold> ThresholdStore::List(const ThresholdFilter& filter, PageRequest page) {
  Lease lease = database_.Read();
  Conditions conditions;
  if (filter.patient_id) conditions.Add("patient_id = :patient", "patient", *filter.patient_id);
  if (filter.measure) conditions.Add("mesure = :mesure", "mesure", static_cast<std::int64_t>(*filter.measure));
  if (filter.level) conditions.Add("niveau = :niveau", "niveau", std::string(NameOf(*filter.level)));
  if (filter.patients) {
    std::vector<std::int64_t> visible = *filter.patients;
    visible.push_back(kAllPatients);
    conditions.AddIn(lease.dialect(), "patient_id", "patients", visible);
  }
  Page<Threshold> result;
  Statement count(lease, "SELECT COUNT(*) FROM fajma_seuil" + conditions.text());
  conditions.BindTo(count);
  count.Into(result.count).Next();
  if (page.bounded_limit() == 0 || page.bounded_offset() >= result.count) return result;
  Statement query(lease, Select() + conditions.text() + " ORDER BY id LIMIT :limit OFFSET :offset");
  conditions.BindTo(query);
  query.Bind("limit", page.bounded_limit()).Bind("offset", page.bounded_offset());
  ThresholdRow row(query);
  while (query.Next()) result.rows.push_back(row.Get());
  return result;
}

std::vector<ThresholdChange> ThresholdStore::History(std::int64_t id) {
  Lease lease = database_.Read();
  Statement query(lease,
                  "SELECT seuil_id, patient_id, mesure, niveau, seuil_bas, seuil_haut, depuis, utilisateur_id,"
                  " hysteresis, delai_apparition, delai_disparition, repetitions, variation, variation_duree,"
                  " en_vigueur FROM fajma_seuil_historique WHERE seuil_id = :id ORDER BY id LIMIT 1000");
  bool in_force = true;
  ThresholdRow row(query, in_force);
  query.Bind("id", id);
  std::vector<ThresholdChange> changes;
  while (query.Next()) changes.push_back({row.Get(), in_force});
  return changes;
}

Thresholds ThresholdStore::Load() {
  Lease lease = database_.Read();
  Thresholds thresholds;
  Statement query(lease, Select());
  ThresholdRow row(query);
  while (query.Next()) {
    const Threshold threshold = row.Get();
    thresholds.Set(threshold.patient_id, threshold.measure, threshold.level, SettingOf(threshold));
  }
  return thresholds;
}

std::optional<Threshold> ThresholdStore::Create(const Threshold& threshold) {
  Threshold created = threshold;
  Lease lease = database_.Write();
  lease.Begin();
  {
    Statement insert(lease, "INSERT INTO fajma_seuil (" + std::string(kColumns) + ") VALUES (" + std::string(kValues) +
                                ") ON CONFLICT DO NOTHING RETURNING id");
    if (!BindAll(insert, threshold).Into(created.id).Next()) return std::nullopt;
  }
  AddToHistory(lease, created, true);
  lease.Commit();
  database_.BumpJudgingGeneration();
  return created;
}

ThresholdOutcome ThresholdStore::Update(const Threshold& before, const Threshold& threshold) {
  Lease lease = database_.Write();
  lease.Begin();
  const std::optional<Threshold> current = LockThreshold(lease, threshold.id);
  if (!current) return ThresholdOutcome::kUnknown;
  if (!AreSame(*current, before)) return ThresholdOutcome::kChanged;
  try {
    Statement update(lease, "UPDATE fajma_seuil SET (" + std::string(kColumns) + ") = (" + std::string(kValues) +
                                ") WHERE id = :id");
    BindAll(update, threshold).Bind("id", threshold.id).Run();
  } catch (const ConstraintError&) {
    return ThresholdOutcome::kTaken;
  }
  AddToHistory(lease, threshold, true);
  lease.Commit();
  database_.BumpJudgingGeneration();
  return ThresholdOutcome::kDone;
}

bool ThresholdStore::Delete(std::int64_t id, std::int64_t user_id, Micros now) {
  Lease lease = database_.Write();
  lease.Begin();
  std::optional<Threshold> threshold = LockThreshold(lease, id);
  if (!threshold) return false;
  Statement(lease, "DELETE FROM fajma_seuil WHERE id = :id").Bind("id", id).Run();
  threshold->changed_at = now;
  threshold->changed_by = user_id;
  AddToHistory(lease, *threshold, false);
  lease.Commit();
  database_.BumpJudgingGeneration();
  return true;
}

}  // namespace fajma
