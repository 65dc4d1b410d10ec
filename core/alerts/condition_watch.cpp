#include "core/alerts/condition_watch.h"

namespace fajma {
namespace {

void Tell(ConditionWatch& watch, Micros now, std::vector<TimedInput>& inputs) {
  const std::optional<AlertLevel> level = LevelOf(watch.signals);
  if (level == watch.told) return;
  watch.told = level;
  if (level) return inputs.push_back({{AlarmInputKind::kCondition, *level}, now});
  inputs.push_back({{AlarmInputKind::kGone}, now});
}

}  // namespace

void AdvanceTo(ConditionWatch& watch, const AlertRules& rules, Micros now, std::vector<TimedInput>& inputs,
               std::span<const SignalTransition> table) {
  Micros last = 0;
  for (Micros due = NextDue(watch, rules); due > last && due <= now; due = NextDue(watch, rules)) {
    for (std::size_t i = 0; i < rules.size(); ++i) watch.signals[i] = OnTime(watch.signals[i], rules[i], due, table);
    Tell(watch, due, inputs);
    last = due;
  }
  Tell(watch, now, inputs);
}

void TakeValue(ConditionWatch& watch, const AlertRules& rules, double value, Micros now,
               std::vector<TimedInput>& inputs, std::span<const SignalTransition> table) {
  AdvanceTo(watch, rules, now, inputs, table);
  for (std::size_t i = 0; i < rules.size(); ++i) {
    watch.signals[i] = OnValue(watch.signals[i], rules[i], value, now, table);
  }
  Tell(watch, now, inputs);
}

void TakePresence(ConditionWatch& watch, const AlertRules& rules, std::optional<AlertLevel> level, Micros now,
                  std::vector<TimedInput>& inputs) {
  AdvanceTo(watch, rules, now, inputs);
  for (std::size_t i = 0; i < rules.size(); ++i) {
    const bool present = level && *level >= kThresholdLevels[i];
    watch.signals[i] = OnPresence(watch.signals[i], rules[i], present, now);
  }
  Tell(watch, now, inputs);
}

Micros NextDue(const ConditionWatch& watch, const AlertRules& rules) {
  Micros next = 0;
  for (std::size_t i = 0; i < rules.size(); ++i) {
    const Micros due = NextDue(watch.signals[i], rules[i]);
    if (due != 0 && (next == 0 || due < next)) next = due;
  }
  return next;
}

}  // namespace fajma
