// A blocking MQTT 3.1.1 client for tests, over raw bytes: sends whatever a test wants. Header only.
#pragma once

#include <cstdint>
#include <deque>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

#include "tests/support/raw_socket.h"

namespace fajma::testing {

struct MqttMessage {
  std::string topic;
  std::string payload;
  bool retained = false;
};

class MqttClient {
 public:
  MqttClient(std::uint16_t port, std::string_view client_id) : socket_(port) {
    std::string body = Text("MQTT") + std::string("\x04\x02\x00\x3C", 4) + Text(client_id);
    SendPacket(0x10, body);
    if (ReceivePacket(kPatience).first >> 4 != 2) throw std::runtime_error("no CONNACK");
  }

  // QoS 1; returns when the broker has it.
  void Publish(std::string_view topic, std::string_view payload, bool retain = false) {
    const std::string id = NextId();
    SendPacket(retain ? 0x33 : 0x32, Text(topic) + id + std::string(payload));
    WaitFor(4);
  }

  void Subscribe(std::string_view filter) {
    SendPacket(0x82, NextId() + Text(filter) + '\x01');
    WaitFor(9);
  }

  // The next message; throws TimedOut.
  MqttMessage Receive(milliseconds timeout = kPatience) {
    while (messages_.empty()) Take(ReceivePacket(timeout));
    MqttMessage message = std::move(messages_.front());
    messages_.pop_front();
    return message;
  }

  // The next one on that topic, past others.
  MqttMessage ReceiveOn(std::string_view topic, milliseconds timeout = kPatience) {
    for (;;) {
      MqttMessage message = Receive(timeout);
      if (message.topic == topic) return message;
    }
  }

 private:
  using Packet = std::pair<unsigned char, std::string>;

  static std::string Text(std::string_view text) {
    std::string out{static_cast<char>(text.size() >> 8), static_cast<char>(text.size() & 0xFF)};
    return out.append(text);
  }
  std::string NextId() {
    ++id_;
    return {static_cast<char>(id_ >> 8), static_cast<char>(id_ & 0xFF)};
  }
  void SendPacket(unsigned char first, std::string_view body) {
    std::string packet(1, static_cast<char>(first));
    std::size_t left = body.size();
    do {
      packet += static_cast<char>((left & 0x7F) | (left > 0x7F ? 0x80 : 0));
      left >>= 7;
    } while (left > 0);
    socket_.Send(packet.append(body));
  }
  Packet ReceivePacket(milliseconds timeout) {
    const auto first = static_cast<unsigned char>(socket_.Receive(1, timeout)[0]);
    std::size_t size = 0;
    unsigned char byte = 0;
    for (int shift = 0; shift == 0 || (byte & 0x80) != 0; shift += 7) {
      byte = static_cast<unsigned char>(socket_.Receive(1, timeout)[0]);
      size |= static_cast<std::size_t>(byte & 0x7F) << shift;
    }
    return {first, socket_.Receive(size, timeout)};
  }
  void WaitFor(unsigned type) {
    for (;;) {
      Packet packet = ReceivePacket(kPatience);
      if (packet.first >> 4 == type) return;
      Take(std::move(packet));
    }
  }
  // Keeps a PUBLISH and acknowledges it; anything else is not waited for.
  void Take(Packet packet) {
    if (packet.first >> 4 != 3) return;
    const std::string& body = packet.second;
    const std::size_t size =
        static_cast<std::size_t>(static_cast<unsigned char>(body[0])) << 8 | static_cast<unsigned char>(body[1]);
    std::size_t at = 2 + size;
    if ((packet.first & 6) != 0) {
      SendPacket(0x40, body.substr(at, 2));
      at += 2;
    }
    messages_.push_back({body.substr(2, size), body.substr(at), (packet.first & 1) != 0});
  }

  RawSocket socket_;
  std::deque<MqttMessage> messages_;
  unsigned id_ = 0;
};

}  // namespace fajma::testing
