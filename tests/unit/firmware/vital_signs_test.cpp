#include "firmware/simulation/vital_signs.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <optional>
#include <set>
#include <string>

namespace fajma::firmware {
namespace {

constexpr std::uint64_t kNowMs = 1'767'225'600'000;
constexpr std::uint64_t kHourMs = 3'600'000;
constexpr std::uint64_t kDayMs = 24 * kHourMs;

constexpr std::array<DeviceProfile, 6> kProfiles = {DeviceProfile::kCardiac,  DeviceProfile::kTemperature,
                                                    DeviceProfile::kPressure, DeviceProfile::kOxygen,
                                                    DeviceProfile::kGlucose,  DeviceProfile::kFull};

// The warning thresholds of the alert engine; a value outside raises an alert.
struct Threshold {
  Measure measure;
  double low;
  double high;
};
constexpr std::array<Threshold, 7> kWarnings = {{{Measure::kTemperature, 35.5, 38},
                                                 {Measure::kHeartRate, 50, 110},
                                                 {Measure::kSystolicPressure, 90, 140},
                                                 {Measure::kDiastolicPressure, 55, 90},
                                                 {Measure::kOxygenSaturation, 94, 100},
                                                 {Measure::kGlucose, 70, 180},
                                                 {Measure::kRespiratoryRate, 12, 20}}};

bool IsAlarming(const Sample& sample) {
  return std::any_of(kWarnings.begin(), kWarnings.end(), [&](const Threshold& threshold) {
    const std::optional<double> value = sample.Find(threshold.measure);
    return value && (*value < threshold.low || *value > threshold.high);
  });
}

TEST(VitalSigns, IsAPureFunctionOfSeedAndTime) {
  const VitalSigns one({7, DeviceProfile::kFull, 600'000});
  const VitalSigns two({7, DeviceProfile::kFull, 600'000});
  static_cast<void>(two.At(kNowMs + kDayMs));
  for (std::uint64_t ms = kNowMs; ms < kNowMs + kHourMs; ms += 5000) {
    for (std::size_t i = 0; i < kMeasures.size(); ++i) {
      const auto measure = static_cast<Measure>(i);
      ASSERT_EQ(one.At(ms).Find(measure), two.At(ms).Find(measure));
    }
  }
  EXPECT_EQ(one.At(kNowMs).time().ms, kNowMs);
  EXPECT_EQ(one.At(kNowMs).time().base, TimeBase::kWall);
}

TEST(VitalSigns, SeedsMakeDifferentPatients) {
  std::set<double> rates;
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    rates.insert(*VitalSigns({seed, DeviceProfile::kFull, 0}).At(kNowMs).Find(Measure::kHeartRate));
  }
  EXPECT_GT(rates.size(), 10U);
}

TEST(VitalSigns, SendsTheMeasuresOfItsProfile) {
  for (const DeviceProfile profile : kProfiles) {
    const Sample sample = VitalSigns({3, profile, 0}).At(kNowMs);
    for (std::size_t i = 0; i < kMeasures.size(); ++i) {
      const auto measure = static_cast<Measure>(i);
      EXPECT_EQ(sample.Has(measure), ProfileHas(profile, measure)) << ProfileName(profile) << ' ' << kMeasures[i].name;
    }
    EXPECT_TRUE(sample.Has(Measure::kBatteryLevel));
    EXPECT_EQ(FindProfile(ProfileName(profile)), profile);
  }
  EXPECT_FALSE(FindProfile("capteur"));
}

TEST(VitalSigns, IsNormalOutsideEpisodes) {
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    const VitalSigns signs({seed, DeviceProfile::kFull, 300'000});
    for (std::uint64_t ms = kNowMs; ms < kNowMs + 2 * kDayMs; ms += 17'000) {
      if (signs.EpisodeAt(ms).kind == EpisodeKind::kNone) {
        ASSERT_FALSE(IsAlarming(signs.At(ms))) << seed << ' ' << ms;
      }
    }
  }
}

TEST(VitalSigns, NeverLeavesTheAcceptedRanges) {
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    const VitalSigns signs({seed, DeviceProfile::kFull, 120'000});
    for (std::uint64_t ms = kNowMs; ms < kNowMs + kDayMs; ms += 7'000) {
      const Sample sample = signs.At(ms);
      for (std::size_t i = 0; i < kMeasures.size(); ++i) {
        ASSERT_TRUE(sample.Has(static_cast<Measure>(i))) << "a refused value would be absent";
      }
    }
  }
}

TEST(VitalSigns, EveryEpisodeAlarmsOnItsPlateauAndPasses) {
  for (const DeviceProfile profile : kProfiles) {
    const VitalSigns signs({11, profile, 300'000});
    int episodes = 0;
    for (std::uint64_t ms = kNowMs; ms < kNowMs + kDayMs; ms += 1000) {
      const Episode episode = signs.EpisodeAt(ms);
      if (episode.kind == EpisodeKind::kNone) {
        continue;
      }
      const std::uint64_t length_ms = episode.end_ms - episode.begin_ms;
      ASSERT_GE(length_ms, VitalSigns::kMinEpisodeMs);
      ASSERT_LE(length_ms, VitalSigns::kMaxEpisodeMs);
      EXPECT_TRUE(IsAlarming(signs.At(episode.begin_ms + length_ms / 2)))
          << ProfileName(profile) << ' ' << static_cast<int>(episode.kind);
      EXPECT_FALSE(IsAlarming(signs.At(episode.begin_ms)));
      EXPECT_FALSE(IsAlarming(signs.At(episode.end_ms)));
      ++episodes;
      ms = episode.end_ms;
    }
    EXPECT_NEAR(episodes, 288, 2) << ProfileName(profile);
  }
}

TEST(VitalSigns, HasEveryKindOfEpisodeAndSometimesACriticalOne) {
  const VitalSigns signs({5, DeviceProfile::kFull, 120'000});
  std::map<EpisodeKind, int> kinds;
  int critical = 0;
  for (std::uint64_t period = 0; period < 1000; ++period) {
    for (std::uint64_t ms = 0; ms < 120'000; ms += 5000) {
      const std::uint64_t at_ms = kNowMs + period * 120'000 + ms;
      const Episode episode = signs.EpisodeAt(at_ms);
      if (episode.kind != EpisodeKind::kNone) {
        ++kinds[episode.kind];
        critical += *signs.At(at_ms).Find(Measure::kOxygenSaturation) < 88 ? 1 : 0;
      }
    }
  }
  EXPECT_EQ(kinds.size(), 5U);
  EXPECT_GT(critical, 0);
}

TEST(VitalSigns, WithoutAPeriodThereIsNoEpisode) {
  const VitalSigns signs({5, DeviceProfile::kFull, 0});
  for (std::uint64_t ms = kNowMs; ms < kNowMs + kDayMs; ms += 10'000) {
    ASSERT_EQ(signs.EpisodeAt(ms).kind, EpisodeKind::kNone);
  }
}

TEST(VitalSigns, FeverRaisesHeartRateAndBreathing) {
  const VitalSigns ill({9, DeviceProfile::kFull, 120'000});
  const VitalSigns well({9, DeviceProfile::kFull, 0});
  int fevers = 0;
  for (std::uint64_t ms = kNowMs; ms < kNowMs + kDayMs; ms += 1000) {
    const Episode episode = ill.EpisodeAt(ms);
    if (episode.kind == EpisodeKind::kFever && episode.intensity >= 1) {
      ++fevers;
      const Sample sample = ill.At(ms);
      const Sample healthy = well.At(ms);
      EXPECT_GE(*sample.Find(Measure::kHeartRate), *healthy.Find(Measure::kHeartRate) + 15);
      EXPECT_GE(*sample.Find(Measure::kRespiratoryRate), *healthy.Find(Measure::kRespiratoryRate) + 2);
    }
  }
  EXPECT_GT(fevers, 0);
}

TEST(VitalSigns, MovesSlowlyAndOnASensorsGrid) {
  const VitalSigns signs({21, DeviceProfile::kFull, 0});
  Sample before = signs.At(kNowMs);
  std::set<double> rates;
  for (std::uint64_t ms = kNowMs + 1000; ms < kNowMs + kHourMs; ms += 1000) {
    const Sample sample = signs.At(ms);
    const double rate = *sample.Find(Measure::kHeartRate);
    EXPECT_EQ(rate, std::round(rate));
    EXPECT_LE(std::abs(rate - *before.Find(Measure::kHeartRate)), 5);
    EXPECT_LE(std::abs(*sample.Find(Measure::kTemperature) - *before.Find(Measure::kTemperature)), 0.2);
    rates.insert(rate);
    before = sample;
  }
  EXPECT_GE(rates.size(), 4U) << "a flat line is not believable";
}

TEST(VitalSigns, TemperatureIsHigherInTheAfternoon) {
  double morning = 0;
  double afternoon = 0;
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    const VitalSigns signs({seed, DeviceProfile::kTemperature, 0});
    morning += *signs.At(kNowMs + 5 * kHourMs).Find(Measure::kTemperature);
    afternoon += *signs.At(kNowMs + 17 * kHourMs).Find(Measure::kTemperature);
  }
  EXPECT_NEAR((afternoon - morning) / 100, 0.6, 0.1);
}

}  // namespace
}  // namespace fajma::firmware
