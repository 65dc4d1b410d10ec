// A short-lived second client, for looking at the broker: it waits for each answer, in the caller's thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "bridge/mqtt_address.h"
#include "bridge/outgoing.h"

namespace fajma {

struct ProbeSession {
  std::string client_id;
  bool clean = true;
  std::uint32_t expiry_seconds = 0;  // of the session, after the connection; kNeverExpires
};
inline constexpr std::uint32_t kNeverExpires = 0xFFFF'FFFF;

// What the broker says when it accepts a connection; absent properties have the protocol's defaults.
struct BrokerLimits {
  bool session_present = false;
  std::uint32_t expiry_seconds = 0;        // of the session
  std::uint32_t maximum_packet_bytes = 0;  // 0: none
  int maximum_qos = 2;
  bool retain_available = true;
};

// One thread. Every call throws std::runtime_error when the broker refuses or does not answer within 5 s.
class MqttProbe {
 public:
  explicit MqttProbe(const MqttAddress& address, ProbeSession session);
  ~MqttProbe();
  MqttProbe(const MqttProbe&) = delete;
  MqttProbe& operator=(const MqttProbe&) = delete;

  BrokerLimits Connect();
  void Subscribe(const std::string& filter);
  void Publish(const std::vector<OutgoingMessage>& messages);  // until all are acknowledged
  // What has come in, oldest first, when `enough` is true of it or nothing more came for `quiet`.
  std::vector<OutgoingMessage> Receive(const std::function<bool(const std::vector<OutgoingMessage>&)>& enough,
                                       std::chrono::milliseconds quiet);
  // The broker keeps the session for so long; absent: as it was opened.
  void Disconnect(std::optional<std::chrono::seconds> expiry = {});

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// The topics of the retained messages that the filter takes. Absent when the broker does not answer.
std::optional<std::vector<std::string>> FindRetained(const MqttAddress& address, const std::string& filter);

// "<prefix>-<random>"
std::string RandomClientId(std::string_view prefix);

}  // namespace fajma
