// What ingest knows about a device while it stores its messages.
#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/domain/boot_ledger.h"
#include "core/domain/device_rate.h"
#include "core/domain/reading.h"
#include "core/domain/report_gaps.h"

namespace fajma {

// The numbers stand in the database.
enum class ClockState : std::int16_t {
  kUnknown = 0,  // no live contact with a time yet
  kRight = 1,    // within 5 minutes at its last live contact: an old time is a backlog
  kWrong = 2,
};

// Late messages of one clock with no live one among them, in this process.
struct LateRun {
  Micros since = 0;  // receipt of the first; 0: none
  Micros delay = 0;  // of the first: from its time to its receipt
  Micros last = 0;   // receipt of the newest
};

// One start of a device. Below zero: inferred from an uptime that went back, the newest is the lowest.
struct BootState {
  std::int64_t number = 0;
  BootLedger ledger;
  std::optional<Micros> anchor;  // wall clock at uptime zero
  Micros last_uptime = 0;
  Micros last_received_at = 0;  // with that uptime, in this process; 0: none
  LateRun late;
  Micros seen_at = 0;
  bool changed = false;
};

struct Assignment {
  std::shared_ptr<const PatientRef> patient;
  Micros from = 0;
  std::optional<Micros> to;
};

struct DeviceState {
  DeviceRef ref;
  std::shared_ptr<const PatientRef> patient;  // now
  std::vector<Assignment> assignments;        // all, oldest first
  std::string status;
  std::string firmware;
  std::optional<int> battery_percent;
  std::optional<int> signal_percent;
  Micros seen_at = 0;         // last contact
  Micros row_written_at = 0;  // what the device's own row says of it
  ClockState clock = ClockState::kUnknown;
  LateRun late;
  Micros newest_measured_at = 0;  // of all messages identified by their time: a later one cannot be a duplicate
  DeviceRate rate;
  ReportGaps gaps;               // of its live messages
  Micros quarantined_at = 0;     // when the last one of its own was quarantined; 0: never
  std::vector<BootState> boots;  // those that this batch or an earlier one named
  bool changed = false;          // clock, contact, newest_measured_at, rate, gaps or quarantined_at
  bool row_changed = false;      // status, firmware, battery or signal

  // False after the discharge of its patient, until it is given to another.
  bool IsAssigned() const {
    return std::any_of(assignments.begin(), assignments.end(), [](const Assignment& each) { return !each.to; });
  }
  bool IsAssignedAt(Micros time) const {
    return std::any_of(assignments.begin(), assignments.end(),
                       [time](const Assignment& each) { return time >= each.from && (!each.to || time < *each.to); });
  }

  // Who had the device then: the patient of a late reading is the one of its time.
  const std::shared_ptr<const PatientRef>& PatientAt(Micros time) const {
    for (const Assignment& assignment : assignments) {
      if (time >= assignment.from && (!assignment.to || time < *assignment.to)) return assignment.patient;
    }
    return patient;
  }
};

}  // namespace fajma
