// How many sockets the other processes have open, as they tell. Pure: time is passed in.
#pragma once

#include <cstddef>
#include <cstdint>
#include <unordered_map>

#include "core/domain/time.h"

namespace fajma::ws {

// Not thread-safe. Time never goes back.
class SocketsElsewhere {
 public:
  // That process lives. False: nothing was known of it; it may not know of this one either.
  bool HearFrom(std::uint64_t process, Micros now);
  // It has so many sockets under that key. Passed over: a process that HearFrom does not know, and keys beyond
  // kMaxKeys of one.
  void Hear(std::uint64_t process, std::uint64_t key, std::int64_t count, Micros now);
  // Forgets who has been silent for kSilence, and what was not told again for kLongestUse.
  void Expire(Micros now);

  std::size_t Of(std::uint64_t key) const;  // of all other processes together
  std::size_t processes() const { return processes_.size(); }

  static constexpr Micros kSilence = 5 * kMicrosPerSecond;
  static constexpr Micros kLongestUse = 30 * kMicrosPerSecond;
  static constexpr std::size_t kMaxProcesses = 100;
  static constexpr std::size_t kMaxKeys = 100'000;

 private:
  struct Entry {
    std::size_t count = 0;
    Micros told_at = 0;
  };
  struct Process {
    Micros heard_at = 0;
    std::unordered_map<std::uint64_t, Entry> entries;
  };

  void Subtract(std::uint64_t key, std::size_t count);

  std::unordered_map<std::uint64_t, Process> processes_;
  std::unordered_map<std::uint64_t, std::size_t> sums_;  // no zeros
};

}  // namespace fajma::ws
