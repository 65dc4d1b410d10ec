// The numbers of the probes that this process has sent: only these are the self-test's, whoever else uses its MAC.
#pragma once

#include <algorithm>
#include <cstddef>
#include <deque>
#include <mutex>

#include "core/domain/reading.h"

namespace fajma {

// Thread-safe. Beyond kKept the oldest are forgotten: they are far too late by then.
class ProbeLedger {
 public:
  void Note(const BootSeq& number) {
    const std::lock_guard lock(mutex_);
    numbers_.push_back(number);
    if (numbers_.size() > kKept) numbers_.pop_front();
  }

  bool Knows(const BootSeq& number) const {
    const std::lock_guard lock(mutex_);
    return std::find(numbers_.begin(), numbers_.end(), number) != numbers_.end();
  }

  static constexpr std::size_t kKept = 1000;

 private:
  mutable std::mutex mutex_;
  std::deque<BootSeq> numbers_;  // guarded by mutex_
};

}  // namespace fajma
