// A blocking WebSocket client for tests: knows nothing of the server's code, sends whatever a test wants, right or
// wrong. Header only.
#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

#include "tests/support/raw_socket.h"

namespace fajma::testing {

constexpr unsigned kContinuationFrame = 0x0;
constexpr unsigned kTextFrame = 0x1;
constexpr unsigned kBinaryFrame = 0x2;
constexpr unsigned kCloseFrame = 0x8;
constexpr unsigned kPingFrame = 0x9;
constexpr unsigned kPongFrame = 0xA;

// The example of RFC 6455, 1.3, and what a server must answer to it.
constexpr std::string_view kSampleKey = "dGhlIHNhbXBsZSBub25jZQ==";
constexpr std::string_view kSampleAccept = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=";

struct WsFrame {
  bool fin = true;
  unsigned reserved = 0;  // the three RSV bits
  unsigned opcode = 0;
  bool masked = false;
  std::string payload;

  // Of a close frame; 1005 when it has none.
  std::uint16_t CloseCode() const {
    if (payload.size() < 2) return 1005;
    return static_cast<std::uint16_t>(static_cast<unsigned char>(payload[0]) * 256 +
                                      static_cast<unsigned char>(payload[1]));
  }
};

struct WsEncoding {
  bool fin = true;
  bool masked = true;
  unsigned reserved = 0;
  int length_bytes = -1;  // 0, 2 or 8; -1: the shortest
};

inline std::string EncodeClientFrame(unsigned opcode, std::string_view payload, WsEncoding encoding = {}) {
  std::string frame;
  frame += static_cast<char>((encoding.fin ? 0x80U : 0U) | (encoding.reserved << 4) | opcode);
  const std::size_t size = payload.size();
  int length_bytes = encoding.length_bytes;
  if (length_bytes < 0) length_bytes = size <= 125 ? 0 : size <= 0xFFFF ? 2 : 8;
  const unsigned mask_bit = encoding.masked ? 0x80U : 0U;
  const std::size_t first = length_bytes == 0 ? size : length_bytes == 2 ? 126 : 127;
  frame += static_cast<char>(mask_bit | first);
  for (int i = length_bytes - 1; i >= 0; --i) frame += static_cast<char>((size >> (8 * i)) & 0xFF);
  constexpr unsigned char kMask[4] = {0x37, 0xFA, 0x21, 0x3D};
  if (encoding.masked) frame.append(reinterpret_cast<const char*>(kMask), 4);
  for (std::size_t i = 0; i < size; ++i) {
    const auto byte = static_cast<unsigned char>(payload[i]);
    frame += static_cast<char>(encoding.masked ? byte ^ kMask[i % 4] : byte);
  }
  return frame;
}

inline std::string ClosePayload(std::uint16_t code, std::string_view reason = {}) {
  std::string payload{static_cast<char>(code >> 8), static_cast<char>(code & 0xFF)};
  return payload.append(reason);
}

// The handshake's request. `headers`: further lines, each with its CRLF.
inline std::string UpgradeRequest(std::string_view target, std::string_view headers = {}) {
  std::string request = "GET ";
  request.append(target).append(" HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\n");
  request.append("Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ");
  return request.append(kSampleKey).append("\r\n").append(headers).append("\r\n");
}

class WsClient {
 public:
  // Connects and shakes hands; throws when the answer is not a right 101. `headers` as for UpgradeRequest.
  WsClient(std::uint16_t port, std::string_view target, std::string_view headers = {}, int receive_buffer = 0)
      : socket_(port, "127.0.0.1", receive_buffer) {
    socket_.Send(UpgradeRequest(target, headers));
    ReadHandshake();
  }
  // Goes on with a socket on which the request was already sent.
  explicit WsClient(RawSocket socket) : socket_(std::move(socket)) { ReadHandshake(); }

  const HttpAnswer& handshake() const { return handshake_; }
  RawSocket& socket() { return socket_; }

  bool SendText(std::string_view text) { return SendFrame(kTextFrame, text); }
  bool SendFrame(unsigned opcode, std::string_view payload, WsEncoding encoding = {}) {
    return socket_.Send(EncodeClientFrame(opcode, payload, encoding));
  }
  bool SendClose(std::uint16_t code, std::string_view reason = {}) {
    return SendFrame(kCloseFrame, ClosePayload(code, reason));
  }

  // The next frame, whatever it is. Throws TimedOut, or std::runtime_error at the end of the stream.
  WsFrame Receive(milliseconds timeout = kPatience) {
    const std::string start = socket_.Receive(2, timeout);
    const auto first = static_cast<unsigned char>(start[0]);
    const auto second = static_cast<unsigned char>(start[1]);
    WsFrame frame;
    frame.fin = (first & 0x80U) != 0;
    frame.reserved = (first >> 4) & 7U;
    frame.opcode = first & 0xFU;
    frame.masked = (second & 0x80U) != 0;
    std::uint64_t size = second & 0x7FU;
    if (size >= 126) {
      const std::string length = socket_.Receive(size == 126 ? 2 : 8, timeout);
      size = 0;
      for (const char c : length) size = size * 256 + static_cast<unsigned char>(c);
    }
    frame.payload = socket_.Receive(size, timeout);
    return frame;
  }

  // The next text; answers pings on the way. Throws when something else comes.
  std::string ReceiveText(milliseconds timeout = kPatience) {
    while (true) {
      WsFrame frame = Receive(timeout);
      if (frame.opcode == kTextFrame) return std::move(frame.payload);
      if (frame.opcode == kPingFrame) {
        SendFrame(kPongFrame, frame.payload);
      } else if (frame.opcode != kPongFrame) {
        throw std::runtime_error("a frame of kind " + std::to_string(frame.opcode) + ", code " +
                                 std::to_string(frame.CloseCode()));
      }
    }
  }

  // The code with which the server closes, past whatever else still comes; 1006 when it just goes.
  std::uint16_t ReceiveClose(milliseconds timeout = kPatience) {
    try {
      while (true) {
        const WsFrame frame = Receive(timeout);
        if (frame.opcode == kCloseFrame) return frame.CloseCode();
      }
    } catch (const TimedOut&) {
      throw;
    } catch (const std::runtime_error&) {
      return 1006;
    }
  }

  // Whether the server has ended the stream, nothing more coming.
  bool Ended(milliseconds timeout = kPatience) { return socket_.ReceiveAll(timeout).empty(); }

 private:
  void ReadHandshake() {
    handshake_ = socket_.ReceiveAnswer();
    if (handshake_.status != 101 || handshake_.Header("Sec-WebSocket-Accept") != kSampleAccept) {
      throw std::runtime_error("handshake refused: " + handshake_.head + handshake_.body);
    }
  }

  RawSocket socket_;
  HttpAnswer handshake_;
};

}  // namespace fajma::testing
