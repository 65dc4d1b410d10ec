#include "core/alerts/alarm.h"

#include <algorithm>

namespace fajma {
namespace {

using enum AlarmAction;
using G = AlarmGuard;
using In = AlarmInputKind;
using N = AlarmNews;
using P = SignalPresence;

constexpr AlarmActions kNone;

constexpr AlarmTransition kTransitions[] = {
    {P::kOff, In::kCondition, G::kAlways, P::kOn, kSetCondition | kSetLevel | kArm, N::kRaised},
    {P::kOff, In::kLate, G::kAlways, P::kLatched, kSetLevel, N::kRaised},
    {P::kOff, In::kMade, G::kAlways, P::kLatched, kSetLevel | kArm, N::kRaised},

    {P::kOn, In::kCondition, G::kAboveLevel, P::kOn, kSetCondition | kSetLevel | kArm | kEndSilence, N::kEscalated},
    {P::kOn, In::kCondition, G::kAlways, P::kOn, kSetCondition, N::kNothing},
    {P::kOn, In::kGone, G::kLatching, P::kLatched, kClearCondition, N::kResolved},
    {P::kOn, In::kGone, G::kAlways, P::kOff, kNone, N::kResolved},
    {P::kOn, In::kAcknowledge, G::kAlways, P::kAcknowledged, kDisarm | kEndSilence, N::kAcknowledged},
    {P::kOn, In::kEscalate, G::kBelowCeiling, P::kOn, kRaiseLevel | kArm | kEndSilence, N::kEscalated},
    {P::kOn, In::kTime, G::kEscalationDue, P::kOn, kRaiseLevel | kArmFromDue | kEndSilence, N::kEscalated},

    {P::kAcknowledged, In::kCondition, G::kAboveCondition, P::kOn, kSetCondition | kSetLevel | kArm, N::kEscalated},
    {P::kAcknowledged, In::kCondition, G::kAlways, P::kAcknowledged, kSetCondition, N::kNothing},
    {P::kAcknowledged, In::kGone, G::kAlways, P::kOff, kNone, N::kResolved},

    {P::kLatched, In::kCondition, G::kAboveLevel, P::kOn, kSetCondition | kSetLevel | kArm | kEndSilence,
     N::kEscalated},
    {P::kLatched, In::kCondition, G::kAlways, P::kOn, kSetCondition | kEndSilence, N::kReturned},
    {P::kLatched, In::kLate, G::kAboveLevel, P::kLatched, kSetLevel | kDisarm | kEndSilence, N::kEscalated},
    {P::kLatched, In::kAcknowledge, G::kAlways, P::kOff, kNone, N::kAcknowledged},
    {P::kLatched, In::kEscalate, G::kBelowCeiling, P::kLatched, kRaiseLevel | kArm | kEndSilence, N::kEscalated},
    {P::kLatched, In::kTime, G::kEscalationDue, P::kLatched, kRaiseLevel | kArmFromDue | kEndSilence, N::kEscalated},

    {P::kOn, In::kSilence, G::kAlways, P::kOn, kSilence, N::kSilenced},
    {P::kLatched, In::kSilence, G::kAlways, P::kLatched, kSilence, N::kSilenced},
    {P::kOn, In::kUnsilence, G::kSilent, P::kOn, kEndSilence, N::kHeard},
    {P::kLatched, In::kUnsilence, G::kSilent, P::kLatched, kEndSilence, N::kHeard},
    {P::kOn, In::kTime, G::kSilenceOver, P::kOn, kEndSilence, N::kHeard},
    {P::kLatched, In::kTime, G::kSilenceOver, P::kLatched, kEndSilence, N::kHeard},
    // Its ceiling was higher when it was armed: by an earlier version.
    {P::kOn, In::kTime, G::kAlways, P::kOn, kDisarm, N::kNothing},
    {P::kLatched, In::kTime, G::kAlways, P::kLatched, kDisarm, N::kNothing},

    {P::kOn, In::kRemove, G::kAlways, P::kOff, kNone, N::kRemoved},
    {P::kAcknowledged, In::kRemove, G::kAlways, P::kOff, kNone, N::kRemoved},
    {P::kLatched, In::kRemove, G::kAlways, P::kOff, kNone, N::kRemoved},
};

// An escalation, the next one, the end of a silence: more than that can never be due at once.
constexpr int kMostDueSteps = 4;

bool Holds(AlarmGuard guard, const Alarm& alarm, const AlarmInput& input, Micros now, AlertLevel ceiling) {
  switch (guard) {
    case G::kAlways:
      return true;
    case G::kAboveLevel:
      return input.level > alarm.level;
    case G::kAboveCondition:
      return input.level > alarm.condition;
    case G::kLatching:
      return alarm.level >= AlertLevel::kCritical;
    case G::kBelowCeiling:
      return alarm.level < ceiling;
    case G::kEscalationDue:
      return alarm.escalates_at != 0 && alarm.escalates_at <= now && alarm.level < ceiling;
    case G::kSilent:
      return alarm.silent_until != 0;
    case G::kSilenceOver:
      return alarm.silent_until != 0 && alarm.silent_until <= now;
  }
  return false;
}

const AlarmTransition* FindTransition(std::span<const AlarmTransition> table, const Alarm& alarm,
                                      const AlarmInput& input, Micros now, AlertLevel ceiling) {
  for (const AlarmTransition& row : table) {
    if (row.from == alarm.presence && row.on == input.kind && Holds(row.guard, alarm, input, now, ceiling)) return &row;
  }
  return nullptr;
}

Alarm Act(Alarm alarm, const AlarmTransition& row, const AlarmInput& input, Micros now,
          const EscalationRule& escalation) {
  alarm.presence = row.to;
  if (row.to == P::kOff) return {};
  if (row.actions.Has(kSetCondition)) alarm.condition = input.level;
  if (row.actions.Has(kClearCondition)) alarm.condition.reset();
  if (row.actions.Has(kSetLevel)) alarm.level = std::max(alarm.level, input.level);
  if (row.actions.Has(kRaiseLevel) && alarm.level < AlertLevel::kEmergency) {
    alarm.level = static_cast<AlertLevel>(static_cast<int>(alarm.level) + 1);
  }
  if (row.actions.Has(kArm)) alarm.escalates_at = escalation.DueAfter(alarm.level, now);
  if (row.actions.Has(kArmFromDue)) alarm.escalates_at = escalation.DueAfter(alarm.level, alarm.escalates_at);
  if (row.actions.Has(kDisarm)) alarm.escalates_at = 0;
  if (row.actions.Has(kSilence)) alarm.silent_until = input.until;
  if (row.actions.Has(kEndSilence)) alarm.silent_until = 0;
  return alarm;
}

}  // namespace

std::span<const AlarmTransition> AlarmTransitions() { return kTransitions; }

std::vector<AlarmStep> Step(const Alarm& alarm, const AlarmInput& input, Micros now, const EscalationRule& escalation,
                            std::span<const AlarmTransition> table) {
  std::vector<AlarmStep> steps;
  Alarm current = alarm;
  const auto take = [&](const AlarmInput& taken, Micros at) {
    const AlarmTransition* row = FindTransition(table, current, taken, at, escalation.ceiling);
    if (row == nullptr) return false;
    current = Act(current, *row, taken, at, escalation);
    steps.push_back({static_cast<std::size_t>(row - table.data()), row->news, at, current});
    return true;
  };
  for (int i = 0; i < kMostDueSteps; ++i) {
    const Micros due = NextDue(current);
    if (due == 0 || due > now || !take({}, due)) break;
  }
  if (input.kind != In::kTime) take(input, now);
  return steps;
}

Micros NextDue(const Alarm& alarm) {
  if (alarm.escalates_at == 0 || alarm.silent_until == 0) return std::max(alarm.escalates_at, alarm.silent_until);
  return std::min(alarm.escalates_at, alarm.silent_until);
}

}  // namespace fajma
