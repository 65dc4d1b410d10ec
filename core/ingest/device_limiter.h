// How many messages a device may send: a token bucket, and a credit that grows while it is silent, so that a backlog
// passes after an outage. Pure: its only time is the messages' receipt, which stands in the journal, so that a replay
// decides as before. Any thread.
#pragma once

#include <cstdint>

#include "core/domain/device_rate.h"

namespace fajma {

// Seconds' worth of messages that a device may send at once.
inline constexpr std::int64_t kBurstSeconds = 10;
// A longer silence is an outage: for each second of it one message more may come.
inline constexpr Micros kOutage = kBurstSeconds * kMicrosPerSecond;
inline constexpr Micros kLongestOutage = 24 * 60 * kMicrosPerMinute;
// Messages of two doors may come out of order by less; more is a clock of the server's that was set back.
inline constexpr Micros kClockStep = kMicrosPerMinute;

class DeviceLimiter {
 public:
  // Messages a second, at most 1,000,000; 0: no limit.
  explicit DeviceLimiter(std::int64_t per_second) : per_second_(per_second) {}

  // One message that was received at `now`. False: too many, and nothing was taken.
  bool Take(DeviceRate& rate, Micros now) const;

 private:
  DeviceRate Refilled(const DeviceRate& rate, Micros now) const;

  std::int64_t per_second_;
};

// Whether a device that sends too much is to be told so at `now`: at most once a second.
bool MayTell(DeviceRate& rate, Micros now);

}  // namespace fajma
