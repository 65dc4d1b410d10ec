#include "core/alerts/presence_conditions.h"

namespace fajma {
namespace {

bool IsEngaged(const ConditionWatch& watch) { return watch.told || watch.signals != kNoSignals; }

}  // namespace

void PresenceConditions::Restore(const KnownCondition& known) {
  Condition& condition = conditions_[{known.patient->id, known.condition}];
  condition.watch.signals = known.signals;
  condition.source.patient = known.patient;
}

void PresenceConditions::Reload() {
  for (auto& [key, condition] : conditions_) condition.watch.told.reset();
}

void PresenceConditions::Told(const Alert& alert) {
  Condition& condition = conditions_[{alert.patient->id, alert.condition}];
  condition.watch.told = alert.alarm.condition;
  condition.source.patient = alert.patient;
  if (condition.source.device_id == 0) condition.source.device_id = alert.device_id;
}

bool PresenceConditions::Take(std::string_view name, const AlertSource& source, AlertText text, const AlertRules& rules,
                              std::optional<AlertLevel> level, Micros now, std::vector<AlertRequest>& requests) {
  const Key key{source.patient->id, std::string(name)};
  auto found = conditions_.find(key);
  if (found == conditions_.end()) {
    if (!level) return false;
    found = conditions_.emplace(key, Condition()).first;
  }
  Condition& condition = found->second;
  const LevelSignals before = condition.watch.signals;
  condition.rules = rules;
  condition.source = source;
  condition.text = std::move(text);
  TakePresence(condition.watch, rules, level, now, inputs_);
  Settle(key, condition, before, requests);
  return IsEngaged(condition.watch);
}

void PresenceConditions::Advance(std::int64_t patient_id, std::string_view name, Micros now,
                                 std::vector<AlertRequest>& requests) {
  const auto found = conditions_.find({patient_id, std::string(name)});
  if (found == conditions_.end()) return;
  Condition& condition = found->second;
  const LevelSignals before = condition.watch.signals;
  AdvanceTo(condition.watch, condition.rules, now, inputs_);
  Settle(found->first, condition, before, requests);
}

bool PresenceConditions::IsPresent(std::int64_t patient_id, std::string_view condition) const {
  const auto found = conditions_.find({patient_id, std::string(condition)});
  return found != conditions_.end() && LevelOf(found->second.watch.signals);
}

std::vector<std::pair<std::string, AlertSource>> PresenceConditions::Remembered() const {
  std::vector<std::pair<std::string, AlertSource>> remembered;
  for (const auto& [key, condition] : conditions_) {
    if (IsEngaged(condition.watch)) remembered.emplace_back(key.second, condition.source);
  }
  return remembered;
}

void PresenceConditions::Settle(const Key& key, Condition& condition, const LevelSignals& before,
                                std::vector<AlertRequest>& requests) {
  Ask(inputs_, key.second, condition.source, condition.text, requests);
  if (condition.watch.signals != before) changed_.insert(key);
  Schedule(key, condition);
}

void PresenceConditions::Schedule(const Key& key, Condition& condition) {
  due_.Set(key, condition.due, fajma::NextDue(condition.watch, condition.rules));
}

void PresenceConditions::OnTime(Micros now, std::vector<AlertRequest>& requests) {
  while (const auto due = due_.Take(now)) {
    const auto& [at, key] = *due;
    Condition& condition = conditions_.at(key);
    condition.due = 0;
    const LevelSignals before = condition.watch.signals;
    AdvanceTo(condition.watch, condition.rules, at, inputs_);
    Settle(key, condition, before, requests);
  }
}

void PresenceConditions::MoveTimers(Micros by) {
  for (auto& [key, condition] : conditions_) {
    if (fajma::MoveTimers(condition.watch.signals, by)) changed_.insert(key);
    Schedule(key, condition);
  }
}

void PresenceConditions::TakeChanged(std::vector<KnownCondition>& changed) {
  for (const Key& key : changed_) {
    const Condition& condition = conditions_.at(key);
    changed.push_back({condition.source.patient, key.second, condition.watch.signals});
  }
  changed_.clear();
}

void PresenceConditions::Clear() {
  conditions_.clear();
  due_.Clear();
  changed_.clear();
}

}  // namespace fajma
