// Whether the probes of the self-test come back in time. Pure: both clocks are passed in. The wall clock says which
// probes are due, as it says to whoever sends them; how long one has taken is measured by the steady clock.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>

#include "core/domain/self_test.h"
#include "core/domain/time.h"

namespace fajma {

class AlarmPathWatch {
 public:
  struct Now {
    Micros wall = 0;
    Micros steady = 0;
  };

  // `every`: seconds between two probes, at least 1. A process that starts gives the first probe its chance: it expects
  // the first one that is due kSelfTestPatience after `start` and later, or after one was seen.
  AlarmPathWatch(std::int64_t every, Now start);

  // A probe that was due then (in seconds since 1970) has come through the whole path. One that is too late, or not
  // due before kSelfTestPatience is over (the clocks of two machines differ), says nothing.
  void OnSeen(std::int64_t due_at, Now now);
  // Again and again, several times a second: notes what is due by now and what is overdue.
  void OnTime(Now now);

  // From the first probe that was not seen in time, until a later one is.
  bool failed() const { return failed_; }
  std::uint64_t seen() const { return seen_; }      // in time
  std::uint64_t missed() const { return missed_; }  // not in time

 private:
  struct Expected {
    std::int64_t due_at;
    Micros deadline;  // steady
  };

  const std::int64_t every_;
  const Micros start_;  // steady
  std::int64_t newest_due_;
  std::int64_t newest_seen_ = 0;  // of those that came before they were due here; 0: none
  std::deque<Expected> expected_;
  bool failed_ = false;
  std::uint64_t seen_ = 0;
  std::uint64_t missed_ = 0;
};

// The newest multiple of `every` seconds up to that time, in seconds since 1970.
std::int64_t DueAt(Micros wall, std::int64_t every);

}  // namespace fajma
