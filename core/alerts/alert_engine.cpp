#include "core/alerts/alert_engine.h"

#include "core/domain/alert_text.h"

namespace fajma {
namespace {

constexpr std::string_view kClockPrefix = "clock:";

}  // namespace

std::string ClockCondition(std::int64_t device_id) { return std::string(kClockPrefix) + std::to_string(device_id); }

void AlertEngine::Clear() {
  measures_.clear();
  wrong_clocks_.clear();
}

void AlertEngine::Restore(const Alert& alert) {
  if (const Measure* measure = FindMeasure(alert.condition)) {
    measures_[alert.patient->id][static_cast<std::size_t>(measure->id) - 1].present = alert.level;
  } else if (alert.condition.starts_with(kClockPrefix)) {
    wrong_clocks_.insert({alert.patient->id, alert.device_id});
  }
}

void AlertEngine::Reload(Thresholds thresholds, const std::vector<Alert>& present) {
  thresholds_ = std::move(thresholds);
  for (auto& [patient, conditions] : measures_) {
    for (Condition& condition : conditions) condition.present.reset();
  }
  wrong_clocks_.clear();
  for (const Alert& alert : present) Restore(alert);
}

void AlertEngine::OnMessage(const StoredMessage& message, std::vector<AlertRequest>& requests) {
  OnClock(message, requests);
  if (message.late) return;
  std::int64_t reading_id = message.first_row;
  for (const MeasureValue& value : message.values) {
    if (GetMeasure(value.measure).kind != MeasureKind::kVitalSign) continue;
    OnValue(message, value, reading_id++, requests);
  }
}

void AlertEngine::OnValue(const StoredMessage& message, const MeasureValue& value, std::int64_t reading_id,
                          std::vector<AlertRequest>& requests) {
  const Measure& measure = GetMeasure(value.measure);
  Condition& condition = measures_[message.patient->id][static_cast<std::size_t>(measure.id) - 1];
  Micros& newest = condition.newest_measured_at[message.device.id];
  if (message.measured_at < newest) return;
  newest = message.measured_at;
  const std::optional<AlertLevel> level = thresholds_.LevelOf(message.patient->id, measure, value.value);
  const bool rises = level && (!condition.present || *level > *condition.present);
  const bool ends = !level && condition.present;
  if (!rises && !ends) return;
  AlertRequest& request = requests.emplace_back();
  request.change = ends ? AlertChange::kResolved : condition.present ? AlertChange::kEscalated : AlertChange::kRaised;
  request.patient = message.patient;
  request.device_id = message.device.id;
  request.condition = measure.name;
  request.level = ends ? *condition.present : *level;
  request.title = AlertTitle(measure);
  request.message = AlertMessage(measure, value.value);
  request.trigger_reading_id = reading_id;
  condition.present = level;
}

void AlertEngine::OnClock(const StoredMessage& message, std::vector<AlertRequest>& requests) {
  const std::pair key{message.patient->id, message.device.id};
  const bool wrong = message.time_source == TimeSource::kDistrusted;
  const bool right = message.time_source == TimeSource::kDevice && !message.late;
  const bool present = wrong_clocks_.contains(key);
  if (!(wrong && !present) && !(right && present)) return;
  AlertRequest& request = requests.emplace_back();
  request.change = wrong ? AlertChange::kRaised : AlertChange::kResolved;
  request.patient = message.patient;
  request.device_id = message.device.id;
  request.condition = ClockCondition(message.device.id);
  request.level = AlertLevel::kWarning;
  request.title = ClockAlertTitle();
  request.message = ClockAlertMessage(message.device_timestamp);
  wrong ? static_cast<void>(wrong_clocks_.insert(key)) : static_cast<void>(wrong_clocks_.erase(key));
}

}  // namespace fajma
