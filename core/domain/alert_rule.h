// By what a value is judged to be at a level.
#pragma once

#include <cstdint>

#include "core/domain/measure.h"
#include "core/domain/time.h"

namespace fajma {

// A rise or fall by at least `amount`, in the measure's unit, within a time.
struct TrendRule {
  double amount = 0;  // 0: none is looked for
  Micros within = 0;

  bool IsOn() const { return amount > 0; }
  bool operator==(const TrendRule&) const = default;
};

struct AlertRule {
  Bounds bounds;
  double dead_band = 0;       // an end needs a value so far within the bounds, in the measure's unit; never negative
  Micros on_delay = 0;        // the value must have been outside for so long
  Micros off_delay = 0;       // and inside for so long, for an end
  std::uint32_t repeats = 1;  // values outside, one after the other, that it takes; at least 1
  TrendRule trend;            // a condition of its own, with the same delays and repeats
};

}  // namespace fajma
