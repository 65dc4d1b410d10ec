// Whether an alert is about the patient or about what watches the patient: the two are never mixed.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace fajma {

enum class AlertNature : std::uint8_t { kPhysiological, kTechnical };
// On the wire.
inline constexpr std::array<std::string_view, 2> kAlertNatureNames = {"physiologique", "technique"};

constexpr std::string_view NameOf(AlertNature nature) { return kAlertNatureNames[static_cast<std::size_t>(nature)]; }

// The conditions that are technical: one that ends in ':' is of a device, whose id follows.
inline constexpr std::string_view kSilenceCondition = "silence";
inline constexpr std::string_view kBatteryCondition = "battery:";
inline constexpr std::string_view kSignalCondition = "signal:";
inline constexpr std::string_view kQuarantineCondition = "quarantine:";
inline constexpr std::string_view kClockCondition = "clock:";
inline constexpr std::string_view kTechnicalConditions[] = {
    kSilenceCondition, kBatteryCondition, kSignalCondition, kQuarantineCondition, kClockCondition,
};

constexpr bool IsOfDevice(std::string_view technical_condition) { return technical_condition.ends_with(':'); }

// All others are physiological, also an alert that a person made (its condition is empty).
constexpr AlertNature NatureOf(std::string_view condition) {
  for (const std::string_view technical : kTechnicalConditions) {
    const bool is_it = IsOfDevice(technical) ? condition.starts_with(technical) : condition == technical;
    if (is_it) return AlertNature::kTechnical;
  }
  return AlertNature::kPhysiological;
}

}  // namespace fajma
