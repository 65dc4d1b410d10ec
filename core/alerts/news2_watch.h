// The condition `news2` of each patient: from live values, and the time that makes them too old. Pure.
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "core/alerts/due_times.h"
#include "core/alerts/news2.h"
#include "core/alerts/presence_conditions.h"
#include "core/domain/reading.h"

namespace fajma {

inline constexpr std::string_view kNews2Condition = "news2";

// Of two devices that measure the same the value that was measured last counts.
class News2Watch {
 public:
  // `conditions` keeps the alert's side of it, and outlives this.
  explicit News2Watch(PresenceConditions& conditions) : conditions_(conditions) {}

  // What was evaluated before a restart: it is looked at with the next OnTime.
  void Remember(const StoredMessage& message);
  // Whatever its values say now: with the next OnTime.
  void Revisit(const AlertSource& source);

  // A live value, judged at the time of its receipt. The score is counted only when the points of its parameter change.
  // Appends to `requests`.
  void OnValue(const StoredMessage& message, const MeasureValue& value, std::int64_t reading_id,
               std::vector<AlertRequest>& requests);
  void OnTime(Micros now, std::vector<AlertRequest>& requests);
  Micros NextDue() const { return due_.next(); }
  void MoveTimers(Micros by);
  void Clear();

 private:
  struct OfPatient {
    News2Values values;
    AlertSource source;
    bool remembered = true;  // there may be an alert
    Micros due = 0;          // its place in due_: not after the next value is too old
  };
  // False: it is older than what is known.
  static bool Adopt(OfPatient& patient, std::size_t place, const News2Value& value);
  void Evaluate(OfPatient& patient, Micros now, std::vector<AlertRequest>& requests);

  PresenceConditions& conditions_;
  std::unordered_map<std::int64_t, OfPatient> patients_;
  DueTimes<std::int64_t> due_;
};

}  // namespace fajma
