#include "core/alerts/alert_engine.h"

#include "core/domain/alert_nature.h"
#include "core/domain/alert_text.h"

namespace fajma {
namespace {

constexpr std::string_view kLatePrefix = "late:";

const Measure* FindLateMeasure(std::string_view condition) {
  return condition.starts_with(kLatePrefix) ? FindMeasure(condition.substr(kLatePrefix.size())) : nullptr;
}

bool IsComputed(std::string_view condition) {
  return condition == kNews2Condition || FindTrendMeasure(condition) != nullptr;
}

std::size_t PlaceOf(const Measure& measure) { return static_cast<std::size_t>(measure.id) - 1; }

// An alert of a version that kept no signals says that its condition is present: it is, until a value says otherwise.
void Believe(std::optional<AlertLevel> present, LevelSignals& signals) {
  if (!present || LevelOf(signals)) return;
  for (std::size_t i = 0; i < signals.size(); ++i) {
    if (kThresholdLevels[i] <= *present) signals[i] = {SignalPhase::kOutside, 0, 0};
  }
}

}  // namespace

std::string ClockCondition(std::int64_t device_id) { return std::string(kClockCondition) + std::to_string(device_id); }
std::string LateCondition(const Measure& measure) { return std::string(kLatePrefix) + std::string(measure.name); }

void AlertEngine::Clear() {
  measures_.clear();
  wrong_clocks_.clear();
  due_.Clear();
  changed_.clear();
  computed_.Clear();
  news2_.Clear();
  trends_.Clear();
}

void AlertEngine::Restore(const Known& known) {
  if (IsComputed(known.condition)) return computed_.Restore(known);
  const Measure* measure = FindMeasure(known.condition);
  if (measure == nullptr) return;
  Condition& condition = measures_[known.patient->id][PlaceOf(*measure)];
  condition.watch.signals = known.signals;
  condition.source.patient = known.patient;
}

void AlertEngine::Reload(Thresholds thresholds, const std::vector<Alert>& open) {
  thresholds_ = std::move(thresholds);
  for (auto& [patient, conditions] : measures_) {
    for (Condition& condition : conditions) {
      condition.watch.told.reset();
      condition.late.reset();
    }
  }
  wrong_clocks_.clear();
  for (const Alert& alert : open) {
    if (const Measure* measure = FindMeasure(alert.condition)) {
      Condition& condition = measures_[alert.patient->id][PlaceOf(*measure)];
      condition.watch.told = alert.alarm.condition;
      condition.source.patient = alert.patient;
      if (condition.source.device_id == 0) condition.source.device_id = alert.device_id;
      Believe(alert.alarm.condition, condition.watch.signals);
    } else if (const Measure* late = FindLateMeasure(alert.condition)) {
      measures_[alert.patient->id][PlaceOf(*late)].late = alert.level;
    } else if (alert.condition.starts_with(kClockCondition) && alert.alarm.condition) {
      wrong_clocks_.insert({alert.patient->id, alert.device_id});
    }
  }
  ReloadComputed(open);
  NoteDues();
}

// What is there is looked at anew: its rules may have changed, or nothing may be known of it any more.
void AlertEngine::ReloadComputed(const std::vector<Alert>& open) {
  computed_.Reload();
  for (const Alert& alert : open) {
    if (IsComputed(alert.condition)) computed_.Told(alert);
  }
  trends_.Reload(thresholds_);
  for (const auto& [condition, source] : computed_.Remembered()) {
    condition == kNews2Condition ? news2_.Revisit(source) : trends_.Revisit(condition, source);
  }
}

void AlertEngine::Remember(const StoredMessage& message) {
  news2_.Remember(message);
  if (thresholds_.HasTrends()) trends_.Remember(message, thresholds_);
}

// Rules may have changed, and signals been restored.
void AlertEngine::NoteDues() {
  for (auto& [patient, conditions] : measures_) {
    for (std::size_t measure = 0; measure < conditions.size(); ++measure) {
      Condition& condition = conditions[measure];
      due_.Set({patient, measure}, condition.due,
               fajma::NextDue(condition.watch, thresholds_.Rules(patient, Measures()[measure].id)));
    }
  }
}

void AlertEngine::OnMessage(const StoredMessage& message, std::vector<AlertRequest>& requests) {
  if (const Micros due = NextDue(); due != 0 && due <= message.received_at) OnTime(message.received_at, requests);
  OnClock(message, requests);
  std::int64_t reading_id = message.first_row;
  for (const MeasureValue& value : message.values) {
    if (GetMeasure(value.measure).kind != MeasureKind::kVitalSign) continue;
    OnValue(message, value, reading_id++, requests);
  }
}

void AlertEngine::OnValue(const StoredMessage& message, const MeasureValue& value, std::int64_t reading_id,
                          std::vector<AlertRequest>& requests) {
  const Measure& measure = GetMeasure(value.measure);
  Condition& condition = measures_[message.patient->id][PlaceOf(measure)];
  if (message.late) return OnLateValue(message, measure, value.value, reading_id, condition, requests);
  Micros& newest = condition.newest_measured_at[message.device.id];
  if (message.measured_at < newest) return;
  newest = message.measured_at;
  const AlertRules& rules = thresholds_.Rules(message.patient->id, measure.id);
  const LevelSignals before = condition.watch.signals;
  condition.source = {message.patient, message.device.id, reading_id};
  condition.value = value.value;
  TakeValue(condition.watch, rules, value.value, message.received_at, inputs_);
  if (!inputs_.empty() || condition.watch.signals != before) Settle(condition, measure, before, requests);
  news2_.OnValue(message, value, reading_id, requests);
  if (thresholds_.HasTrends()) trends_.OnValue(message, value, reading_id, thresholds_, requests);
}

void AlertEngine::Settle(Condition& condition, const Measure& measure, const LevelSignals& before,
                         std::vector<AlertRequest>& requests) {
  const AlertSource& source = condition.source;
  if (!inputs_.empty()) {
    Ask(inputs_, measure.name, source, {AlertTitle(measure), AlertMessage(measure, condition.value)}, requests);
  }
  const Place place{source.patient->id, PlaceOf(measure)};
  if (condition.watch.signals != before) changed_.insert(place);
  due_.Set(place, condition.due, fajma::NextDue(condition.watch, thresholds_.Rules(source.patient->id, measure.id)));
}

Micros AlertEngine::NextDue() const {
  Micros next = due_.next();
  for (const Micros due : {computed_.NextDue(), news2_.NextDue(), trends_.NextDue()}) {
    if (due != 0 && (next == 0 || due < next)) next = due;
  }
  return next;
}

// A value that is too old, or an extreme that has left its window, may begin a delay that is over by now.
void AlertEngine::OnTime(Micros now, std::vector<AlertRequest>& requests) {
  OnMeasureTime(now, requests);
  news2_.OnTime(now, requests);
  trends_.OnTime(now, thresholds_, requests);
  computed_.OnTime(now, requests);
}

void AlertEngine::OnMeasureTime(Micros now, std::vector<AlertRequest>& requests) {
  while (const auto due = due_.Take(now)) {
    const auto& [at, place] = *due;
    Condition& condition = measures_[place.patient_id][place.measure];
    condition.due = 0;
    const Measure& measure = Measures()[place.measure];
    const LevelSignals before = condition.watch.signals;
    AdvanceTo(condition.watch, thresholds_.Rules(place.patient_id, measure.id), at, inputs_);
    Settle(condition, measure, before, requests);
  }
}

void AlertEngine::MoveTimers(Micros by) {
  for (auto& [patient, conditions] : measures_) {
    for (std::size_t measure = 0; measure < conditions.size(); ++measure) {
      if (fajma::MoveTimers(conditions[measure].watch.signals, by)) changed_.insert({patient, measure});
    }
  }
  NoteDues();
  computed_.MoveTimers(by);
  news2_.MoveTimers(by);
  trends_.ForgetWindows();
}

std::vector<AlertEngine::Known> AlertEngine::TakeChanged() {
  std::vector<Known> changed;
  changed.reserve(changed_.size());
  for (const Place& place : changed_) {
    const Condition& condition = measures_[place.patient_id][place.measure];
    changed.push_back({condition.source.patient, std::string(Measures()[place.measure].name), condition.watch.signals});
  }
  changed_.clear();
  computed_.TakeChanged(changed);
  return changed;
}

void AlertEngine::OnLateValue(const StoredMessage& message, const Measure& measure, double value,
                              std::int64_t reading_id, Condition& condition, std::vector<AlertRequest>& requests) {
  const std::optional<AlertLevel> level = thresholds_.LevelOf(message.patient->id, measure, value);
  if (!level || (condition.late && *level <= *condition.late)) return;
  condition.late = level;
  AlertRequest& request = requests.emplace_back();
  request.input = {AlarmInputKind::kLate, *level};
  request.at = message.received_at;
  request.patient = message.patient;
  request.device_id = message.device.id;
  request.condition = LateCondition(measure);
  request.title = LateAlertTitle(measure);
  request.message = LateAlertMessage(measure, value, message.measured_at);
  request.trigger_reading_id = reading_id;
  request.late = true;
}

void AlertEngine::OnClock(const StoredMessage& message, std::vector<AlertRequest>& requests) {
  const std::pair key{message.patient->id, message.device.id};
  const bool wrong = message.time_source == TimeSource::kDistrusted;
  const bool right = message.time_source == TimeSource::kDevice && !message.late;
  const bool present = wrong_clocks_.contains(key);
  if (!(wrong && !present) && !(right && present)) return;
  AlertRequest& request = requests.emplace_back();
  request.input = {wrong ? AlarmInputKind::kCondition : AlarmInputKind::kGone, AlertLevel::kWarning};
  request.at = message.received_at;
  request.patient = message.patient;
  request.device_id = message.device.id;
  request.condition = ClockCondition(message.device.id);
  request.title = ClockAlertTitle();
  request.message = ClockAlertMessage(message.device_timestamp);
  wrong ? static_cast<void>(wrong_clocks_.insert(key)) : static_cast<void>(wrong_clocks_.erase(key));
}

}  // namespace fajma
