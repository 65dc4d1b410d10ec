#include "core/alerts/trend_watch.h"

#include <algorithm>

#include "core/domain/alert_text.h"

namespace fajma {
namespace {

constexpr Micros kAtOnce = 1;
// 38.1 - 37.1 is a little less than 1: what was measured are decimal numbers.
constexpr double kTolerance = 1e-6;

bool IsOn(const AlertRules& rules) {
  return std::ranges::any_of(rules, [](const AlertRule& rule) { return rule.trend.IsOn(); });
}

}  // namespace

std::string TrendCondition(const Measure& measure) { return std::string(kTrendPrefix) + std::string(measure.name); }

const Measure* FindTrendMeasure(std::string_view condition) {
  return condition.starts_with(kTrendPrefix) ? FindMeasure(condition.substr(kTrendPrefix.size())) : nullptr;
}

void TrendWatch::Add(OfDevice& device, const AlertRules& rules, const StoredMessage& message, double value) {
  for (std::size_t i = 0; i < rules.size(); ++i) {
    std::optional<TrendWindow>& window = device.windows[i];
    const TrendRule& rule = rules[i].trend;
    if (!rule.IsOn()) {
      window.reset();
      continue;
    }
    if (!window || window->within() != rule.within) window.emplace(rule.within);
    window->Add(message.measured_at, value);
  }
  if (message.received_at < device.received_at) return;
  device.received_at = message.received_at;
  device.behind = message.received_at - message.measured_at;
}

void TrendWatch::Remember(const StoredMessage& message, const Thresholds& thresholds) {
  for (const MeasureValue& value : message.values) {
    const AlertRules& rules = thresholds.Rules(message.patient->id, value.measure);
    if (!IsOn(rules)) continue;
    const Key key{message.patient->id, value.measure};
    OfMeasure& measure = measures_[key];
    Add(measure.devices[message.device.id], rules, message, value.value);
    if (measure.source.device_id == 0) measure.source = {message.patient, message.device.id, message.first_row};
    due_.Set(key, measure.due, kAtOnce);
  }
}

void TrendWatch::Revisit(std::string_view condition, const AlertSource& source) {
  const Measure* of = FindTrendMeasure(condition);
  if (of == nullptr) return;
  const Key key{source.patient->id, of->id};
  OfMeasure& measure = measures_[key];
  if (!measure.source.patient) measure.source = source;
  measure.remembered = true;
  due_.Set(key, measure.due, kAtOnce);
}

void TrendWatch::Reload(const Thresholds& thresholds) {
  for (auto& [key, measure] : measures_) {
    const AlertRules& rules = thresholds.Rules(key.first, key.second);
    for (auto& [id, device] : measure.devices) {
      for (std::size_t i = 0; i < rules.size(); ++i) {
        std::optional<TrendWindow>& window = device.windows[i];
        if (window && (!rules[i].trend.IsOn() || window->within() != rules[i].trend.within)) window.reset();
      }
    }
  }
}

void TrendWatch::OnValue(const StoredMessage& message, const MeasureValue& value, std::int64_t reading_id,
                         const Thresholds& thresholds, std::vector<AlertRequest>& requests) {
  const AlertRules& rules = thresholds.Rules(message.patient->id, value.measure);
  if (!IsOn(rules)) return;
  const Key key{message.patient->id, value.measure};
  OfMeasure& measure = measures_[key];
  Add(measure.devices[message.device.id], rules, message, value.value);
  measure.source = {message.patient, message.device.id, reading_id};
  Evaluate(key, measure, thresholds, message.received_at, true, requests);
}

TrendWatch::Finding TrendWatch::Look(OfMeasure& measure, const AlertRules& rules, Micros now) {
  Finding finding;
  for (const auto& [id, device] : measure.devices) {
    for (std::size_t i = 0; i < rules.size(); ++i) {
      if (!rules[i].trend.IsOn() || !device.windows[i]) continue;
      const TrendRule& rule = rules[i].trend;
      const std::optional<Variation> variation = device.windows[i]->At(now - device.behind);
      if (!variation || variation->amount < rule.amount - kTolerance) continue;
      const Micros until = variation->from + rule.within + device.behind + 1;
      if (finding.until == 0 || until < finding.until) finding.until = until;
      if (finding.level && *finding.level >= kThresholdLevels[i]) continue;
      finding.level = kThresholdLevels[i];
      finding.variation = *variation;
    }
  }
  // A device that says nothing any more.
  std::erase_if(measure.devices, [&](const auto& each) {
    return std::ranges::none_of(each.second.windows,
                                [&](const auto& window) { return window && window->At(now - each.second.behind); });
  });
  return finding;
}

void TrendWatch::Evaluate(const Key& key, OfMeasure& measure, const Thresholds& thresholds, Micros now, bool by_value,
                          std::vector<AlertRequest>& requests) {
  const AlertRules& rules = thresholds.Rules(key.first, key.second);
  const Finding finding = Look(measure, rules, now);
  const Measure& of = GetMeasure(key.second);
  due_.Set(key, measure.due, finding.until);
  if (!finding.level && !measure.remembered) return;
  if (!by_value && measure.level && *measure.level == finding.level) {
    return conditions_.Advance(key.first, TrendCondition(of), now, requests);
  }
  measure.level = finding.level;
  AlertText text{TrendAlertTitle(of),
                 TrendAlertMessage(of, finding.variation.amount, finding.variation.to - finding.variation.from)};
  measure.remembered =
      conditions_.Take(TrendCondition(of), measure.source, std::move(text), rules, finding.level, now, requests);
}

void TrendWatch::OnTime(Micros now, const Thresholds& thresholds, std::vector<AlertRequest>& requests) {
  while (const auto due = due_.Take(now)) {
    const Key& key = due->second;
    const auto found = measures_.find(key);
    found->second.due = 0;
    Evaluate(key, found->second, thresholds, now, false, requests);
    if (found->second.devices.empty() && !found->second.remembered) measures_.erase(found);
  }
}

void TrendWatch::ForgetWindows() {
  for (auto& [key, measure] : measures_) {
    measure.devices.clear();
    due_.Set(key, measure.due, kAtOnce);
  }
}

void TrendWatch::Clear() {
  measures_.clear();
  due_.Clear();
}

}  // namespace fajma
