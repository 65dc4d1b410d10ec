// What the alert engine asks for: it becomes true when it is stored.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "core/alerts/alarm.h"

namespace fajma {

struct AlertRequest {
  AlarmInput input;
  Micros at = 0;  // as of when
  std::shared_ptr<const PatientRef> patient;
  std::int64_t device_id = 0;
  std::string condition;
  std::string title;  // of an alert that begins, or begins again
  std::string message;
  std::optional<std::int64_t> trigger_reading_id;
  bool late = false;
};

}  // namespace fajma
