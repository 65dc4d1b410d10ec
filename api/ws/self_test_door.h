// The server's own way into its WebSockets: the last stretch of the self-test is a real connection to its own port. The
// path is no route of the API: only who knows the secret, which was made at the start and leaves the process over the
// loopback alone, gets in.
#pragma once

#include <atomic>
#include <optional>
#include <string>
#include <string_view>

#include "api/http/server.h"
#include "api/ws/live_hub.h"
#include "api/ws/loop/loop.h"

namespace fajma::ws {

inline constexpr std::string_view kSelfTestPath = "/self-test/socket";

class SelfTestDoor {
 public:
  SelfTestDoor(Loop& loop, LiveHub& hub);

  // What a client must say, a line of its request with its end.
  std::string Header() const { return "Authorization: Bearer " + secret_ + "\r\n"; }

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
