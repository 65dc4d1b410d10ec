// The measure catalogue: one line adds a measure type.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

#include "core/domain/alert_level.h"

namespace fajma {

enum class MeasureId : std::int16_t {
  kTemperature = 1,
  kHeartRate = 2,
  kSystolicPressure = 3,
  kDiastolicPressure = 4,
  kOxygenSaturation = 5,
  kGlucose = 6,
  kRespiratoryRate = 7,
  kBatteryLevel = 8,
  kSignalQuality = 9,
};

// A vital sign is stored as a reading of the patient; a device figure goes to the device's own row.
enum class MeasureKind : std::uint8_t { kVitalSign, kDeviceFigure };

// A value below `low` or above `high` is at that level. A missing bound never fires.
struct Bounds {
  std::optional<double> low;
  std::optional<double> high;
};

struct Measure {
  MeasureId id;
  std::string_view name;   // the wire's name: "heart_rate"
  std::string_view label;  // French, for messages and the page: "Fréquence cardiaque"
  std::string_view unit;   // "bpm"; UCUM-like, as documented
  MeasureKind kind;
  double min;  // accepted range, both ends included: outside is a sensor's fault, refused
  double max;
  Bounds warning;  // thresholds, widest to narrowest: outside `emergency` is an emergency
  Bounds critical;
  Bounds emergency;
  double dead_band;  // an alert ends only so far within its bounds, unless something else was set; our choice: about
                     // what two readings in a row of a steady patient differ by
};

inline constexpr std::size_t kMeasureCount = 9;

// Ordered by id, from 1.
const std::array<Measure, kMeasureCount>& Measures();
const Measure& GetMeasure(MeasureId id);
const Measure* FindMeasure(std::string_view name);

// The level of a value by the default thresholds; absent when it is within all of them.
std::optional<AlertLevel> LevelOf(const Measure& measure, double value);

}  // namespace fajma
