// What a consumer of WebSockets writes: a Session for each connection, called by the loop.
#pragma once

#include <cstdint>
#include <string_view>

#include "api/ws/loop/frame.h"

namespace fajma::ws {

class Connection;

// Never used again, unlike a file descriptor.
using ConnectionId = std::uint64_t;

// All functions are called in the loop's thread and must not block. A session lives no longer than its connection: work
// posted to the loop carries the ConnectionId and asks Loop::Find, never `this`. What they throw closes the
// connection with 1011, is counted, and told to LoopOptions::on_error.
class Session {
 public:
  virtual ~Session() = default;
  // Once, after the 101 was queued and before any message.
  virtual void OnOpen(Connection& connection) = 0;
  // A whole message, valid UTF-8, within max_message_bytes. The view is valid during the call.
  virtual void OnText(Connection& connection, std::string_view text) = 0;
  // Unless overridden, closes with 1003.
  virtual void OnBinary(Connection& connection, std::string_view data);
  // Once, last: the connection is gone, the session is destroyed behind it. `code`: the one that
  // was sent or received first, kCloseNoStatus, or kCloseAbnormal.
  virtual void OnClose(ConnectionId id, std::uint16_t code) = 0;
};

}  // namespace fajma::ws
