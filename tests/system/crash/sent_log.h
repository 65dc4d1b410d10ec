// What each simulated device sent, and what it was told about it: the publishers' side of the join.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace fajma::crash {

enum class Kind : std::uint8_t { kNumbered, kPlain, kIso, kMillis, kSocket };
inline constexpr std::size_t kKinds = 5;
inline constexpr std::array<std::string_view, kKinds> kKindNames = {
    "MQTT numbered (b, s)", "MQTT without time and number", "MQTT ISO timestamp", "MQTT millis() timestamp",
    "WebSocket without number"};

// Of a message.
inline constexpr std::uint8_t kPubacked = 1;   // the broker has it
inline constexpr std::uint8_t kConfirmed = 2;  // the server said that it is stored: an ack, or its own broadcast

struct DeviceLog {
  Kind kind = Kind::kPlain;
  std::string mac;                 // AA:BB:…
  std::string topic;               // fajma/v1/devices/aabb…/data
  std::string patient;             // identifier
  std::string token;               // of its socket
  std::vector<std::uint8_t> sent;  // flags by number
  std::uint64_t repeated = 0;      // messages that were sent once more
};

// What its sender may rely on: MQTT: PUBACK (or the server's ack); a socket: the broadcast.
inline bool IsAcknowledged(std::uint8_t flags) { return flags != 0; }

}  // namespace fajma::crash
