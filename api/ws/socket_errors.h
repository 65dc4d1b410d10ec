// What clients of WebSockets do wrong: the answers `error`, counted.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace fajma::ws {

enum class SocketRoute : std::uint8_t { kIot, kAlerts, kMonitoring, kChat };
inline constexpr std::array<std::string_view, 4> kSocketRouteNames = {"iot", "alerts", "monitoring", "chat"};

// The codes of `error` on all routes (asyncapi.yaml); the last stands for any that is missing here.
inline constexpr std::array<std::string_view, 17> kSocketErrorCodes = {
    "invalid_json",   "invalid_message",  "unknown_type",     "unknown_command",
    "unknown_device", "invalid_cursor",   "invalid_data",     "rate_limited",
    "unavailable",    "forbidden_device", "not_found",        "already_acknowledged",
    "not_escalated",  "not_silenced",     "already_assigned", "forbidden",
    "other"};

// Any thread.
class SocketErrors {
 public:
  void Count(SocketRoute route, std::string_view code);
  // By the places in kSocketRouteNames and kSocketErrorCodes.
  std::uint64_t Get(std::size_t route, std::size_t code) const { return counts_[route][code].load(); }

 private:
  std::array<std::array<std::atomic<std::uint64_t>, kSocketErrorCodes.size()>, kSocketRouteNames.size()> counts_{};
};

}  // namespace fajma::ws
