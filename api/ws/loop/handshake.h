// The server's answer to a WebSocket handshake (RFC 6455, 4.2.2).
#pragma once

#include <string>
#include <string_view>

namespace fajma::ws {

// What Sec-WebSocket-Accept must hold for a client's key.
std::string AcceptKey(std::string_view websocket_key);

// The whole 101. `subprotocol` and `extensions` may be empty.
std::string FormatSwitchingProtocols(std::string_view websocket_key, std::string_view subprotocol,
                                     std::string_view extensions = {});

}  // namespace fajma::ws
