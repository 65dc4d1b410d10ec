// Conditions of patients that are there or not, whatever they are computed from: their watches, what is due of them,
// and what is asked for. Pure.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/alerts/alert_request.h"
#include "core/alerts/condition_watch.h"
#include "core/alerts/due_times.h"
#include "core/domain/alert.h"

namespace fajma {

// What is known of a condition between its values.
struct KnownCondition {
  std::shared_ptr<const PatientRef> patient;
  std::string condition;
  LevelSignals signals;
};

class PresenceConditions {
 public:
  using Key = std::pair<std::int64_t, std::string>;  // patient, condition

  // As they were stored; then Reload.
  void Restore(const KnownCondition& known);
  // Forgets what was told: exactly what Told says is, from now on.
  void Reload();
  void Told(const Alert& alert);

  // The level at `now`, absent: it is not there. What is told later of it carries `source` and `text`. Appends to
  // `requests`. False: there is nothing to remember of it, and a level that is absent need not be given again.
  bool Take(std::string_view condition, const AlertSource& source, AlertText text, const AlertRules& rules,
            std::optional<AlertLevel> level, Micros now, std::vector<AlertRequest>& requests);
  // The level is as it was last given: only the time has gone on. Tells again what an alert does not know any more.
  void Advance(std::int64_t patient_id, std::string_view condition, Micros now, std::vector<AlertRequest>& requests);
  // Of one of its levels at least.
  bool IsPresent(std::int64_t patient_id, std::string_view condition) const;
  // Those of which something is remembered, with their patients and the device that each was last of.
  std::vector<std::pair<std::string, AlertSource>> Remembered() const;

  void OnTime(Micros now, std::vector<AlertRequest>& requests);
  Micros NextDue() const { return due_.next(); }
  void MoveTimers(Micros by);
  void TakeChanged(std::vector<KnownCondition>& changed);
  void Clear();

 private:
  struct Condition {
    ConditionWatch watch;
    AlertRules rules;  // as of the last Take: those of a delay that is running
    AlertSource source;
    AlertText text;
    Micros due = 0;  // its place in due_
  };
  void Settle(const Key& key, Condition& condition, const LevelSignals& before, std::vector<AlertRequest>& requests);
  void Schedule(const Key& key, Condition& condition);

  std::map<Key, Condition> conditions_;
  DueTimes<Key> due_;
  std::set<Key> changed_;
  std::vector<TimedInput> inputs_;  // of one call
};

}  // namespace fajma
