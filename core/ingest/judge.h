// What a decoded message of a known device is: new or a duplicate, and when it was measured. Pure.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>

#include "core/domain/device_state.h"
#include "core/domain/raw_message.h"
#include "core/json/message_decoder.h"

namespace fajma {

// A clock that differs by more is not trusted for a live message; a trusted time that is older is a backlog.
inline constexpr Micros kClockTolerance = 5 * kMicrosPerMinute;
// A backlog is shorter after this time; what is not is a wrong clock.
inline constexpr Micros kBacklogMustShrinkIn = kMicrosPerMinute;
// After a longer silence a device may begin another backlog.
inline constexpr Micros kLongestPause = 10 * kMicrosPerMinute;
// No device measured before this system existed: an older time says that the clock was never set.
inline constexpr Micros kEarliestPlausible = 1'577'836'800LL * kMicrosPerSecond;  // 2020-01-01

struct Verdict {
  // kNoRoom: the ledger is full, the number is not settled. kTooOld: whether it is a duplicate cannot be told any more.
  enum class Kind { kStore, kDuplicate, kNoRoom, kTooOld };
  Kind kind = Kind::kStore;
  Micros measured_at = 0;
  TimeSource time_source = TimeSource::kReceived;
  bool late = false;
  // The content's hash, when the device's time identifies the message; absent: numbered, or new whatever it says.
  std::optional<std::int64_t> fingerprint;
};

// Whether a message with this measured_at and fingerprint of the device is stored already.
using IsStored = std::function<bool(Micros measured_at, std::int64_t fingerprint)>;
// What was measured before may have been stored and cut; 0: nothing was cut.
using AskForgotten = std::function<Micros()>;

// `boot`: the state of the message's boot when it has an identity or an uptime (JudgeBoot says which); else null.
// Changes `device` and `boot` as the message does; nothing of a duplicate moves a clock.
Verdict Judge(const DecodedMessage& message, const RawMessage& raw, DeviceState& device, BootState* boot,
              const IsStored& is_stored, const AskForgotten& forgotten_before);

// The number of the boot that the message belongs to: its own, or, for an uptime without one, the inferred boot
// `newest_inferred` (below zero), absent when there is none yet.
std::optional<std::int64_t> BootNumberOf(const DecodedMessage& message);

// True when an uptime without a boot number shows that the device has started again: it went back, and the message is
// not one that was stored before.
bool HasRestarted(const DecodedMessage& message, const BootState& newest_inferred, const IsStored& is_stored);

}  // namespace fajma
