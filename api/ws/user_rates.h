// How often a user may do something. Pure: time is passed in.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <unordered_map>

#include "core/domain/time.h"

namespace fajma::ws {

// What UserRates are asked with: unlike the system's clock it never goes back.
inline Micros SteadyNow() {
  const auto now = std::chrono::steady_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::microseconds>(now).count();
}

// Not thread-safe. So many at once, and then one each interval, over all sockets of the user in this process. Bounded:
// users who have been quiet long enough are forgotten when more than kMaxUsers are known.
class UserRates {
 public:
  UserRates(int at_once, Micros interval) : at_once_(at_once), interval_(interval) {}

  // False: not now, and nothing is taken.
  bool Take(std::int64_t user_id, Micros now) {
    if (full_at_.size() >= kMaxUsers) std::erase_if(full_at_, [now](const auto& user) { return user.second <= now; });
    Micros& full_at = full_at_[user_id];
    const Micros then = std::max(full_at, now) + interval_;
    if (then > now + at_once_ * interval_) return false;
    full_at = then;
    return true;
  }

  static constexpr std::size_t kMaxUsers = 10'000;

 private:
  const int at_once_;
  const Micros interval_;
  std::unordered_map<std::int64_t, Micros> full_at_;  // when the user may do all at once again
};

}  // namespace fajma::ws
