// From which values on a measure is an alert: the catalogue's bounds unless something else was set, for all patients or
// for one.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <unordered_map>

#include "core/domain/measure.h"

namespace fajma {

inline constexpr std::int64_t kAllPatients = 0;
// The levels that have bounds, widest bounds last.
inline constexpr std::array<AlertLevel, 3> kThresholdLevels = {AlertLevel::kEmergency, AlertLevel::kCritical,
                                                               AlertLevel::kWarning};

// A value: copied to whoever judges.
class Thresholds {
 public:
  // `level` is one of kThresholdLevels. A patient's own bounds replace those for all, which replace the catalogue's.
  void Set(std::int64_t patient_id, MeasureId measure, AlertLevel level, Bounds bounds);

  Bounds Of(std::int64_t patient_id, MeasureId measure, AlertLevel level) const;
  // The highest level whose bounds the value is outside of; absent when it is within all of them.
  std::optional<AlertLevel> LevelOf(std::int64_t patient_id, const Measure& measure, double value) const;

 private:
  using OfPatient = std::array<std::array<std::optional<Bounds>, kThresholdLevels.size()>, kMeasureCount>;
  const std::optional<Bounds>* Find(std::int64_t patient_id, MeasureId measure, AlertLevel level) const;

  std::unordered_map<std::int64_t, OfPatient> set_;
};

}  // namespace fajma
