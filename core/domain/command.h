// A command to a device, from the request to the device's answer.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/domain/mac.h"
#include "core/domain/time.h"

namespace fajma {

enum class CommandState : std::uint8_t { kQueued, kSent, kDone, kFailed, kRefused, kExpired };
// As the database and the wire name them.
inline constexpr std::array<std::string_view, 6> kCommandStateNames = {"queued", "sent",    "done",
                                                                       "failed", "refused", "expired"};
constexpr std::string_view NameOf(CommandState state) { return kCommandStateNames[static_cast<std::size_t>(state)]; }

struct DeviceCommand {
  std::string id;  // a UUID, lower case
  std::int64_t device_id = 0;
  Mac mac;
  std::int64_t user_id = 0;
  std::string name;    // "restart"
  std::string params;  // a JSON object
  Micros created_at = 0;
  Micros expires_at = 0;
  int sends = 0;  // how often it was handed to the device or its broker
  std::optional<Micros> sent_at;
  std::optional<Micros> answered_at;
  CommandState state = CommandState::kQueued;
  std::string detail;  // of the device's answer
};

// What a device says of a command.
struct CommandAnswer {
  std::string command_id;
  CommandState state = CommandState::kDone;  // kDone, kFailed or kRefused
  std::string detail;                        // at most 200 bytes
};

}  // namespace fajma
