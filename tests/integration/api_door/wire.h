// A door, and what a test of a protocol's rule asks of it byte by byte.
#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <string_view>

#include "tests/integration/api_door/door.h"

namespace fajma::testing {

struct Wire {
  // `headers`: further lines of the handshake, each with its CRLF.
  WsClient Open(std::string_view headers = {}) const { return WsClient(door.port(), "/ws/test", headers); }

  // Sends it on a new WebSocket; the code it is closed with, past whatever is answered before, after which the stream
  // must end.
  std::uint16_t CodeFor(std::string_view bytes, std::string_view headers = {}) const {
    WsClient client = Open(headers);
    client.socket().Send(bytes);
    const std::uint16_t code = client.ReceiveClose();
    EXPECT_TRUE(client.Ended()) << "the stream goes on behind the close frame";
    return code;
  }

  // Sends it on a new WebSocket; the one text that is answered.
  std::string TextFor(std::string_view bytes, std::string_view headers = {}) const {
    WsClient client = Open(headers);
    client.socket().Send(bytes);
    return client.ReceiveText();
  }

  // The answer to a request of HTTP, on a new connection.
  HttpAnswer Ask(std::string_view request) const {
    RawSocket socket = door.Connect();
    socket.Send(request);
    return socket.ReceiveAnswer();
  }

  // The answer to a right handshake in which `from` is written `to`.
  HttpAnswer Handshake(std::string_view from, std::string_view to) const {
    std::string request = UpgradeRequest("/ws/test");
    request.replace(request.find(from), from.size(), to);
    return Ask(request);
  }

  Door door;
};

// The message in frames of these pieces.
inline std::string Fragments(std::initializer_list<std::string_view> pieces, unsigned opcode = kTextFrame) {
  std::string bytes;
  std::size_t left = pieces.size();
  for (const std::string_view piece : pieces) {
    bytes += EncodeClientFrame(left == pieces.size() ? opcode : kContinuationFrame, piece, {.fin = left == 1});
    --left;
  }
  return bytes;
}

}  // namespace fajma::testing
