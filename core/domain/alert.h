// An alert: one condition of one patient, from its raising to its resolution.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "core/domain/alert_level.h"
#include "core/domain/reading.h"

namespace fajma {

struct Alert {
  std::int64_t id = 0;
  std::int64_t device_id = 0;
  std::shared_ptr<const PatientRef> patient;
  std::string condition;  // "heart_rate" for a measure, "clock:<device id>" for a wrong clock, "" when made over REST
  AlertLevel level = AlertLevel::kInfo;
  std::string title;  // French, as documented
  std::string message;
  std::optional<std::int64_t> trigger_reading_id;
  bool acknowledged = false;
  std::optional<std::int64_t> acknowledged_by;
  std::optional<Micros> acknowledged_at;
  Micros created_at = 0;
  std::optional<Micros> resolved_at;  // absent: the condition is present
};

// The numbers stand in the database.
enum class AlertChange : std::int16_t { kRaised = 0, kEscalated = 1, kAcknowledged = 2, kResolved = 3 };
// The `type` of the message that tells of it.
inline constexpr std::string_view kAlertChangeTypes[] = {"alert", "alert_escalated", "alert_acknowledged",
                                                         "alert_resolved"};

struct AlertEvent {
  Cursor cursor = 0;
  AlertChange change = AlertChange::kRaised;
  Alert alert;  // as it was after the change
};

// What the alert engine asks for: it becomes true when it is stored.
struct AlertRequest {
  AlertChange change = AlertChange::kRaised;  // kRaised, kEscalated or kResolved
  std::shared_ptr<const PatientRef> patient;
  std::int64_t device_id = 0;
  std::string condition;
  AlertLevel level = AlertLevel::kInfo;
  std::string title;
  std::string message;
  std::optional<std::int64_t> trigger_reading_id;
};

}  // namespace fajma
