// One condition of one patient between its values and its alarm: the signals of its levels, and what its alarm was last
// told. Pure.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "core/alerts/alarm.h"
#include "core/alerts/level_signal.h"

namespace fajma {

struct ConditionWatch {
  LevelSignals signals;
  std::optional<AlertLevel> told;  // what its alarm knows: Alarm::condition

  bool operator==(const ConditionWatch&) const = default;
};

// What an alarm is to be told, and as of when.
struct TimedInput {
  AlarmInput input;
  Micros at = 0;
};

// What became due up to `now`, in its order; also tells again what the alarm does not know. Appends to `inputs`.
void AdvanceTo(ConditionWatch& watch, const AlertRules& rules, Micros now, std::vector<TimedInput>& inputs,
               std::span<const SignalTransition> table = SignalTransitions());

// A value that is judged at `now`, after what was due by then.
void TakeValue(ConditionWatch& watch, const AlertRules& rules, double value, Micros now,
               std::vector<TimedInput>& inputs, std::span<const SignalTransition> table = SignalTransitions());
// The same for a condition without values: its levels are there or not; absent: none is.
void TakePresence(ConditionWatch& watch, const AlertRules& rules, std::optional<AlertLevel> level, Micros now,
                  std::vector<TimedInput>& inputs);

// When AdvanceTo does something next; 0: never.
Micros NextDue(const ConditionWatch& watch, const AlertRules& rules);

}  // namespace fajma
