// The server's own way into its WebSockets: the last stretch of the self-test is a real connection to its own port. The
// path is no route of the API: only who knows the secret, which was made at the start and leaves the process over the
// loopback alone, gets in.
#pragma once

#include <atomic>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "api/http/server.h"
#include "api/ws/client/client_socket.h"
#include "api/ws/live_hub.h"
#include "api/ws/loop/loop.h"

namespace fajma::ws {

inline constexpr std::string_view kSelfTestPath = "/self-test/socket";

class SelfTestDoor {
 public:
  SelfTestDoor(Loop& loop, LiveHub& hub);

  // How the server connects to itself: where it listens (on every address: over the loopback), by `http_address` as the
  // door resolves it and the port that it has got.
  ClientSocketOptions OwnSocket(const std::string& http_address, std::uint16_t port) const;

  // Any thread. Absent: it is not asked for here, or without the secret.
  std::optional<http::UpgradeAccept> Decide(const http::Request& request) const;
  // False: the socket is not one that Decide has accepted.
  bool Adopt(http::DetachedSocket& socket);

  // Sockets that are open now: they are no client's.
  std::size_t open() const { return open_; }

 private:
  Loop& loop_;
  LiveHub& hub_;
  const std::string secret_;
  const std::string secret_hash_;
  std::atomic<std::size_t> open_{0};
};

}  // namespace fajma::ws
