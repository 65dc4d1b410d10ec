// From which values on a measure is an alert: the catalogue's bounds unless something else was set, for all patients or
// for one.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <unordered_map>
#include <vector>

#include "core/domain/alert_rule.h"
#include "core/domain/measure.h"

namespace fajma {

inline constexpr std::int64_t kAllPatients = 0;
// The levels that have bounds, widest bounds last.
inline constexpr std::array<AlertLevel, 3> kThresholdLevels = {AlertLevel::kEmergency, AlertLevel::kCritical,
                                                               AlertLevel::kWarning};

// Of kThresholdLevels, in that order.
using AlertRules = std::array<AlertRule, kThresholdLevels.size()>;

// What somebody set instead of the catalogue's; what is absent is the catalogue's.
struct ThresholdSetting {
  Bounds bounds;  // these always count, together
  std::optional<double> dead_band;
  std::optional<Micros> on_delay;
  std::optional<Micros> off_delay;
  std::optional<std::uint32_t> repeats;
  std::optional<TrendRule> trend{};  // the catalogue has none
};

// Readings of whom and what a trend is judged by: so far back.
struct TrendScope {
  std::int64_t patient_id;  // or kAllPatients
  MeasureId measure;
  Micros within;
};

// A value: copied to whoever judges.
class Thresholds {
 public:
  Thresholds();

  // `level` is one of kThresholdLevels. A patient's own setting replaces that for all, which replaces the catalogue's.
  void Set(std::int64_t patient_id, MeasureId measure, AlertLevel level, const ThresholdSetting& setting);

  // Good until something is set.
  const AlertRules& Rules(std::int64_t patient_id, MeasureId measure) const;

  Bounds Of(std::int64_t patient_id, MeasureId measure, AlertLevel level) const;
  // The highest level whose bounds the value is outside of; absent when it is within all of them.
  std::optional<AlertLevel> LevelOf(std::int64_t patient_id, const Measure& measure, double value) const;

  // Whether anybody has a trend rule.
  bool HasTrends() const { return !trends_.empty(); }
  const std::vector<TrendScope>& Trends() const { return trends_; }

 private:
  using Settings = std::array<std::array<std::optional<ThresholdSetting>, kThresholdLevels.size()>, kMeasureCount>;
  using RulesOfPatient = std::array<AlertRules, kMeasureCount>;
  const std::optional<ThresholdSetting>* Find(std::int64_t patient_id, std::size_t measure, std::size_t level) const;
  void Resolve(std::int64_t patient_id);
  void CollectTrends();

  std::unordered_map<std::int64_t, Settings> set_;
  std::unordered_map<std::int64_t, RulesOfPatient>
      rules_;  // of each patient with a setting of his own, and kAllPatients
  std::vector<TrendScope> trends_;
};

}  // namespace fajma
