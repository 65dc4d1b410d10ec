// What is known of a device that a patient has now, for whoever watches that it works.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "core/domain/reading.h"
#include "core/domain/report_gaps.h"

namespace fajma {

struct DeviceFacts {
  DeviceRef device;
  std::string name;
  std::shared_ptr<const PatientRef> patient;
  Micros assigned_at = 0;     // to that patient
  std::string status;         // actif, inactif, maintenance, erreur
  Micros heard_at = 0;        // when the last came from it, of any kind; 0: never
  Micros quarantined_at = 0;  // when the last of that could not be used; 0: never
  std::optional<int> battery_percent;
  std::optional<int> signal_percent;
  Micros interval = kUnknownInterval;  // at which it is expected to report: as it was set, else learnt
};

}  // namespace fajma
