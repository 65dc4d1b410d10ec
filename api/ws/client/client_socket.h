// One WebSocket from the client's side, for simulated devices: never waits, has no thread and no clock. Its owner
// watches the descriptor, and gives up on it when nothing comes for too long.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "api/http/detached_socket.h"
#include "api/ws/client/endpoint.h"

namespace fajma::ws {

struct ClientSocketOptions {
  Endpoint endpoint;
  std::string host;                           // the Host header
  std::string target;                         // path and query
  std::string headers;                        // further lines of the request, each with its CRLF
  std::size_t max_message_bytes = 64 * 1024;  // received; more ends it
  std::size_t max_queued_bytes = 256 * 1024;  // not taken by the kernel; SendText then answers false
  // A whole text, inside Work. May call SendText, nothing else of this class.
  std::function<void(std::string_view text)> on_text;
};

class ClientSocket {
 public:
  enum class State : std::uint8_t { kConnecting, kOpen, kEnded };

  // Begins to connect; kEnded at once when the system has no socket.
  explicit ClientSocket(ClientSocketOptions options);
  ~ClientSocket();
  ClientSocket(const ClientSocket&) = delete;
  ClientSocket& operator=(const ClientSocket&) = delete;

  int fd() const { return fd_.get(); }
  State state() const { return state_; }
  // Whether the descriptor must be watched for being writable; for being readable always.
  bool wants_write() const;
  // Bytes since the beginning: a server that pings makes it grow.
  std::uint64_t received_bytes() const { return received_bytes_; }
  // Once kEnded: "HTTP 403", "closed with 1001", "Connection refused"…
  const std::string& reason() const { return reason_; }

  // Connects, shakes hands, sends and receives as far as it goes without waiting. Answers pings.
  State Work();
  // False: not open, or too much waits. `text` must be valid UTF-8. Leaves with the next Work.
  bool SendText(std::string_view text);
  // Sends what the kernel takes of what waits and begins to close; kEnded follows when the server has answered.
  void Close(std::uint16_t code);

 private:
  class Framing;  // wslay

  void Shake();
  void SendRequest();
  void ReadAnswer();
  void CheckAnswer(std::string_view head);
  void Exchange();
  void End(std::string reason);

  const ClientSocketOptions options_;
  http::FileDescriptor fd_;
  State state_ = State::kConnecting;
  std::string key_;
  std::string request_;  // what is left of it
  std::string answer_;   // head of the answer so far
  std::string reason_;
  std::uint64_t received_bytes_ = 0;
  std::unique_ptr<Framing> framing_;  // null until it is open
};

}  // namespace fajma::ws
