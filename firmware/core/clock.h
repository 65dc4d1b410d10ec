#ifndef FAJMA_FIRMWARE_CORE_CLOCK_H_
#define FAJMA_FIRMWARE_CORE_CLOCK_H_

#include <cstdint>
#include <optional>

#include "firmware/core/sample.h"

namespace fajma::firmware {

enum class ClockSource : std::uint8_t {
  kNone,    // the wall clock is not set
  kServer,  // set by `now` of an ack: late by the network's delay
  kNtp,
};

// The device's uptime, and the wall clock as a distance from it. Samples keep their uptime and are translated when they
// are sent: a clock that is set late dates the samples taken before as well.
class Clock {
 public:
  // Extends the 32-bit millis(), which wraps after 49.7 days, to 64 bits. Call it at least once in each wrap; returns
  // the uptime.
  std::uint64_t Advance(std::uint32_t millis);
  std::uint64_t uptime_ms() const { return uptime_ms_; }

  // Says that at `uptime_ms` it was `wall_ms`. False when it is not taken: a year outside 2024..2100, or the server's
  // time while NTP is known. Differences under a second are not followed, so that a re-sent sample keeps its time.
  bool SetWall(std::uint64_t wall_ms, ClockSource source, std::uint64_t uptime_ms);

  ClockSource source() const { return source_; }
  std::optional<std::uint64_t> FindWall(std::uint64_t uptime_ms) const;
  // The best time known for a sample: wall time when the clock is set, else unchanged.
  SampleTime Resolve(SampleTime time) const;

 private:
  std::uint64_t uptime_ms_ = 0;
  std::uint64_t start_wall_ms_ = 0;  // wall time at uptime 0
  ClockSource source_ = ClockSource::kNone;
};

}  // namespace fajma::firmware

#endif  // FAJMA_FIRMWARE_CORE_CLOCK_H_
