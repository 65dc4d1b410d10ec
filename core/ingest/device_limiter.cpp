#include "core/ingest/device_limiter.h"

#include <algorithm>

namespace fajma {
namespace {

constexpr std::int64_t kMessage = 1'000'000;  // in the units of DeviceRate
// One message a second is one unit a microsecond.
constexpr std::int64_t kMostCredit = kLongestOutage;

bool TakeFrom(std::int64_t& store) {
  if (store < kMessage) return false;
  store -= kMessage;
  return true;
}

}  // namespace

bool DeviceLimiter::Take(DeviceRate& rate, Micros now) const {
  if (per_second_ == 0) return true;
  DeviceRate refilled = Refilled(rate, now);
  if (TakeFrom(refilled.level) || TakeFrom(refilled.credit)) {
    rate = refilled;
    return true;
  }
  // What is refused counts for nothing, but a clock that was set back must not stop the refilling.
  if (refilled.accepted_at < rate.accepted_at) rate = refilled;
  return false;
}

// As it is at `now`. A device that was never heard of has a full bucket.
DeviceRate DeviceLimiter::Refilled(const DeviceRate& rate, Micros now) const {
  const std::int64_t full = per_second_ * kBurstSeconds * kMessage;
  DeviceRate refilled = rate;
  refilled.level = std::min(refilled.level, full);  // the limit may have been higher when it was written
  if (rate.accepted_at == 0) refilled.level = full;
  if (rate.accepted_at == 0 || now > rate.accepted_at || now < rate.accepted_at - kClockStep)
    refilled.accepted_at = now;
  if (rate.accepted_at == 0 || now <= rate.accepted_at) return refilled;
  const Micros silence = std::min(now - rate.accepted_at, kLongestOutage);
  refilled.level = std::min(full, refilled.level + silence * per_second_);
  if (silence >= kOutage) refilled.credit = std::min(kMostCredit, refilled.credit + silence);
  return refilled;
}

bool MayTell(DeviceRate& rate, Micros now) {
  if (now >= rate.told_at && now - rate.told_at < kMicrosPerSecond) return false;
  rate.told_at = now;
  return true;
}

}  // namespace fajma
