// How long answers took, over the last minute.
#pragma once

#include <chrono>
#include <mutex>

#include "core/runtime/last_minute.h"

namespace fajma::http {

// Thread-safe. `now`: of the steady clock.
class ResponseTimes {
 public:
  using Clock = std::chrono::steady_clock;

  void Note(Clock::duration took, Clock::time_point now) {
    const auto micros = std::chrono::duration_cast<std::chrono::microseconds>(took).count();
    const std::lock_guard lock(mutex_);
    answers_.Add(SecondOf(now), 1);
    micros_.Add(SecondOf(now), static_cast<std::uint64_t>(micros));
  }

  // The mean in milliseconds; 0 when there was no answer.
  double MeanMillis(Clock::time_point now) {
    const std::lock_guard lock(mutex_);
    const std::uint64_t answers = answers_.Sum(SecondOf(now));
    if (answers == 0) return 0;
    return static_cast<double>(micros_.Sum(SecondOf(now))) / static_cast<double>(answers) / 1000;
  }

 private:
  static std::int64_t SecondOf(Clock::time_point now) {
    return std::chrono::duration_cast<std::chrono::seconds>(now.time_since_epoch()).count();
  }

  std::mutex mutex_;
  LastMinute answers_;  // guarded by mutex_
  LastMinute micros_;   // guarded by mutex_
};

}  // namespace fajma::http
