#include "core/alerts/level_signal.h"

#include <algorithm>

namespace fajma {
namespace {

using A = SignalAction;
using G = SignalGuard;
using In = SignalInput;
using P = SignalPhase;

constexpr SignalTransition kTransitions[] = {
    {P::kInside, In::kOutside, G::kAlways, P::kRising, A::kBegin},
    {P::kRising, In::kOutside, G::kAlways, P::kRising, A::kCount},
    {P::kRising, In::kInside, G::kAlways, P::kInside, A::kNone},
    {P::kRising, In::kTime, G::kOften, P::kOutside, A::kNone},
    {P::kOutside, In::kInside, G::kAlways, P::kFalling, A::kBegin},
    {P::kFalling, In::kOutside, G::kAlways, P::kOutside, A::kNone},
    {P::kFalling, In::kTime, G::kLongEnough, P::kInside, A::kNone},
};

Micros DelayOf(SignalPhase phase, const AlertRule& rule) {
  return phase == P::kRising ? rule.on_delay : rule.off_delay;
}

bool Holds(SignalGuard guard, const LevelSignal& signal, const AlertRule& rule, Micros now) {
  const bool is_long_enough = now - signal.since >= DelayOf(signal.phase, rule);
  switch (guard) {
    case G::kAlways:
      return true;
    case G::kOften:
      return is_long_enough && signal.seen >= rule.repeats;
    case G::kLongEnough:
      return is_long_enough;
  }
  return false;
}

LevelSignal Take(LevelSignal signal, SignalInput input, const AlertRule& rule, Micros now,
                 std::span<const SignalTransition> table) {
  for (const SignalTransition& row : table) {
    if (row.from != signal.phase || row.on != input || !Holds(row.guard, signal, rule, now)) continue;
    signal.phase = row.to;
    if (row.action == A::kBegin) return {row.to, now, 1};
    if (row.action == A::kCount) signal.seen = std::min(signal.seen + 1, rule.repeats);
    if (row.to == P::kInside || row.to == P::kOutside) return {row.to, 0, 0};
    return signal;
  }
  return signal;
}

bool IsOutside(const Bounds& bounds, double value) {
  return (bounds.low && value < *bounds.low) || (bounds.high && value > *bounds.high);
}

// Bounds that are nearer to each other than two dead bands leave the middle to be inside.
bool IsInside(const AlertRule& rule, double value) {
  const Bounds& bounds = rule.bounds;
  double band = rule.dead_band;
  if (bounds.low && bounds.high) band = std::min(band, (*bounds.high - *bounds.low) / 2);
  return !(bounds.low && value < *bounds.low + band) && !(bounds.high && value > *bounds.high - band);
}

}  // namespace

std::span<const SignalTransition> SignalTransitions() { return kTransitions; }

LevelSignal OnValue(LevelSignal signal, const AlertRule& rule, double value, Micros now,
                    std::span<const SignalTransition> table) {
  const bool was_outside = signal.phase == P::kRising || signal.phase == P::kOutside;
  const bool is_outside = IsOutside(rule.bounds, value) || (was_outside && !IsInside(rule, value));
  return OnPresence(signal, rule, is_outside, now, table);
}

LevelSignal OnPresence(LevelSignal signal, const AlertRule& rule, bool present, Micros now,
                       std::span<const SignalTransition> table) {
  signal = Take(signal, present ? In::kOutside : In::kInside, rule, now, table);
  return OnTime(signal, rule, now, table);
}

LevelSignal OnTime(LevelSignal signal, const AlertRule& rule, Micros now, std::span<const SignalTransition> table) {
  return Take(signal, In::kTime, rule, now, table);
}

Micros NextDue(const LevelSignal& signal, const AlertRule& rule) {
  if (signal.phase == P::kRising && signal.seen >= rule.repeats) return signal.since + rule.on_delay;
  return signal.phase == P::kFalling ? signal.since + rule.off_delay : 0;
}

bool MoveTimers(LevelSignals& signals, Micros by) {
  bool waits = false;
  for (LevelSignal& signal : signals) {
    if (signal.since == 0) continue;
    signal.since += by;
    waits = true;
  }
  return waits;
}

std::optional<AlertLevel> LevelOf(const LevelSignals& signals) {
  for (std::size_t i = 0; i < signals.size(); ++i) {
    if (signals[i].IsPresent()) return kThresholdLevels[i];
  }
  return std::nullopt;
}

}  // namespace fajma
