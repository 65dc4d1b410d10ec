// Looks at the broker from outside for the settings on which "nothing is lost" depends.
//
//   max_queued_messages           1,200 small messages are published for a session that is away; it then counts them
//   sessions, persistent_client_  the same session must be there when it returns; the broker must grant a session that
//   expiration                    never expires
//   use_username_as_clientid      a session under a random client id must not have been there before
//   retain_available, max_qos,    the broker's answer to the connection
//   max_packet_size
//
// What cannot be seen without killing the broker, and is a finding of level kUnknown: persistence and
// autosave_interval. Not looked at: max_queued_bytes, and max_inflight_messages, which the receive maximum of an MQTT 5
// client replaces.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "bridge/mqtt_address.h"

namespace fajma {

struct Finding {
  enum class Level : std::uint8_t { kGood, kUnknown, kBad };
  Level level = Level::kGood;
  std::string setting;  // as in mosquitto.conf
  std::string detail;   // a sentence; for kBad with what to do
};

// Takes about a second; its messages are under fajma/v1/server/check/, and nothing of it stays in the broker. A broker
// that cannot be reached is one kBad finding. Never throws.
std::vector<Finding> CheckBroker(const MqttAddress& address);

// Runs CheckBroker and logs a warning for each bad finding.
void LogBrokerCheck(const MqttAddress& address);

}  // namespace fajma
