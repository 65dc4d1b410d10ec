// The alert engine of the first slice: thresholds as they are given, one alert at most for each patient and condition,
// raised, its level rising, resolved. Pure: no clock, no database; what it asks for becomes true when the caller has
// stored it.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "core/domain/alert.h"
#include "core/domain/reading.h"
#include "core/domain/thresholds.h"

namespace fajma {

class AlertEngine {
 public:
  // An alert that is present, as it was stored.
  void Restore(const Alert& alert);

  // Somebody changed what alerts are judged by: from the next message on these thresholds count, and exactly these
  // alerts are present.
  void Reload(Thresholds thresholds, const std::vector<Alert>& present);

  // In commit order. A late reading, or one older than the newest that its device sent of the patient and measure,
  // changes nothing: it never silences a live alert nor raises one. Appends to `requests`.
  void OnMessage(const StoredMessage& message, std::vector<AlertRequest>& requests);

  // Forgets everything but the thresholds: the caller restores again (a store that failed).
  void Clear();

 private:
  struct Condition {
    std::optional<AlertLevel> present;                  // its alert's level
    std::map<std::int64_t, Micros> newest_measured_at;  // by device: their clocks differ, none may silence another
  };
  void OnValue(const StoredMessage& message, const MeasureValue& value, std::int64_t reading_id,
               std::vector<AlertRequest>& requests);
  void OnClock(const StoredMessage& message, std::vector<AlertRequest>& requests);

  Thresholds thresholds_;
  std::unordered_map<std::int64_t, std::array<Condition, kMeasureCount>> measures_;  // by patient
  std::set<std::pair<std::int64_t, std::int64_t>> wrong_clocks_;                     // patient, device
};

// "clock:<device id>": technical, never mixed with a patient's measures.
std::string ClockCondition(std::int64_t device_id);

}  // namespace fajma
