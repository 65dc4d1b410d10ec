#ifndef FAJMA_FIRMWARE_SIMULATION_VITAL_SIGNS_H_
#define FAJMA_FIRMWARE_SIMULATION_VITAL_SIGNS_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "firmware/core/sample.h"

namespace fajma::firmware {

// The device types of the platform, and one that measures everything.
enum class DeviceProfile : std::uint8_t { kCardiac, kTemperature, kPressure, kOxygen, kGlucose, kFull };

// "capteur_cardiaque", "capteur_temperature", "capteur_pression", "capteur_oxygene", "capteur_glycemie", "complet".
std::string_view ProfileName(DeviceProfile profile);
std::optional<DeviceProfile> FindProfile(std::string_view name);

// Whether a device of this profile sends the measure; all send battery_level and signal_quality.
bool ProfileHas(DeviceProfile profile, Measure measure);

enum class EpisodeKind : std::uint8_t { kNone, kTachycardia, kDesaturation, kFever, kHypoglycaemia, kHypertension };

struct Episode {
  EpisodeKind kind = EpisodeKind::kNone;
  std::uint64_t begin_ms = 0;
  std::uint64_t end_ms = 0;
  double severity = 0;   // 0..1: how far past the thresholds its plateau lies
  double intensity = 0;  // 0..1: where on its ramps the asked moment lies
};

struct VitalSignsSettings {
  std::uint64_t seed = 1;
  DeviceProfile profile = DeviceProfile::kFull;
  // Mean time between the beginnings of two episodes; 0: never. Below kMinEpisodePeriodMs it is raised to it.
  std::uint64_t episode_period_ms = 600'000;
};

// Believable vital signs of one patient: a personal baseline, the daily rhythm, slow drift, sensor noise, and now and
// then an episode of 20 to 90 s that crosses the alert thresholds of its measures and comes back. Measures move
// together: fever raises heart rate and breathing, want of oxygen too. Outside episodes all values stay within the
// normal range.
//
// A pure function of settings and time: equal seeds give equal patients, asked in any order, and a
// simulator may ask for the past of a device that was offline.
class VitalSigns {
 public:
  static constexpr std::uint64_t kMinEpisodeMs = 20'000;
  static constexpr std::uint64_t kMaxEpisodeMs = 90'000;
  static constexpr std::uint64_t kMinEpisodePeriodMs = 120'000;

  explicit VitalSigns(const VitalSignsSettings& settings);

  // The sample at a wall time (ms since 1970), with the profile's measures, dated by it.
  Sample At(std::uint64_t wall_ms) const;
  // The episode under way at a wall time.
  Episode EpisodeAt(std::uint64_t wall_ms) const;

 private:
  using Values = std::array<double, kMeasures.size()>;

  double Drift(Measure measure, std::uint64_t wall_ms) const;
  Values Resting(std::uint64_t wall_ms) const;
  void AddNoise(std::uint64_t wall_ms, Values& values) const;

  VitalSignsSettings settings_;
  Values baseline_{};
};

}  // namespace fajma::firmware

#endif  // FAJMA_FIRMWARE_SIMULATION_VITAL_SIGNS_H_
