// An MQTT 3.1.1 client for load: a clean session without keep-alive, QoS 1 out, QoS 0 and 1 in.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "tests/bench/load/poller.h"

namespace fajma::load {

class MqttPeer final : public Link {
 public:
  MqttPeer(Poller& poller, std::uint16_t port, std::string client_id);

  bool ready() const { return ready_ && !closed(); }  // CONNACK came
  void Publish(std::string_view topic, std::string_view payload, std::uint16_t packet_id);
  void Subscribe(std::string_view filter);  // QoS 1

  std::function<void(std::uint16_t packet_id)> on_puback;
  std::function<void(std::string_view topic, std::string_view payload)> on_message;

 private:
  void OnConnected() override;
  std::size_t OnBytes(std::string_view bytes) override;
  void OnPacket(unsigned char head, std::string_view body);

  const std::string client_id_;
  bool ready_ = false;
};

}  // namespace fajma::load
