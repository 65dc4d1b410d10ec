// Whether an alert is about the patient or about what watches the patient: the two are never mixed.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "core/domain/alert_level.h"

namespace fajma {

enum class AlertNature : std::uint8_t { kPhysiological, kTechnical };
// On the wire.
inline constexpr std::array<std::string_view, 2> kAlertNatureNames = {"physiologique", "technique"};

constexpr std::string_view NameOf(AlertNature nature) { return kAlertNatureNames[static_cast<std::size_t>(nature)]; }

// The codes of the technical conditions: one that ends in ':' is of a device, whose id follows.
inline constexpr std::string_view kSilenceCondition = "silence";
inline constexpr std::string_view kBatteryCondition = "battery:";
inline constexpr std::string_view kSignalCondition = "signal:";
inline constexpr std::string_view kQuarantineCondition = "quarantine:";
inline constexpr std::string_view kClockCondition = "clock:";

struct TechnicalCondition {
  std::string_view code;
  // Neither time nor a person's escalation takes an alert of it higher. Our choice: nobody dies of an empty battery as
  // such; a patient of whom nothing is heard any more may.
  AlertLevel ceiling;
};
inline constexpr TechnicalCondition kTechnicalConditions[] = {
    {kSilenceCondition, AlertLevel::kCritical}, {kBatteryCondition, AlertLevel::kWarning},
    {kSignalCondition, AlertLevel::kWarning},   {kQuarantineCondition, AlertLevel::kWarning},
    {kClockCondition, AlertLevel::kWarning},
};

constexpr bool IsOfDevice(std::string_view technical_code) { return technical_code.ends_with(':'); }

// Null: it is physiological, as is an alert that a person made (its condition is empty).
constexpr const TechnicalCondition* FindTechnical(std::string_view condition) {
  for (const TechnicalCondition& each : kTechnicalConditions) {
    if (IsOfDevice(each.code) ? condition.starts_with(each.code) : condition == each.code) return &each;
  }
  return nullptr;
}

constexpr AlertNature NatureOf(std::string_view condition) {
  return FindTechnical(condition) != nullptr ? AlertNature::kTechnical : AlertNature::kPhysiological;
}

constexpr AlertLevel CeilingOf(std::string_view condition) {
  const TechnicalCondition* technical = FindTechnical(condition);
  return technical != nullptr ? technical->ceiling : AlertLevel::kEmergency;
}

}  // namespace fajma
