// What a monitor of a room shows.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/domain/alert_level.h"

namespace fajma {

inline constexpr std::array<std::string_view, 4> kDeviceStatuses = {"actif", "inactif", "maintenance", "erreur"};

constexpr std::optional<std::size_t> FindDeviceStatus(std::string_view name) {
  for (std::size_t i = 0; i < kDeviceStatuses.size(); ++i) {
    if (kDeviceStatuses[i] == name) return i;
  }
  return std::nullopt;
}

struct RoomFigures {
  std::array<std::int64_t, kDeviceStatuses.size()> devices_by_status{};
  std::array<std::int64_t, kAlertLevelNames.size()> alerts_by_level{};  // those that nobody has acknowledged
  std::uint64_t readings_last_minute = 0;                               // values of vital signs
};

struct MonitoringStats {
  RoomFigures room;
  std::int64_t active_sessions = 0;  // sockets of users, on all routes
  double api_response_ms = 0;        // mean of the last minute
};

// What the figures of rooms begin with. A patient without a room has the room "".
struct MonitoringSnapshot {
  struct Device {
    std::int64_t id = 0;
    std::string room;
    std::string status;
  };
  struct Alert {  // that nobody has acknowledged
    std::int64_t id = 0;
    std::string room;
    AlertLevel level = AlertLevel::kInfo;
  };
  std::vector<Device> devices;
  std::vector<Alert> alerts;
  std::int64_t sessions_elsewhere = 0;  // sockets of users that other programs hold
};

}  // namespace fajma
