#ifndef FAJMA_FIRMWARE_CORE_SAMPLE_H_
#define FAJMA_FIRMWARE_CORE_SAMPLE_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace fajma::firmware {

// The measures a device knows; the value is the row in kMeasures.
enum class Measure : std::uint8_t {
  kTemperature,
  kHeartRate,
  kSystolicPressure,
  kDiastolicPressure,
  kOxygenSaturation,
  kGlucose,
  kRespiratoryRate,
  kBatteryLevel,
  kSignalQuality,
};

struct MeasureInfo {
  std::string_view name;  // on the wire
  std::uint8_t decimals;  // kept and sent; finer than any sensor in use
  double minimum;         // accepted range: outside it the server refuses the whole message
  double maximum;
};

// Units: degrees Celsius, beats/min, mmHg, mmHg, %, mg/dL, breaths/min, %, %.
inline constexpr std::array<MeasureInfo, 9> kMeasures = {{
    {"temperature", 2, 25, 45},
    {"heart_rate", 1, 20, 300},
    {"systolic_pressure", 1, 40, 300},
    {"diastolic_pressure", 1, 20, 200},
    {"oxygen_saturation", 1, 50, 100},
    {"glucose", 1, 10, 1000},
    {"respiratory_rate", 1, 1, 100},
    {"battery_level", 0, 0, 100},
    {"signal_quality", 0, 0, 100},
}};

constexpr const MeasureInfo& GetMeasureInfo(Measure measure) { return kMeasures[static_cast<std::size_t>(measure)]; }

enum class TimeBase : std::uint8_t {
  kUptime,  // ms since the device started
  kWall,    // ms since 1970, UTC
};

struct SampleTime {
  TimeBase base = TimeBase::kUptime;
  std::uint64_t ms = 0;
};

// What was measured at one moment. Values are kept as scaled integers: 32 bytes a sample, so that an ESP32 holds more
// than an hour of them, and the text sent does not depend on floating-point formatting.
class Sample {
 public:
  Sample() = default;
  explicit Sample(SampleTime time) { set_time(time); }

  // False, and nothing set, when the value is outside the accepted range or not a number: one broken sensor must not
  // make the server refuse the values of the others.
  bool Set(Measure measure, double value);
  void Clear() { present_ = 0; }

  bool Has(Measure measure) const { return (present_ & Bit(measure)) != 0; }
  std::optional<double> Find(Measure measure) const;
  // Value times 10^decimals; meaningful only when Has(measure).
  std::int32_t scaled(Measure measure) const { return values_[static_cast<std::size_t>(measure)]; }
  bool empty() const { return present_ == 0; }

  SampleTime time() const { return {base_, time_ms_}; }
  void set_time(SampleTime time) {
    time_ms_ = time.ms;
    base_ = time.base;
  }

 private:
  static constexpr std::uint16_t Bit(Measure measure) {
    return static_cast<std::uint16_t>(1U << static_cast<unsigned>(measure));
  }

  std::uint64_t time_ms_ = 0;
  std::array<std::int16_t, kMeasures.size()> values_{};
  std::uint16_t present_ = 0;
  TimeBase base_ = TimeBase::kUptime;
};

static_assert(sizeof(Sample) == 32, "the memory budget in README.md counts on it");

}  // namespace fajma::firmware

#endif  // FAJMA_FIRMWARE_CORE_SAMPLE_H_
