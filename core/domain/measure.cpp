#include "core/domain/measure.h"

namespace fajma {
namespace {

using enum MeasureKind;

// Accepted ranges and thresholds: the documented server's observed contract. Respiratory rate, which it did not know:
// accepted 1 to 100 as sensors report; thresholds after the bands of NEWS2 (Royal College of Physicians, 2017: 12 to 20
// scores 0, up to 8 and from 25 scores 3), the emergency bounds being the ends at which a rate no longer sustains life.
// clang-format off: a line a measure
constexpr std::array<Measure, kMeasureCount> kMeasures = {{
    {MeasureId::kTemperature,
     "temperature",
     "Température",
     "°C",
     kVitalSign,
     25,
     45,
     {35.5, 38},
     {34.5, 39.5},
     {33, 41},
     0.2},
    {MeasureId::kHeartRate,
     "heart_rate",
     "Fréquence cardiaque",
     "bpm",
     kVitalSign,
     20,
     300,
     {50, 110},
     {40, 140},
     {30, 180},
     3},
    {MeasureId::kSystolicPressure,
     "systolic_pressure",
     "Pression systolique",
     "mmHg",
     kVitalSign,
     40,
     300,
     {90, 140},
     {80, 180},
     {70, 220},
     3},
    {MeasureId::kDiastolicPressure,
     "diastolic_pressure",
     "Pression diastolique",
     "mmHg",
     kVitalSign,
     20,
     200,
     {55, 90},
     {45, 120},
     {35, 140},
     3},
    {MeasureId::kOxygenSaturation,
     "oxygen_saturation",
     "Saturation en oxygène",
     "%",
     kVitalSign,
     50,
     100,
     {94, std::nullopt},
     {88, std::nullopt},
     {80, std::nullopt},
     1},
    {MeasureId::kGlucose, "glucose", "Glycémie", "mg/dL", kVitalSign, 10, 1000, {70, 180}, {54, 300}, {40, 500}, 5},
    {MeasureId::kRespiratoryRate,
     "respiratory_rate",
     "Fréquence respiratoire",
     "/min",
     kVitalSign,
     1,
     100,
     {12, 20},
     {8, 25},
     {5, 40},
     1},
    {MeasureId::kBatteryLevel, "battery_level", "Batterie", "%", kDeviceFigure, 0, 100, {}, {}, {}, 0},
    {MeasureId::kSignalQuality, "signal_quality", "Signal", "%", kDeviceFigure, 0, 100, {}, {}, {}, 0},
}};
// clang-format on

bool IsOutside(const Bounds& bounds, double value) {
  return (bounds.low && value < *bounds.low) || (bounds.high && value > *bounds.high);
}

}  // namespace

const std::array<Measure, kMeasureCount>& Measures() { return kMeasures; }

const Measure& GetMeasure(MeasureId id) { return kMeasures[static_cast<std::size_t>(id) - 1]; }

const Measure* FindMeasure(std::string_view name) {
  for (const Measure& measure : kMeasures) {
    if (measure.name == name) return &measure;
  }
  return nullptr;
}

std::optional<AlertLevel> LevelOf(const Measure& measure, double value) {
  if (IsOutside(measure.emergency, value)) return AlertLevel::kEmergency;
  if (IsOutside(measure.critical, value)) return AlertLevel::kCritical;
  if (IsOutside(measure.warning, value)) return AlertLevel::kWarning;
  return std::nullopt;
}

}  // namespace fajma
