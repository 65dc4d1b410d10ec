#include "tests/bench/load/ws_peer.h"

#include <utility>

namespace fajma::load {

WsPeer::WsPeer(Poller& poller, std::uint16_t port, std::string target)
    : Link(poller, port), target_(std::move(target)) {}

void WsPeer::OnConnected() {
  Outgoing().append("GET ").append(target_).append(
      " HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
      "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n");
  target_ = {};
}

std::size_t WsPeer::OnBytes(std::string_view bytes) {
  std::size_t taken = 0;
  if (!open_) {
    taken = ReadHandshake(bytes);
    if (!open_) return taken;
  }
  while (!closed() && bytes.size() - taken >= 2) {
    const std::string_view frame = bytes.substr(taken);
    std::size_t length = static_cast<unsigned char>(frame[1]) & 127U;
    std::size_t head = 2;
    if (length >= 126) {
      head = length == 126 ? 4 : 10;
      if (frame.size() < head) return taken;
      length = 0;
      for (std::size_t i = 2; i < head; ++i) length = length << 8 | static_cast<unsigned char>(frame[i]);
    }
    if (frame.size() - head < length) return taken;
    OnFrame(static_cast<unsigned char>(frame[0]) & 15U, frame.substr(head, length));
    taken += head + length;
  }
  return taken;
}

std::size_t WsPeer::ReadHandshake(std::string_view bytes) {
  const std::size_t end = bytes.find("\r\n\r\n");
  if (end == std::string_view::npos) return 0;
  open_ = bytes.starts_with("HTTP/1.1 101");
  if (!open_) {
    refusal_ = bytes.substr(0, bytes.find('\r'));
    Close();
  }
  return end + 4;
}

void WsPeer::OnFrame(unsigned opcode, std::string_view payload) {
  if (opcode == 1 && on_text) on_text(payload);
  if (opcode == 9) SendFrame(10, payload);
  if (opcode == 8) {
    if (payload.size() >= 2) {
      refusal_ = "closed with " +
                 std::to_string(static_cast<unsigned char>(payload[0]) * 256 + static_cast<unsigned char>(payload[1]));
    }
    Close();
  }
}

void WsPeer::SendFrame(unsigned opcode, std::string_view payload) {
  std::string& out = Outgoing();
  out.push_back(static_cast<char>(0x80U | opcode));
  if (payload.size() < 126) {
    out.push_back(static_cast<char>(0x80U | payload.size()));
  } else {
    out.push_back(static_cast<char>(0x80U | 126U));
    out.push_back(static_cast<char>(payload.size() >> 8 & 0xFF));
    out.push_back(static_cast<char>(payload.size() & 0xFF));
  }
  out.append(4, '\0').append(payload);
}

}  // namespace fajma::load
