#include "core/domain/thresholds.h"

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

void Thresholds::Set(std::int64_t patient_id, MeasureId measure, AlertLevel level, Bounds bounds) {
  set_[patient_id][PlaceOf(measure)][PlaceOf(level)] = bounds;
}

const std::optional<Bounds>* Thresholds::Find(std::int64_t patient_id, MeasureId measure, AlertLevel level) const {
  const auto found = set_.find(patient_id);
  if (found == set_.end()) return nullptr;
  const std::optional<Bounds>& bounds = found->second[PlaceOf(measure)][PlaceOf(level)];
  return bounds ? &bounds : nullptr;
}

Bounds Thresholds::Of(std::int64_t patient_id, MeasureId measure, AlertLevel level) const {
  if (!set_.empty()) {
    for (const std::int64_t whose : {patient_id, kAllPatients}) {
      if (const auto* own = Find(whose, measure, level)) return **own;
    }
  }
  return CatalogueBounds(GetMeasure(measure), level);
}

std::optional<AlertLevel> Thresholds::LevelOf(std::int64_t patient_id, const Measure& measure, double value) const {
  for (const AlertLevel level : kThresholdLevels) {
    if (IsOutside(Of(patient_id, measure.id, level), value)) return level;
  }
  return std::nullopt;
}

}  // namespace fajma
