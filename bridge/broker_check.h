// Looks at the broker from outside for the settings on which "nothing is lost" depends.
//
// | setting                        | how it is seen |
// |---|---|
// | max_queued_messages            | 1,200 small messages are published for a sleeping session, which then counts them
// | | persistent sessions            | the same session must still be there when it returns | | session expiry, receive
// maximum, retained messages, QoS, packet size | the broker's CONNACK | | persistence, autosave_interval | cannot be
// seen from outside: the broker would have to be killed. Said so in a finding
//                                    of level kUnknown |
// | a receive maximum of ours obeyed (max_inflight_messages) | how many messages it sends before the first PUBACK |
#pragma once

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

// Takes about a second; the messages are under fajma/v1/server/check/ and leave nothing behind. A broker that cannot
// be reached is one kBad finding. Never throws.
std::vector<Finding> CheckBroker(const MqttAddress& address);

// Runs CheckBroker and logs each bad finding as a warning.
void LogBrokerCheck(const MqttAddress& address);

}  // namespace fajma
