// A sum over the last 60 seconds. Not thread-safe.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

namespace fajma {

// Time is passed in, in whole seconds that never go back (an earlier one counts as the latest). What is counted leaves
// the sum 60 seconds later.
class LastMinute {
 public:
  void Add(std::int64_t second, std::uint64_t amount) {
    Advance(second);
    buckets_[IndexOf(latest_)] += amount;
    sum_ += amount;
  }
  std::uint64_t Sum(std::int64_t second) {
    Advance(second);
    return sum_;
  }

 private:
  static constexpr std::int64_t kSeconds = 60;
  static std::size_t IndexOf(std::int64_t second) { return static_cast<std::size_t>(second % kSeconds); }

  void Advance(std::int64_t second) {
    const std::int64_t steps = std::min(second - latest_, kSeconds);
    for (std::int64_t step = 0; step < steps; ++step) {
      std::uint64_t& old = buckets_[IndexOf(second - step)];
      sum_ -= old;
      old = 0;
    }
    latest_ = std::max(latest_, second);
  }

  std::array<std::uint64_t, kSeconds> buckets_{};
  std::int64_t latest_ = 0;
  std::uint64_t sum_ = 0;
};

}  // namespace fajma
