// The alarms of many conditions in memory, taken through the one table as the database takes them.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "core/alerts/alert_request.h"
#include "core/domain/alert_nature.h"

namespace fajma::test {

struct ToldAlarm {
  std::int64_t patient_id;
  std::string condition;
  AlarmStep step;

  // An alert begins, or is there again.
  bool Begins() const { return step.news == AlarmNews::kRaised || step.news == AlarmNews::kReturned; }
};

class AlarmRoom {
 public:
  using Key = std::pair<std::int64_t, std::string>;  // patient, condition

  explicit AlarmRoom(const EscalationDelays& delays) : delays_(delays) {}

  void Take(std::vector<AlertRequest>& requests) {
    for (const AlertRequest& each : requests) Give({each.patient->id, each.condition}, each.input, each.at);
    requests.clear();
  }
  void PassTo(Micros now) {
    std::vector<Key> due;
    for (const auto& [key, alarm] : open_) {
      if (NextDue(alarm) != 0 && NextDue(alarm) <= now) due.push_back(key);
    }
    for (const Key& key : due) Give(key, {}, now);
  }
  void Give(const Key& key, const AlarmInput& input, Micros at) {
    Alarm& alarm = open_[key];
    for (const AlarmStep& step : Step(alarm, input, at, {delays_, CeilingOf(key.second)})) {
      alarm = step.alarm;
      told_.push_back({key.first, key.second, step});
    }
    if (alarm.presence == SignalPresence::kOff) open_.erase(key);
  }
  // Off when none is open.
  Alarm Of(const Key& key) const {
    const auto found = open_.find(key);
    return found == open_.end() ? Alarm() : found->second;
  }
  const std::vector<ToldAlarm>& told() const { return told_; }

 private:
  const EscalationDelays delays_;
  std::map<Key, Alarm> open_;
  std::vector<ToldAlarm> told_;
};

}  // namespace fajma::test
