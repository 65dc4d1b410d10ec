#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace fajma {

enum class AlertLevel : std::uint8_t { kInfo = 0, kWarning = 1, kCritical = 2, kEmergency = 3 };

inline constexpr std::array<std::string_view, 4> kAlertLevelNames = {"info", "warning", "critical", "emergency"};

constexpr std::string_view NameOf(AlertLevel level) { return kAlertLevelNames[static_cast<std::size_t>(level)]; }

constexpr std::optional<AlertLevel> FindAlertLevel(std::string_view name) {
  for (std::size_t i = 0; i < kAlertLevelNames.size(); ++i) {
    if (kAlertLevelNames[i] == name) return static_cast<AlertLevel>(i);
  }
  return std::nullopt;
}

}  // namespace fajma
