// The alarm of one condition of one patient, as a state machine: pure, driven by one table. Modelled on the vocabulary
// of IEEE 11073-10207 (BICEPS): the condition is present or absent, its signal is off, on, acknowledged or latched.
// docs/alerts.md shows the table as a picture.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "core/domain/alert.h"
#include "core/domain/time.h"

namespace fajma {

enum class AlarmInputKind : std::uint8_t {
  kCondition,    // it is present, at `level`
  kGone,         // it is not
  kLate,         // it was present at `level` once, and was not known of then
  kMade,         // a person made the alert, at `level`
  kAcknowledge,  // a person took notice of it, as it is now
  kEscalate,     // a person wants it one level up
  kSilence,      // a person wants it silent until `until`
  kUnsilence,    // a person wants it heard
  kRemove,       // a person deleted it
  kTime,         // `now` has come
};
inline constexpr std::array<std::string_view, 10> kAlarmInputNames = {
    "condition", "gone", "late", "made", "acknowledge", "escalate", "silence", "unsilence", "remove", "time"};

struct AlarmInput {
  AlarmInputKind kind = AlarmInputKind::kTime;
  AlertLevel level = AlertLevel::kInfo;
  Micros until = 0;  // of kSilence, later than now
};

// When it holds the transition is taken.
enum class AlarmGuard : std::uint8_t {
  kAlways,
  kAboveLevel,      // the input's level is above the alert's
  kAboveCondition,  // the input's level is above the condition's: a rise always alerts again
  kLatching,        // the alert is critical or an emergency: it stays until it is acknowledged
  kBelowCeiling,    // the alert may still escalate
  kEscalationDue,   // its time has come, and it may still escalate
  kSilent,
  kSilenceOver,
};
inline constexpr std::array<std::string_view, 8> kAlarmGuardNames = {
    "",       "level > alert", "level > condition", "alert >= critical", "alert < ceiling", "escalation due",
    "silent", "silence over"};

// What a transition does to the alarm, in this order.
enum class AlarmAction : std::uint16_t {
  kSetCondition = 1 << 0,    // the condition's level is the input's
  kClearCondition = 1 << 1,  // it is not present
  kSetLevel = 1 << 2,        // the alert's level is the input's, if that is higher
  kRaiseLevel = 1 << 3,      // the alert's level is one higher
  kArm = 1 << 4,             // it escalates after its level's delay from now on
  kArmFromDue = 1 << 5,      // the same, from the time on when it should have escalated
  kDisarm = 1 << 6,
  kSilence = 1 << 7,
  kEndSilence = 1 << 8,
};
inline constexpr std::array<std::string_view, 9> kAlarmActionNames = {
    "set condition", "clear condition", "set level", "raise level", "arm",
    "arm from due",  "disarm",          "silence",   "end silence"};

class AlarmActions {
 public:
  constexpr AlarmActions() = default;
  constexpr AlarmActions(AlarmAction action) : bits_(static_cast<std::uint16_t>(action)) {}  // NOLINT: one of a set
  constexpr bool Has(AlarmAction action) const { return (bits_ & static_cast<std::uint16_t>(action)) != 0; }
  constexpr AlarmActions Without(AlarmAction action) const {
    return FromBits(static_cast<std::uint16_t>(bits_ & ~static_cast<std::uint16_t>(action)));
  }
  friend constexpr AlarmActions operator|(AlarmActions a, AlarmActions b) {
    return FromBits(static_cast<std::uint16_t>(a.bits_ | b.bits_));
  }

 private:
  static constexpr AlarmActions FromBits(std::uint16_t bits) {
    AlarmActions actions;
    actions.bits_ = bits;
    return actions;
  }
  std::uint16_t bits_ = 0;
};
constexpr AlarmActions operator|(AlarmAction a, AlarmAction b) { return AlarmActions(a) | AlarmActions(b); }

// What the world is told of a transition.
enum class AlarmNews : std::uint8_t {
  kNothing,
  kRaised,        // an alert is opened
  kReturned,      // the condition of a latched alert is present again
  kEscalated,     // a higher level, or a rise after an acknowledgement: unacknowledged again
  kAcknowledged,  // the alert stays while its condition does
  kResolved,      // the condition is not present any more
  kSilenced,
  kHeard,  // the silence has ended
  kRemoved,
};
inline constexpr std::array<std::string_view, 9> kAlarmNewsNames = {
    "", "raised", "returned", "escalated", "acknowledged", "resolved", "silenced", "heard", "removed"};

struct AlarmTransition {
  SignalPresence from;
  AlarmInputKind on;
  AlarmGuard guard;
  SignalPresence to;
  AlarmActions actions;
  AlarmNews news;
};

// For each state and input the first row whose guard holds is taken; without one nothing happens.
std::span<const AlarmTransition> AlarmTransitions();

// How long an alert of each level waits for an acknowledgement before it escalates; 0: for ever.
struct EscalationDelays {
  std::array<Micros, kAlertLevelNames.size()> after{};
  Micros Of(AlertLevel level) const { return after[static_cast<std::size_t>(level)]; }
};

// How the alerts of one condition escalate, by time and by hand: never above `ceiling`. The condition itself may be
// graver than that.
struct EscalationRule {
  EscalationDelays delays;
  AlertLevel ceiling = AlertLevel::kEmergency;

  // When an alert of `level` does that has waited since `from`; 0: never.
  Micros DueAfter(AlertLevel level, Micros from) const {
    const Micros delay = level < ceiling ? delays.Of(level) : 0;
    return delay == 0 ? 0 : from + delay;
  }
};

// One step that was taken: what is told, the time that it counts from (an escalation: when it was due), and the alarm
// after it.
struct AlarmStep {
  std::size_t row = 0;  // of the table
  AlarmNews news = AlarmNews::kNothing;
  Micros at = 0;
  Alarm alarm;
};

// (state, input, now) → (state, what is told). What was due by `now` is done first, in its order and each step once,
// also what a process that was away should have done. No step: the input changes nothing.
std::vector<AlarmStep> Step(const Alarm& alarm, const AlarmInput& input, Micros now, const EscalationRule& escalation,
                            std::span<const AlarmTransition> table = AlarmTransitions());

// When kTime does something next; 0: never.
Micros NextDue(const Alarm& alarm);

}  // namespace fajma
