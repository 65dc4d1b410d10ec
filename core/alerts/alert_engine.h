// The alert engine: from stored messages and the time to what alarms are told. Pure: no clock, no database; what it
// asks for becomes true when the caller has stored it. docs/alerts.md tells the whole.
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

#include "core/alerts/alert_request.h"
#include "core/alerts/condition_watch.h"
#include "core/alerts/due_times.h"
#include "core/alerts/news2_watch.h"
#include "core/alerts/presence_conditions.h"
#include "core/alerts/trend_watch.h"
#include "core/domain/alert.h"
#include "core/domain/reading.h"
#include "core/domain/thresholds.h"

namespace fajma {

class AlertEngine {
 public:
  AlertEngine() : news2_(computed_), trends_(computed_) {}
  AlertEngine(const AlertEngine&) = delete;
  AlertEngine& operator=(const AlertEngine&) = delete;

  using Known = KnownCondition;
  // As it was stored; then Reload.
  void Restore(const Known& known);

  // Somebody changed what alerts are judged by: from the next message on these thresholds count, and exactly these
  // alerts are open.
  void Reload(Thresholds thresholds, const std::vector<Alert>& open);

  // After it: a message that was evaluated before a restart, in any order. Of what is computed from several values or
  // times nothing is lost; with the next time or message it is looked at.
  void Remember(const StoredMessage& message);
  // What the trends need to remember.
  const std::vector<TrendScope>& TrendScopes() const { return thresholds_.Trends(); }

  // In commit order, judged at the time of its receipt, after what was due by then. A late reading, or one older than
  // the newest that its device sent of the patient and measure, never touches a live alarm: it may open an alert that
  // is marked late. Appends to `requests`.
  void OnMessage(const StoredMessage& message, std::vector<AlertRequest>& requests);

  // Delays that are over. Appends to `requests`.
  void OnTime(Micros now, std::vector<AlertRequest>& requests);
  // When OnTime does something next; 0: never.
  Micros NextDue() const;
  // The clock was set by `by`.
  void MoveTimers(Micros by);

  // The conditions whose signals changed since the last call: to be stored with what was asked for.
  std::vector<Known> TakeChanged();

  // Forgets everything but the thresholds: the caller restores again (a store that failed).
  void Clear();

 private:
  struct Condition {
    ConditionWatch watch;
    AlertSource source;  // for what is asked later
    double value = 0;
    std::map<std::int64_t, Micros> newest_measured_at;  // by device: their clocks differ, none may silence another
    std::optional<AlertLevel> late;                     // of the open late alert
    Micros due = 0;                                     // its place in due_
  };
  using OfPatient = std::array<Condition, kMeasureCount>;
  struct Place {
    std::int64_t patient_id;
    std::size_t measure;
    auto operator<=>(const Place&) const = default;
  };

  void OnValue(const StoredMessage& message, const MeasureValue& value, std::int64_t reading_id,
               std::vector<AlertRequest>& requests);
  void OnLateValue(const StoredMessage& message, const Measure& measure, double value, std::int64_t reading_id,
                   Condition& condition, std::vector<AlertRequest>& requests);
  void NoteDues();
  void OnMeasureTime(Micros now, std::vector<AlertRequest>& requests);
  void ReloadComputed(const std::vector<Alert>& open);
  void OnClock(const StoredMessage& message, std::vector<AlertRequest>& requests);
  // After its signals may have changed: asks, and notes when it is due.
  void Settle(Condition& condition, const Measure& measure, const LevelSignals& before,
              std::vector<AlertRequest>& requests);

  Thresholds thresholds_;
  std::unordered_map<std::int64_t, OfPatient> measures_;          // by patient
  std::set<std::pair<std::int64_t, std::int64_t>> wrong_clocks_;  // patient, device
  DueTimes<Place> due_;
  std::set<Place> changed_;
  std::vector<TimedInput> inputs_;  // of one call
  PresenceConditions computed_;     // those that are not one measure's: what follows says when they are there
  News2Watch news2_;
  TrendWatch trends_;
};

// "clock:<device id>": technical, never mixed with a patient's measures.
std::string ClockCondition(std::int64_t device_id);
// "late:heart_rate": of values that were known of only afterwards.
std::string LateCondition(const Measure& measure);

}  // namespace fajma
