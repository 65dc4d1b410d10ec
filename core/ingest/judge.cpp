#include "core/ingest/judge.h"

#include <algorithm>

namespace fajma {
namespace {

struct Placement {
  Micros measured_at;
  TimeSource source;
  bool late;
};

// A backlog gets shorter as it comes in. What is as late as a minute before, with nothing live in between, comes from a
// clock that was set back or stands still: it must silence no alarm.
bool IsWrongClock(LateRun& run, Micros received_at, Micros delay) {
  const bool goes_on = run.since != 0 && received_at - run.last <= kLongestPause;
  if (!goes_on) run = {received_at, delay, received_at};
  run.last = received_at;
  if (received_at - run.since < kBacklogMustShrinkIn) return false;
  if (delay > run.delay - kMicrosPerSecond) return true;
  run = {received_at, delay, received_at};
  return false;
}

Placement PlaceWall(Micros time, Micros received_at, DeviceState& device) {
  const Micros age = received_at - time;
  if (age <= kClockTolerance && age >= -kClockTolerance) {
    device.clock = ClockState::kRight;
    device.late = {};
    return {time, TimeSource::kDevice, false};
  }
  const bool backlog = age > 0 && device.clock == ClockState::kRight && time >= kEarliestPlausible;
  if (backlog && !IsWrongClock(device.late, received_at, age)) return {time, TimeSource::kDevice, true};
  device.clock = ClockState::kWrong;
  device.late = {};
  return {received_at, TimeSource::kDistrusted, false};
}

// A backlog comes in faster than it was measured. What is late and comes at the pace of its uptimes is live: the device
// has started again without its uptime having gone back, or its clock is slow; that must silence no alarm.
bool IsLiveAfterAll(Micros uptime, Micros received_at, BootState& boot) {
  const Micros delay = received_at - (*boot.anchor + uptime);
  if (delay <= kClockTolerance) return false;
  if (IsWrongClock(boot.late, received_at, delay)) return true;
  if (boot.number >= 0 || boot.last_received_at == 0) return false;
  const Micros measured = uptime - boot.last_uptime;
  const Micros received = received_at - boot.last_received_at;
  return measured > 0 && received >= measured / 2 && received <= measured * 2;
}

// The anchor is set once for a boot; a message that comes out in the future shows that the one that set it had been
// under way for long, and sets it back.
Placement PlaceUptime(Micros uptime, Micros received_at, BootState& boot) {
  if (!boot.anchor || *boot.anchor + uptime > received_at + kMicrosPerSecond ||
      IsLiveAfterAll(uptime, received_at, boot)) {
    boot.anchor = received_at - uptime;
    boot.changed = true;
  }
  const Micros measured_at = *boot.anchor + uptime;
  const bool late = received_at - measured_at > kClockTolerance;
  if (!late) boot.late = {};
  return {measured_at, TimeSource::kUptime, late};
}

Placement Place(const DeviceTime& time, Micros received_at, DeviceState& device, BootState* boot) {
  switch (time.kind) {
    case DeviceTime::Kind::kWall:
      return PlaceWall(time.value, received_at, device);
    case DeviceTime::Kind::kUptime:
      return PlaceUptime(time.value, received_at, *boot);
    case DeviceTime::Kind::kUnreadable:
      return {received_at, TimeSource::kDistrusted, false};
    case DeviceTime::Kind::kNone:
      break;
  }
  return {received_at, TimeSource::kReceived, false};
}

// The time of a late message by what is known of its clock so far. Absent: it is not late, or not identified by its
// time.
std::optional<Micros> LateTime(const DecodedMessage& message, Micros received_at, const DeviceState& device,
                               const BootState* boot) {
  const DeviceTime& time = message.time;
  std::optional<Micros> measured_at;
  if (time.kind == DeviceTime::Kind::kWall && device.clock == ClockState::kRight) measured_at = time.value;
  if (time.kind == DeviceTime::Kind::kUptime && boot->anchor) measured_at = *boot->anchor + time.value;
  if (message.identity || !measured_at || received_at - *measured_at <= kClockTolerance) return std::nullopt;
  return measured_at;
}

bool IsIdentifiedByTime(const DecodedMessage& message, const Placement& placement) {
  return !message.identity && (placement.source == TimeSource::kDevice || placement.source == TimeSource::kUptime);
}

}  // namespace

std::optional<std::int64_t> BootNumberOf(const DecodedMessage& message) {
  if (!message.identity) return std::nullopt;
  return message.identity->boot;
}

bool HasRestarted(const DecodedMessage& message, const BootState& newest_inferred, const IsStored& is_stored) {
  if (message.time.value >= newest_inferred.last_uptime) return false;
  const Micros measured_at = newest_inferred.anchor.value_or(0) + message.time.value;
  return !is_stored(measured_at, static_cast<std::int64_t>(message.content_hash));
}

Verdict Judge(const DecodedMessage& message, const RawMessage& raw, DeviceState& device, BootState* boot,
              const IsStored& is_stored, const AskForgotten& forgotten_before) {
  Verdict verdict;
  if (message.identity && boot->ledger.IsSettled(message.identity->seq)) {
    verdict.kind = Verdict::Kind::kDuplicate;
    return verdict;
  }
  if (!message.identity && (raw.flags & kRedelivered) != 0) {
    verdict.kind = Verdict::Kind::kDuplicate;
    return verdict;
  }
  // Before the clock is judged: what is sent again and again is late each time, and says nothing of a clock.
  const std::optional<Micros> late_time = LateTime(message, raw.received_at, device, boot);
  if (late_time && *late_time <= device.newest_measured_at &&
      is_stored(*late_time, static_cast<std::int64_t>(message.content_hash))) {
    verdict.kind = Verdict::Kind::kDuplicate;
    return verdict;
  }
  const ClockState clock_before = device.clock;
  const Placement placement = Place(message.time, raw.received_at, device, boot);
  verdict.measured_at = placement.measured_at;
  verdict.time_source = placement.source;
  verdict.late = placement.late;
  if (IsIdentifiedByTime(message, placement)) {
    verdict.fingerprint = static_cast<std::int64_t>(message.content_hash);
    if (placement.measured_at <= device.newest_measured_at && is_stored(placement.measured_at, *verdict.fingerprint)) {
      device.clock = clock_before;
      verdict.kind = Verdict::Kind::kDuplicate;
      return verdict;
    }
    // Its clock was judged first: one that was set back beyond all that is kept must silence no alarm for longer than
    // any other.
    const bool may_be_known = placement.late && placement.measured_at <= device.newest_measured_at;
    if (may_be_known && placement.measured_at < forgotten_before()) verdict.kind = Verdict::Kind::kTooOld;
    device.newest_measured_at = std::max(device.newest_measured_at, placement.measured_at);
  }
  if (message.identity) {
    if (!boot->ledger.Settle(message.identity->seq)) {
      verdict.kind = Verdict::Kind::kNoRoom;
      return verdict;
    }
    boot->changed = true;
  }
  if (message.time.kind == DeviceTime::Kind::kUptime) {
    if (message.time.value >= boot->last_uptime) {
      boot->last_uptime = message.time.value;
      boot->last_received_at = raw.received_at;
    }
    boot->changed = true;
  }
  device.changed = true;
  return verdict;
}

}  // namespace fajma
