#include "firmware/core/clock.h"

namespace fajma::firmware {
namespace {

constexpr std::uint64_t kEarliestWallMs = 1'704'067'200'000;  // 2024-01-01: before it, an unset clock
constexpr std::uint64_t kLatestWallMs = 4'102'444'800'000;    // 2100-01-01
constexpr std::uint64_t kToleranceMs = 1000;

}  // namespace

std::uint64_t Clock::Advance(std::uint32_t millis) {
  // Unsigned subtraction gives the time passed also across the wrap.
  uptime_ms_ += static_cast<std::uint32_t>(millis - static_cast<std::uint32_t>(uptime_ms_));
  return uptime_ms_;
}

bool Clock::SetWall(std::uint64_t wall_ms, ClockSource source, std::uint64_t uptime_ms) {
  if (source < source_ || source == ClockSource::kNone) {
    return false;
  }
  if (wall_ms < kEarliestWallMs || wall_ms >= kLatestWallMs || uptime_ms > wall_ms) {
    return false;
  }
  const std::uint64_t start_ms = wall_ms - uptime_ms;
  const std::uint64_t change_ms = start_ms > start_wall_ms_ ? start_ms - start_wall_ms_ : start_wall_ms_ - start_ms;
  if (source != source_ || change_ms >= kToleranceMs) {
    start_wall_ms_ = start_ms;
  }
  source_ = source;
  return true;
}

std::optional<std::uint64_t> Clock::FindWall(std::uint64_t uptime_ms) const {
  if (source_ == ClockSource::kNone) {
    return std::nullopt;
  }
  return start_wall_ms_ + uptime_ms;
}

SampleTime Clock::Resolve(SampleTime time) const {
  if (time.base == TimeBase::kWall || source_ == ClockSource::kNone) {
    return time;
  }
  return {TimeBase::kWall, start_wall_ms_ + time.ms};
}

}  // namespace fajma::firmware
