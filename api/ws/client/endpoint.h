// Where a WebSocket server is.
#pragma once

#include <sys/socket.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace fajma::ws {

struct WsUrl {
  std::string host;  // a name, an IPv4 address, or an IPv6 address without its brackets
  std::uint16_t port = 80;
  std::string path = "/";

  // As in a Host header.
  std::string Authority() const;
};

// ws://host[:80][/path]. Absent: anything else, wss:// too.
std::optional<WsUrl> ParseWsUrl(std::string_view url);

struct Endpoint {
  sockaddr_storage address{};
  socklen_t size = 0;
};

// The first address of the host. Waits for the name service unless the host is an address.
std::optional<Endpoint> FindEndpoint(const WsUrl& url);

}  // namespace fajma::ws
