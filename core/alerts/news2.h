// The National Early Warning Score 2 of what is measured: pure. Bands: Royal College of Physicians, National Early
// Warning Score (NEWS) 2: Standardising the assessment of acute-illness severity in the NHS, London 2017, chart 1; the
// saturation by scale 1. Of its seven parameters five are measured; air or oxygen and consciousness are not, so a score
// is partial, a lower bound.
//
// A value between two bands is rounded to the chart's resolution first, a half away from zero: to whole numbers, the
// temperature to 0.1 °C.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>

#include "core/domain/alert_level.h"
#include "core/domain/measure.h"
#include "core/domain/news2_score.h"
#include "core/domain/time.h"

namespace fajma {

// A value counts for so long after it was measured. Our choice: the chart asks for observations at least once an hour
// from a score of 5 on, so what is older would have been measured again; a pressure that is taken every 15 minutes may
// be missed three times.
inline constexpr Micros kNews2MaxAge = 60 * kMicrosPerMinute;
// Fewer parameters begin no alert: a score of one or two is the measures' own thresholds once more.
inline constexpr int kNews2LeastKnown = 3;

inline constexpr int kNoEndOfBand = std::numeric_limits<int>::max();

// From behind the band before it up to `last`, in the chart's units.
struct News2Band {
  int last;
  int points;
};

struct News2Parameter {
  MeasureId measure;
  int units;                       // of the chart in one of the measure's: 10 for tenths
  std::array<News2Band, 6> bands;  // ascending; the last one ends at kNoEndOfBand, what follows it is unused
};

// clang-format off: a line a parameter
inline constexpr std::array<News2Parameter, kNews2Measured> kNews2Chart = {{
    {MeasureId::kRespiratoryRate, 1, {{{8, 3}, {11, 1}, {20, 0}, {24, 2}, {kNoEndOfBand, 3}}}},
    {MeasureId::kOxygenSaturation, 1, {{{91, 3}, {93, 2}, {95, 1}, {kNoEndOfBand, 0}}}},
    {MeasureId::kSystolicPressure, 1, {{{90, 3}, {100, 2}, {110, 1}, {219, 0}, {kNoEndOfBand, 3}}}},
    {MeasureId::kHeartRate, 1, {{{40, 3}, {50, 1}, {90, 0}, {110, 1}, {130, 2}, {kNoEndOfBand, 3}}}},
    {MeasureId::kTemperature, 10, {{{350, 3}, {360, 1}, {380, 0}, {390, 1}, {kNoEndOfBand, 2}}}},
}};
// clang-format on

inline constexpr std::array<MeasureId, kNews2Measured> kNews2Measures = [] {
  std::array<MeasureId, kNews2Measured> measures{};
  for (std::size_t i = 0; i < measures.size(); ++i) measures[i] = kNews2Chart[i].measure;
  return measures;
}();

// The score from which on it is an alert, the gravest first. Our choice of levels for the chart's thresholds and
// triggers: 5 asks for an urgent response, 7 for an emergency response. One parameter that scores 3 raises nothing
// here: the thresholds of that measure do.
struct News2Level {
  int from;
  AlertLevel level;
};
inline constexpr std::array<News2Level, 2> kNews2Levels = {{{7, AlertLevel::kCritical}, {5, AlertLevel::kWarning}}};

// The place of a measure on the chart; absent: it is not on it.
constexpr std::optional<std::size_t> News2PlaceOf(MeasureId measure) {
  for (std::size_t i = 0; i < kNews2Chart.size(); ++i) {
    if (kNews2Chart[i].measure == measure) return i;
  }
  return std::nullopt;
}

// `value` in the measure's unit.
int News2PointsOf(const News2Parameter& parameter, double value);

// Of the values that are current at `now`: measured less than kNews2MaxAge before.
News2Score ScoreNews2(const News2Values& values, Micros now);

// `begun`: there is an alert already, which ends by its score alone.
std::optional<AlertLevel> News2LevelOf(const News2Score& score, bool begun);

}  // namespace fajma
