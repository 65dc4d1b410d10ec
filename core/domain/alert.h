// An alert: one condition of one patient, from its raising to its resolution.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "core/domain/alert_level.h"
#include "core/domain/reading.h"

namespace fajma {

// Of an alert, modelled on IEEE 11073-10207 (AlertSignalPresence). The numbers stand in the database.
enum class SignalPresence : std::uint8_t {
  kOff = 0,           // no alert is open
  kOn = 1,            // present, and not acknowledged
  kAcknowledged = 2,  // present, and acknowledged
  kLatched = 3,       // absent, or never was one (late, made by hand), and not acknowledged
};
inline constexpr std::array<std::string_view, 4> kSignalPresenceNames = {"Off", "On", "Ack", "Latch"};

// The state of one condition's alarm; core/alerts/alarm.h says how it changes.
struct Alarm {
  SignalPresence presence = SignalPresence::kOff;
  AlertLevel level = AlertLevel::kInfo;  // the highest that the open alert has had: it never falls
  std::optional<AlertLevel> condition;   // the condition's own level; absent: it is not present
  Micros escalates_at = 0;               // 0: never
  Micros silent_until = 0;               // 0: it is heard

  bool operator==(const Alarm&) const = default;
};

struct Alert {
  std::int64_t id = 0;
  std::int64_t device_id = 0;
  std::shared_ptr<const PatientRef> patient;
  std::string condition;  // "heart_rate" for a measure, alert_nature.h for technical ones, "" when made over REST
  AlertLevel level = AlertLevel::kInfo;
  std::string title;  // French, as documented
  std::string message;
  std::optional<std::int64_t> trigger_reading_id;
  bool acknowledged = false;
  std::optional<std::int64_t> acknowledged_by;
  std::optional<Micros> acknowledged_at;
  Micros created_at = 0;
  std::optional<Micros> resolved_at;  // absent: the condition is present
  Alarm alarm;                        // its level is the alert's while it is open
  bool late = false;                  // known of only afterwards: never present
  std::optional<std::int64_t> assigned_to;
};

// The numbers stand in the database.
enum class AlertChange : std::int16_t { kRaised = 0, kEscalated = 1, kAcknowledged = 2, kResolved = 3, kUpdated = 4 };
// The `type` of the message that tells of it.
inline constexpr std::string_view kAlertChangeTypes[] = {"alert", "alert_escalated", "alert_acknowledged",
                                                         "alert_resolved", "alert_updated"};

inline constexpr std::size_t kMaxAlertComment = 1'000;  // characters

struct AlertEvent {
  Cursor cursor = 0;
  AlertChange change = AlertChange::kRaised;
  Alert alert;  // as it was after the change
  // Of kUpdated, by what was done: what a person wrote, whom it was assigned to, until when it is silent.
  std::string comment;
  std::string what;  // as the alert's account has it (core/store/alert_audit.h); "": of an earlier version
};

}  // namespace fajma
