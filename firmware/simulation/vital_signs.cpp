#include "firmware/simulation/vital_signs.h"

#include <algorithm>
#include <cmath>

namespace fajma::firmware {
namespace {

constexpr double kPi = 3.14159265358979323846;
constexpr double kDayMs = 86'400'000;

constexpr std::size_t Index(Measure measure) { return static_cast<std::size_t>(measure); }
constexpr std::uint32_t Bit(Measure measure) { return 1U << static_cast<unsigned>(measure); }

// What the streams of random numbers are for; each is independent of the others.
enum class Stream : std::uint64_t { kBaseline = 1, kFastDrift, kSlowDrift, kNoise, kEpisode, kBattery };

// SplitMix64's finalizer: every bit of the input changes about half the bits of the output.
std::uint64_t Mix(std::uint64_t x) {
  x += 0x9e3779b97f4a7c15ULL;
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9ULL;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebULL;
  return x ^ (x >> 31);
}

// Uniform in [0, 1), a function of its arguments.
double Uniform(std::uint64_t seed, Stream stream, std::uint64_t item, std::uint64_t index) {
  const std::uint64_t key = Mix(Mix(Mix(seed) ^ static_cast<std::uint64_t>(stream)) ^ item);
  return static_cast<double>(Mix(key ^ Mix(index)) >> 11) * 0x1.0p-53;
}

double Smooth(double x) { return x * x * (3 - 2 * x); }

// Smooth noise in [-1, 1] that turns about once in each period: a drift that needs no memory of its past.
double SmoothNoise(std::uint64_t seed, Stream stream, std::uint64_t item, std::uint64_t time_ms,
                   std::uint64_t period_ms) {
  const std::uint64_t cell = time_ms / period_ms;
  const double position = Smooth(static_cast<double>(time_ms % period_ms) / static_cast<double>(period_ms));
  const double here = Uniform(seed, stream, item, cell);
  const double next = Uniform(seed, stream, item, cell + 1);
  return 2 * (here + (next - here) * position) - 1;
}

// How a measure behaves in a patient at rest.
struct MeasureRow {
  double low, high;         // personal baselines lie between them
  double daily;             // amplitude of the daily rhythm, highest at 17 h UTC
  double drift;             // amplitude of slow drift
  double noise;             // amplitude of noise from one reading to the next
  double step;              // resolution of the sensor
  double minimum, maximum;  // bounds at rest, inside the warning thresholds
};

constexpr std::array<MeasureRow, kMeasures.size()> kRows = {{
    {36.5, 36.9, 0.3, 0.15, 0.03, 0.0625, 35.7, 37.8},  // temperature: a DS18B20 at 12 bits
    {64, 80, 5, 6, 1.5, 1, 54, 104},                    // heart_rate
    {112, 126, 4, 5, 1.5, 1, 94, 136},                  // systolic_pressure
    {70, 80, 3, 3, 1, 1, 58, 87},                       // diastolic_pressure
    {96.5, 98.5, 0.2, 0.7, 0.4, 1, 95, 100},            // oxygen_saturation
    {92, 118, 6, 12, 1.5, 1, 76, 170},                  // glucose
    {14, 17, 0.5, 0.8, 0.4, 1, 12.6, 19.4},             // respiratory_rate
    {0, 0, 0, 0, 0, 1, 5, 100},                         // battery_level: see BatteryAt
    {70, 90, 0, 8, 4, 1, 20, 100},                      // signal_quality
}};

struct ProfileRow {
  std::string_view name;
  std::uint32_t measures;
};

constexpr std::array<ProfileRow, 6> kProfiles = {{
    {"capteur_cardiaque", Bit(Measure::kHeartRate) | Bit(Measure::kRespiratoryRate)},
    {"capteur_temperature", Bit(Measure::kTemperature)},
    {"capteur_pression", Bit(Measure::kSystolicPressure) | Bit(Measure::kDiastolicPressure) | Bit(Measure::kHeartRate)},
    {"capteur_oxygene", Bit(Measure::kOxygenSaturation) | Bit(Measure::kHeartRate)},
    {"capteur_glycemie", Bit(Measure::kGlucose)},
    {"complet", Bit(Measure::kBatteryLevel) - 1},
}};

// An effect at the plateau: value = level + reach * severity replaces the resting value, or is added to it.
struct Effect {
  Measure measure;
  bool absolute;
  double level;
  double reach;
};

// The first effect is the one that defines the episode: a profile without its measure never has it. The mildest plateau
// crosses the warning threshold, the most severe the critical one.
struct EpisodeRow {
  EpisodeKind kind;
  std::array<Effect, 3> effects;
};

constexpr std::array<EpisodeRow, 5> kEpisodes = {{
    {EpisodeKind::kTachycardia,
     {{{Measure::kHeartRate, true, 122, 48},
       {Measure::kRespiratoryRate, false, 3, 5},
       {Measure::kSystolicPressure, false, -4, -8}}}},
    {EpisodeKind::kDesaturation,
     {{{Measure::kOxygenSaturation, true, 91, -9},
       {Measure::kHeartRate, false, 8, 14},
       {Measure::kRespiratoryRate, false, 5, 8}}}},
    // A degree of fever brings about ten beats a minute.
    {EpisodeKind::kFever,
     {{{Measure::kTemperature, true, 38.5, 1.6},
       {Measure::kHeartRate, false, 16, 16},
       {Measure::kRespiratoryRate, false, 3, 5}}}},
    {EpisodeKind::kHypoglycaemia,
     {{{Measure::kGlucose, true, 63, -18},
       {Measure::kHeartRate, false, 10, 12},
       {Measure::kTemperature, false, -0.1, -0.2}}}},
    {EpisodeKind::kHypertension,
     {{{Measure::kSystolicPressure, true, 152, 42},
       {Measure::kDiastolicPressure, true, 96, 30},
       {Measure::kHeartRate, false, 5, 7}}}},
}};

// From the charger at 100 % down to 15 % in 40 hours, and back in 4.
double BatteryAt(std::uint64_t seed, std::uint64_t wall_ms) {
  constexpr double kCycleMs = 44 * 3'600'000.0;
  const double shift = Uniform(seed, Stream::kBattery, 0, 0);
  const double cycles = static_cast<double>(wall_ms) / kCycleMs + shift;
  const double phase = cycles - std::floor(cycles);
  constexpr double kDraining = 40.0 / 44.0;
  return phase < kDraining ? 100 - 85 * phase / kDraining : 15 + 85 * (phase - kDraining) / (1 - kDraining);
}

void Apply(const Effect& effect, const Episode& episode, std::array<double, kMeasures.size()>& values) {
  double& value = values[Index(effect.measure)];
  const double plateau = effect.level + effect.reach * episode.severity;
  value += (effect.absolute ? plateau - value : plateau) * episode.intensity;
}

// Ramps take a quarter of the episode each.
double Intensity(std::uint64_t at_ms, std::uint64_t length_ms) {
  const double position = static_cast<double>(at_ms) / static_cast<double>(length_ms);
  return Smooth(std::min(1.0, 4 * std::min(position, 1 - position)));
}

}  // namespace

std::string_view ProfileName(DeviceProfile profile) { return kProfiles[static_cast<std::size_t>(profile)].name; }

std::optional<DeviceProfile> FindProfile(std::string_view name) {
  for (std::size_t i = 0; i < kProfiles.size(); ++i) {
    if (kProfiles[i].name == name) {
      return static_cast<DeviceProfile>(i);
    }
  }
  return std::nullopt;
}

bool ProfileHas(DeviceProfile profile, Measure measure) {
  constexpr std::uint32_t kAlways = Bit(Measure::kBatteryLevel) | Bit(Measure::kSignalQuality);
  return ((kProfiles[static_cast<std::size_t>(profile)].measures | kAlways) & Bit(measure)) != 0;
}

VitalSigns::VitalSigns(const VitalSignsSettings& settings) : settings_(settings) {
  if (settings_.episode_period_ms != 0) {
    settings_.episode_period_ms = std::max(settings_.episode_period_ms, kMinEpisodePeriodMs);
  }
  for (std::size_t i = 0; i < kRows.size(); ++i) {
    baseline_[i] = kRows[i].low + (kRows[i].high - kRows[i].low) * Uniform(settings_.seed, Stream::kBaseline, i, 0);
  }
}

double VitalSigns::Drift(Measure measure, std::uint64_t wall_ms) const {
  constexpr std::uint64_t kFastMs = 90'000;
  constexpr std::uint64_t kSlowMs = 1'500'000;
  const std::size_t item = Index(measure);
  const double fast = SmoothNoise(settings_.seed, Stream::kFastDrift, item, wall_ms, kFastMs);
  const double slow = SmoothNoise(settings_.seed, Stream::kSlowDrift, item, wall_ms, kSlowMs);
  return kRows[item].drift * (0.35 * fast + 0.65 * slow);
}

VitalSigns::Values VitalSigns::Resting(std::uint64_t wall_ms) const {
  constexpr double kHighestMs = 17 * 3'600'000.0;
  const double rhythm = std::cos(2 * kPi * (static_cast<double>(wall_ms) - kHighestMs) / kDayMs);
  Values values{};
  for (std::size_t i = 0; i < values.size(); ++i) {
    values[i] = baseline_[i] + kRows[i].daily * rhythm + Drift(static_cast<Measure>(i), wall_ms);
  }
  // What one body does together also drifts together.
  const double effort = Drift(Measure::kHeartRate, wall_ms) / kRows[Index(Measure::kHeartRate)].drift;
  values[Index(Measure::kRespiratoryRate)] += 0.7 * effort;
  values[Index(Measure::kSystolicPressure)] += 3 * effort;
  values[Index(Measure::kDiastolicPressure)] += 1.5 * effort;
  for (std::size_t i = 0; i < values.size(); ++i) {
    values[i] = std::clamp(values[i], kRows[i].minimum, kRows[i].maximum);
  }
  values[Index(Measure::kBatteryLevel)] = BatteryAt(settings_.seed, wall_ms);
  return values;
}

void VitalSigns::AddNoise(std::uint64_t wall_ms, Values& values) const {
  for (std::size_t i = 0; i < values.size(); ++i) {
    const double noise = 2 * Uniform(settings_.seed, Stream::kNoise, i, wall_ms) - 1;
    const double reading = values[i] + kRows[i].noise * noise;
    const double quantised = std::round(reading / kRows[i].step) * kRows[i].step;
    values[i] = std::clamp(quantised, kMeasures[i].minimum, kMeasures[i].maximum);
  }
}

Episode VitalSigns::EpisodeAt(std::uint64_t wall_ms) const {
  if (settings_.episode_period_ms == 0) {
    return {};
  }
  // Time is cut into periods with one episode somewhere in each, so any moment can be asked for alone.
  const std::uint64_t period = wall_ms / settings_.episode_period_ms;
  const auto random = [&](std::uint64_t item) { return Uniform(settings_.seed, Stream::kEpisode, item, period); };
  Episode episode;
  const auto length_ms =
      kMinEpisodeMs + static_cast<std::uint64_t>(random(0) * static_cast<double>(kMaxEpisodeMs - kMinEpisodeMs));
  const auto room_ms = static_cast<double>(settings_.episode_period_ms - length_ms);
  episode.begin_ms = period * settings_.episode_period_ms + static_cast<std::uint64_t>(random(1) * room_ms);
  episode.end_ms = episode.begin_ms + length_ms;
  if (wall_ms < episode.begin_ms || wall_ms >= episode.end_ms) {
    return {};
  }
  std::size_t possible = 0;
  std::array<EpisodeKind, kEpisodes.size()> kinds{};
  for (const EpisodeRow& row : kEpisodes) {
    if (ProfileHas(settings_.profile, row.effects[0].measure)) {
      kinds[possible++] = row.kind;
    }
  }
  episode.kind = kinds[static_cast<std::size_t>(random(2) * static_cast<double>(possible))];
  episode.severity = random(3);
  episode.intensity = Intensity(wall_ms - episode.begin_ms, length_ms);
  return episode;
}

Sample VitalSigns::At(std::uint64_t wall_ms) const {
  Values values = Resting(wall_ms);
  const Episode episode = EpisodeAt(wall_ms);
  for (const EpisodeRow& row : kEpisodes) {
    if (row.kind == episode.kind) {
      for (const Effect& effect : row.effects) {
        Apply(effect, episode, values);
      }
    }
  }
  AddNoise(wall_ms, values);
  Sample sample({TimeBase::kWall, wall_ms});
  for (std::size_t i = 0; i < values.size(); ++i) {
    const auto measure = static_cast<Measure>(i);
    if (ProfileHas(settings_.profile, measure)) {
      sample.Set(measure, values[i]);
    }
  }
  return sample;
}

}  // namespace fajma::firmware
