// How much a measure has risen or fallen within a time, in bounded memory. Pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "core/domain/time.h"

namespace fajma {

// From an extreme of the window to its newest value, whichever is further away.
struct Variation {
  double amount = 0;  // never negative
  Micros from = 0;    // when the extreme was measured
  Micros to = 0;      // when the newest value was
};

// Of one measure from one device: two devices differ, and that is no variation of the patient. 64 buckets of the least
// and the greatest value, 2.5 KB. Resolution: a bucket, 1/63 of the window. What is found was so within the window;
// what is not found is no more than what the first bucket of the window knows alone.
class TrendWindow {
 public:
  static constexpr std::size_t kBuckets = 64;

  explicit TrendWindow(Micros within);  // at least 1

  Micros within() const { return within_; }
  // In any order; what is older than the window is dropped.
  void Add(Micros measured_at, double value);
  // Up to `now`, in the time of what was added: nothing older than `within` counts. Absent: there is nothing else.
  std::optional<Variation> At(Micros now) const;
  Variation OfNewest() const { return At(newest_at_).value_or(Variation{}); }

 private:
  struct Bucket {
    std::int64_t number = -1;  // of all since 1970; -1: empty
    double least = 0;
    double greatest = 0;
    Micros least_at = 0;  // the last time
    Micros greatest_at = 0;
  };

  Micros within_;
  Micros width_;
  std::vector<Bucket> buckets_;  // by number modulo kBuckets
  double newest_ = 0;
  Micros newest_at_ = 0;  // 0: none
};

}  // namespace fajma
