// The conditions `trend:<measure>` of patients: rises and falls within a time, by the rules that thresholds set. Only
// what has a rule is kept. Pure.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/alerts/due_times.h"
#include "core/alerts/presence_conditions.h"
#include "core/alerts/trend_window.h"
#include "core/domain/reading.h"
#include "core/domain/thresholds.h"

namespace fajma {

inline constexpr std::string_view kTrendPrefix = "trend:";
// "trend:heart_rate"
std::string TrendCondition(const Measure& measure);
// The measure of such a condition; null: it is none.
const Measure* FindTrendMeasure(std::string_view condition);

// Each device of a patient has windows of its own, by the time of its own measurements; the level is the highest of the
// patient's devices. Without further values a variation is over when its extreme has left the window.
class TrendWatch {
 public:
  // `conditions` keeps the alerts' side of it, and outlives this.
  explicit TrendWatch(PresenceConditions& conditions) : conditions_(conditions) {}

  // What was evaluated before a restart, in any order: it is looked at with the next OnTime.
  void Remember(const StoredMessage& message, const Thresholds& thresholds);
  // Whatever its windows say now: with the next OnTime.
  void Revisit(std::string_view condition, const AlertSource& source);
  // Windows of rules that have changed begin anew with the next value.
  void Reload(const Thresholds& thresholds);

  // A live value, not older than the last of its device; judged at the time of its receipt. Appends to `requests`.
  void OnValue(const StoredMessage& message, const MeasureValue& value, std::int64_t reading_id,
               const Thresholds& thresholds, std::vector<AlertRequest>& requests);
  void OnTime(Micros now, const Thresholds& thresholds, std::vector<AlertRequest>& requests);
  Micros NextDue() const { return due_.next(); }
  // The clock was set: when things were measured is not known on one scale any more, and windows begin anew.
  void ForgetWindows();
  void Clear();

 private:
  using Key = std::pair<std::int64_t, MeasureId>;  // patient
  struct OfDevice {
    std::array<std::optional<TrendWindow>, kThresholdLevels.size()> windows;
    Micros received_at = 0;  // of its newest value
    Micros behind = 0;       // its measurements' time to that of the receipt
  };
  struct OfMeasure {
    std::map<std::int64_t, OfDevice> devices;
    AlertSource source;
    std::optional<std::optional<AlertLevel>> level;  // as it was last given on
    bool remembered = true;                          // there may be an alert
    Micros due = 0;                                  // its place in due_
  };
  // What the windows of a patient's measure say at a time.
  struct Finding {
    std::optional<AlertLevel> level;
    Variation variation;
    Micros until = 0;  // as long as no value comes; 0: for ever
  };
  static void Add(OfDevice& device, const AlertRules& rules, const StoredMessage& message, double value);
  static Finding Look(OfMeasure& measure, const AlertRules& rules, Micros now);
  void Evaluate(const Key& key, OfMeasure& measure, const Thresholds& thresholds, Micros now, bool by_value,
                std::vector<AlertRequest>& requests);

  PresenceConditions& conditions_;
  std::map<Key, OfMeasure> measures_;
  DueTimes<Key> due_;
};

}  // namespace fajma
