#include "tests/bench/load/mqtt_peer.h"

#include <utility>

namespace fajma::load {
namespace {

void AppendShort(std::string& out, std::size_t value) {
  out.push_back(static_cast<char>(value >> 8 & 0xFF));
  out.push_back(static_cast<char>(value & 0xFF));
}

void AppendText(std::string& out, std::string_view text) {
  AppendShort(out, text.size());
  out.append(text);
}

void AppendHead(std::string& out, unsigned head, std::size_t length) {
  out.push_back(static_cast<char>(head));
  do {
    const std::size_t more = length > 127 ? 128 : 0;
    out.push_back(static_cast<char>((length & 127) | more));
    length >>= 7;
  } while (length > 0);
}

std::size_t ShortAt(std::string_view bytes, std::size_t at) {
  return static_cast<std::size_t>(static_cast<unsigned char>(bytes[at])) << 8 |
         static_cast<unsigned char>(bytes[at + 1]);
}

}  // namespace

MqttPeer::MqttPeer(Poller& poller, std::uint16_t port, std::string client_id)
    : Link(poller, port), client_id_(std::move(client_id)) {}

void MqttPeer::OnConnected() {
  std::string& out = Outgoing();
  AppendHead(out, 0x10, 10 + 2 + client_id_.size());
  AppendText(out, "MQTT");
  out.push_back(4);
  out.push_back(2);  // clean session
  AppendShort(out, 0);
  AppendText(out, client_id_);
}

void MqttPeer::Publish(std::string_view topic, std::string_view payload, std::uint16_t packet_id) {
  std::string& out = Outgoing();
  AppendHead(out, 0x32, 2 + topic.size() + 2 + payload.size());
  AppendText(out, topic);
  AppendShort(out, packet_id);
  out.append(payload);
}

void MqttPeer::Subscribe(std::string_view filter) {
  std::string& out = Outgoing();
  AppendHead(out, 0x82, 2 + 2 + filter.size() + 1);
  AppendShort(out, 1);
  AppendText(out, filter);
  out.push_back(1);
}

std::size_t MqttPeer::OnBytes(std::string_view bytes) {
  std::size_t taken = 0;
  while (bytes.size() - taken >= 2) {
    std::size_t length = 0;
    std::size_t at = taken + 1;
    for (unsigned shift = 0;; shift += 7, ++at) {
      if (at == bytes.size()) return taken;
      const auto byte = static_cast<unsigned char>(bytes[at]);
      length |= static_cast<std::size_t>(byte & 127U) << shift;
      if ((byte & 128U) == 0) break;
    }
    ++at;
    if (bytes.size() - at < length) return taken;
    OnPacket(static_cast<unsigned char>(bytes[taken]), bytes.substr(at, length));
    taken = at + length;
  }
  return taken;
}

void MqttPeer::OnPacket(unsigned char head, std::string_view body) {
  switch (head >> 4) {
    case 2:
      ready_ = body.size() == 2 && body[1] == 0;
      return;
    case 3: {
      const bool numbered = (head & 6) != 0;
      const std::size_t topic_size = ShortAt(body, 0);
      const std::string_view topic = body.substr(2, topic_size);
      std::size_t at = 2 + topic_size;
      if (numbered) {
        std::string& out = Outgoing();
        AppendHead(out, 0x40, 2);
        out.append(body.substr(at, 2));
        at += 2;
      }
      if (on_message) on_message(topic, body.substr(at));
      return;
    }
    case 4:
      if (on_puback) on_puback(static_cast<std::uint16_t>(ShortAt(body, 0)));
      return;
    default:
      return;
  }
}

}  // namespace fajma::load
