#include "core/alerts/news2_watch.h"

#include <algorithm>

#include "core/domain/alert_text.h"

namespace fajma {
namespace {

constexpr Micros kAtOnce = 1;
// A score around a bound is one alert and not many. Our choice: about as long as a person needs to see that it is over.
constexpr Micros kNews2OffDelay = kMicrosPerMinute;

constexpr AlertRules kNews2Rules = [] {
  AlertRules rules;
  for (AlertRule& rule : rules) rule.off_delay = kNews2OffDelay;
  return rules;
}();

Micros NextExpiry(const News2Values& values) {
  Micros next = 0;
  for (const auto& value : values) {
    if (!value) continue;
    const Micros expiry = value->measured_at + kNews2MaxAge;
    if (next == 0 || expiry < next) next = expiry;
  }
  return next;
}

}  // namespace

bool News2Watch::Adopt(OfPatient& patient, std::size_t place, const News2Value& value) {
  std::optional<News2Value>& known = patient.values[place];
  if (known && value.measured_at < known->measured_at) return false;
  known = value;
  return true;
}

void News2Watch::Remember(const StoredMessage& message) {
  std::int64_t reading_id = message.first_row;
  for (const MeasureValue& value : message.values) {
    const std::optional<std::size_t> place = News2PlaceOf(value.measure);
    if (place) {
      OfPatient& patient = patients_[message.patient->id];
      if (Adopt(patient, *place, {value, message.measured_at, message.device.id, reading_id})) {
        patient.source = {message.patient, message.device.id, reading_id};
      }
      due_.Set(message.patient->id, patient.due, kAtOnce);
    }
    if (GetMeasure(value.measure).kind == MeasureKind::kVitalSign) ++reading_id;
  }
}

void News2Watch::Revisit(const AlertSource& source) {
  OfPatient& patient = patients_[source.patient->id];
  if (!patient.source.patient) patient.source = source;
  patient.remembered = true;
  due_.Set(source.patient->id, patient.due, kAtOnce);
}

void News2Watch::OnValue(const StoredMessage& message, const MeasureValue& value, std::int64_t reading_id,
                         std::vector<AlertRequest>& requests) {
  const std::optional<std::size_t> place = News2PlaceOf(value.measure);
  if (!place) return;
  OfPatient& patient = patients_[message.patient->id];
  const std::optional<News2Value> before = patient.values[*place];
  if (!Adopt(patient, *place, {value, message.measured_at, message.device.id, reading_id})) return;
  patient.source = {message.patient, message.device.id, reading_id};
  // A value that is replaced only moves its expiry away: the patient is looked at when it was first due.
  const Micros expiry = message.measured_at + kNews2MaxAge;
  if (patient.due == 0 || expiry < patient.due) due_.Set(message.patient->id, patient.due, expiry);
  const News2Parameter& parameter = kNews2Chart[*place];
  if (before && News2PointsOf(parameter, before->value.value) == News2PointsOf(parameter, value.value)) return;
  Evaluate(patient, message.received_at, requests);
}

void News2Watch::Evaluate(OfPatient& patient, Micros now, std::vector<AlertRequest>& requests) {
  const std::int64_t id = patient.source.patient->id;
  const News2Score score = ScoreNews2(patient.values, now);
  const std::optional<AlertLevel> level =
      News2LevelOf(score, patient.remembered && conditions_.IsPresent(id, kNews2Condition));
  if (!level && !patient.remembered) return;
  AlertText text{News2AlertTitle(), News2AlertMessage(score.score, score.known, kNews2Parameters)};
  patient.remembered =
      conditions_.Take(kNews2Condition, patient.source, std::move(text), kNews2Rules, level, now, requests);
}

void News2Watch::OnTime(Micros now, std::vector<AlertRequest>& requests) {
  while (const auto due = due_.Take(now)) {
    const std::int64_t id = due->second;
    OfPatient& patient = patients_.at(id);
    patient.due = 0;
    for (std::optional<News2Value>& value : patient.values) {
      if (value && now - value->measured_at >= kNews2MaxAge) value.reset();
    }
    Evaluate(patient, now, requests);
    due_.Set(id, patient.due, NextExpiry(patient.values));
  }
}

void News2Watch::MoveTimers(Micros by) {
  for (auto& [id, patient] : patients_) {
    for (std::optional<News2Value>& value : patient.values) {
      if (value) value->measured_at += by;
    }
    if (patient.due != kAtOnce) due_.Set(id, patient.due, NextExpiry(patient.values));
  }
}

void News2Watch::Clear() {
  patients_.clear();
  due_.Clear();
}

}  // namespace fajma
