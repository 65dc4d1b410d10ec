#include "core/domain/thresholds.h"

#include <algorithm>

namespace fajma {
namespace {

const Bounds& CatalogueBounds(const Measure& measure, AlertLevel level) {
  if (level == AlertLevel::kEmergency) return measure.emergency;
  return level == AlertLevel::kCritical ? measure.critical : measure.warning;
}

std::size_t PlaceOf(MeasureId measure) { return static_cast<std::size_t>(measure) - 1; }
std::size_t PlaceOf(AlertLevel level) {
  return static_cast<std::size_t>(AlertLevel::kEmergency) - static_cast<std::size_t>(level);
}

bool IsOutside(const Bounds& bounds, double value) {
  return (bounds.low && value < *bounds.low) || (bounds.high && value > *bounds.high);
}

}  // namespace

Thresholds::Thresholds() { Resolve(kAllPatients); }

void Thresholds::Set(std::int64_t patient_id, MeasureId measure, AlertLevel level, const ThresholdSetting& setting) {
  set_[patient_id][PlaceOf(measure)][PlaceOf(level)] = setting;
  Resolve(patient_id);
  if (patient_id == kAllPatients) {
    for (const auto& [patient, settings] : set_) Resolve(patient);
  }
  if (setting.trend || HasTrends()) CollectTrends();
}

void Thresholds::CollectTrends() {
  trends_.clear();
  for (const auto& [patient, rules] : rules_) {
    for (std::size_t measure = 0; measure < kMeasureCount; ++measure) {
      Micros within = 0;
      for (const AlertRule& rule : rules[measure]) {
        if (rule.trend.IsOn()) within = std::max(within, rule.trend.within);
      }
      if (within > 0) trends_.push_back({patient, Measures()[measure].id, within});
    }
  }
}

const std::optional<ThresholdSetting>* Thresholds::Find(std::int64_t patient_id, std::size_t measure,
                                                        std::size_t level) const {
  const auto found = set_.find(patient_id);
  if (found == set_.end()) return nullptr;
  const std::optional<ThresholdSetting>& setting = found->second[measure][level];
  return setting ? &setting : nullptr;
}

void Thresholds::Resolve(std::int64_t patient_id) {
  RulesOfPatient& rules = rules_[patient_id];
  for (std::size_t measure = 0; measure < kMeasureCount; ++measure) {
    for (std::size_t level = 0; level < kThresholdLevels.size(); ++level) {
      const Measure& of_catalogue = Measures()[measure];
      AlertRule& rule = rules[measure][level];
      rule = {};
      rule.bounds = CatalogueBounds(of_catalogue, kThresholdLevels[level]);
      rule.dead_band = of_catalogue.dead_band;
      const auto* set = Find(patient_id, measure, level);
      if (set == nullptr) set = Find(kAllPatients, measure, level);
      if (set == nullptr) continue;
      const ThresholdSetting& setting = **set;
      rule.bounds = setting.bounds;
      rule.dead_band = setting.dead_band.value_or(rule.dead_band);
      rule.on_delay = setting.on_delay.value_or(rule.on_delay);
      rule.off_delay = setting.off_delay.value_or(rule.off_delay);
      rule.repeats = setting.repeats.value_or(rule.repeats);
      rule.trend = setting.trend.value_or(TrendRule());
    }
  }
}

const AlertRules& Thresholds::Rules(std::int64_t patient_id, MeasureId measure) const {
  auto found = rules_.size() > 1 ? rules_.find(patient_id) : rules_.end();
  if (found == rules_.end()) found = rules_.find(kAllPatients);
  return found->second[PlaceOf(measure)];
}

Bounds Thresholds::Of(std::int64_t patient_id, MeasureId measure, AlertLevel level) const {
  return Rules(patient_id, measure)[PlaceOf(level)].bounds;
}

std::optional<AlertLevel> Thresholds::LevelOf(std::int64_t patient_id, const Measure& measure, double value) const {
  for (const AlertLevel level : kThresholdLevels) {
    if (IsOutside(Of(patient_id, measure.id, level), value)) return level;
  }
  return std::nullopt;
}

}  // namespace fajma
