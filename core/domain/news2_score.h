// What is known of a patient's NEWS2 score; core/alerts/news2.h says how it is counted.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "core/domain/reading.h"
#include "core/domain/time.h"

namespace fajma {

inline constexpr int kNews2Parameters = 7;        // of the chart
inline constexpr std::size_t kNews2Measured = 5;  // not by us: the oxygen that is given, and consciousness

// The newest live value of one parameter.
struct News2Value {
  MeasureValue value;
  Micros measured_at = 0;
  std::int64_t device_id = 0;
  std::int64_t reading_id = 0;
};
// By the place of the parameter on the chart (News2Chart); absent: never measured.
using News2Values = std::array<std::optional<News2Value>, kNews2Measured>;

struct News2Points {
  News2Value value;
  int points = 0;
};

// Partial: what is not known counts nothing, so the patient's true score is at least this one.
struct News2Score {
  int score = 0;
  int known = 0;                                                  // parameters of kNews2Parameters
  bool has_three = false;                                         // one parameter alone scores 3
  std::array<std::optional<News2Points>, kNews2Measured> detail;  // in the chart's order; absent: not known
  Micros computed_at = 0;
};

}  // namespace fajma
