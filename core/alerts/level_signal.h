// Whether a value is outside of one level's bounds: with a dead band, delays and repeats, so that noise around a bound
// is one condition and not many. Pure.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "core/domain/alert_rule.h"
#include "core/domain/thresholds.h"
#include "core/domain/time.h"

namespace fajma {

// The numbers stand in the database.
enum class SignalPhase : std::uint8_t {
  kInside = 0,
  kRising = 1,   // outside, not yet for long or often enough: not present
  kOutside = 2,  // present
  kFalling = 3,  // inside again, not yet for long enough: still present
};
inline constexpr std::array<std::string_view, 4> kSignalPhaseNames = {"Inside", "Rising", "Outside", "Falling"};

struct LevelSignal {
  SignalPhase phase = SignalPhase::kInside;
  Micros since = 0;        // of kRising and kFalling
  std::uint32_t seen = 0;  // of kRising: values outside, without one inside between them

  bool IsPresent() const { return phase == SignalPhase::kOutside || phase == SignalPhase::kFalling; }
  bool operator==(const LevelSignal&) const = default;
};

// What a value, or the time, says to a phase.
enum class SignalInput : std::uint8_t { kOutside, kInside, kTime };
enum class SignalGuard : std::uint8_t { kAlways, kOften, kLongEnough };
enum class SignalAction : std::uint8_t { kNone, kBegin, kCount };

struct SignalTransition {
  SignalPhase from;
  SignalInput on;
  SignalGuard guard;
  SignalPhase to;
  SignalAction action;
};

// For each phase and input the first row whose guard holds is taken, then kTime is asked at once; without a row nothing
// happens.
std::span<const SignalTransition> SignalTransitions();

// A value outside of `rule.bounds` is outside; one that is within them by at least `rule.dead_band` is inside; one
// between says what the last one said. `now` never goes back.
LevelSignal OnValue(LevelSignal signal, const AlertRule& rule, double value, Micros now,
                    std::span<const SignalTransition> table = SignalTransitions());
// The same for a condition that is either there or not.
LevelSignal OnPresence(LevelSignal signal, const AlertRule& rule, bool present, Micros now,
                       std::span<const SignalTransition> table = SignalTransitions());
LevelSignal OnTime(LevelSignal signal, const AlertRule& rule, Micros now,
                   std::span<const SignalTransition> table = SignalTransitions());

// When OnTime does something; 0: never.
Micros NextDue(const LevelSignal& signal, const AlertRule& rule);

// The signals of kThresholdLevels, in that order.
using LevelSignals = std::array<LevelSignal, kThresholdLevels.size()>;
inline constexpr LevelSignals kNoSignals{};  // all absent, nothing waits
// The clock was set by `by`. False: none of them waits.
bool MoveTimers(LevelSignals& signals, Micros by);
// The highest level that is present.
std::optional<AlertLevel> LevelOf(const LevelSignals& signals);

}  // namespace fajma
