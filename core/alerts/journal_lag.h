// How long the oldest message of a door has been waiting for its commit, from two counters that only grow: what was
// received, and what was settled. A journal is read in its order, so message n is settled when n are. Pure.
#pragma once

#include <cstdint>
#include <deque>

#include "core/domain/time.h"

namespace fajma {

class JournalLag {
 public:
  static constexpr Micros kBegins = 10 * kMicrosPerSecond;
  static constexpr Micros kEnds = 2 * kMicrosPerSecond;

  // Again and again, several times a second; what is told is right within the time between two calls. `received`: that
  // of `settled` included. `steady`: now, by a clock that is never set.
  void OnTime(std::uint64_t received, std::uint64_t settled, Micros steady);

  // Of the oldest message that is not settled, at most kBegins + 1 s; 0: there is none.
  Micros age() const { return age_; }
  // From kBegins on, until it is below kEnds.
  bool lags() const { return lags_; }

 private:
  struct Sample {
    std::uint64_t received;
    Micros at;
  };

  // Each when more had been received than before; the first has the oldest message that is not settled.
  std::deque<Sample> samples_;
  Micros age_ = 0;
  bool lags_ = false;
};

}  // namespace fajma
