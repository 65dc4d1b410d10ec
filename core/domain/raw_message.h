// What a door takes in, before anyone has looked into it: the unit of the journal and of the counters.
#pragma once

#include <cstdint>
#include <string_view>

#include "core/domain/time.h"

namespace fajma {

enum class Door : std::uint8_t { kMqtt = 0, kApi = 1 };
inline constexpr std::string_view kDoorNames[] = {"mqtt", "api"};

// What the payload is, decided by the door from its topic or route.
enum class RawKind : std::uint8_t {
  kData = 0,        // MQTT …/data: any of the four payload forms
  kStatus = 1,      // MQTT …/status
  kSocket = 2,      // a text from a ws/iot socket: the documented message, or anything else to be answered by `error`
  kRest = 3,        // a reading created over REST
  kUnroutable = 4,  // a topic under the prefix that no route takes: counted and refused
  kCommandResult = 5,  // a device's answer to a command: the command's id, a line feed, the JSON of the answer
};

enum RawFlags : std::uint8_t {
  kRetained = 1,
  kRedelivered = 2,  // the door has proof that this very message is already in its journal
};

// Who a ws/iot socket (or a REST request) is, as far as ingest must know it. For MQTT: zeroes.
struct Origin {
  std::uint64_t id = 0;         // connection id or request ticket; the answer goes back to it. 0: nobody waits
  std::int64_t patient_id = 0;  // the socket's patient; 0: any
  std::int64_t device_id = 0;   // the device whose token opened the socket; 0: none
  std::uint64_t process = 0;  // random for each start of the process: an answer never reaches a later process's socket
};

struct RawMessage {
  Door door = Door::kMqtt;
  RawKind kind = RawKind::kData;
  std::uint8_t flags = 0;
  std::uint16_t packet_id = 0;  // MQTT; 0: QoS 0
  Micros received_at = 0;
  std::uint64_t mac_bits = 0;  // from the topic; 0: none (then it is in the payload)
  Origin origin;
  std::string_view payload;  // owned by whoever hands it over
};

}  // namespace fajma
