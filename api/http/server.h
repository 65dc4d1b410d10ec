// The HTTP door: accepts connections, frames HTTP/1.1, answers in worker threads, lets WebSockets
// go.
//
// Pistache accepts, polls and runs the workers. Framing, writing and timeouts are ours, since
// Pistache's own drop pipelined requests, accept wrong lengths, spin on a slow reader and can lose
// the wake-up of a new connection.
#pragma once

#include <any>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <variant>

#include "api/http/detached_socket.h"
#include "api/http/message.h"

namespace fajma::http {

struct UpgradeAccept {
  std::string subprotocol;  // to answer; "" for none. Must be one that the client offered
  std::any context;         // handed on in DetachedSocket::context
};

// Either the answer that refuses the handshake, or its acceptance.
using UpgradeDecision = std::variant<Response, UpgradeAccept>;

// What stands behind the door. Both functions are called in any worker thread, several at a time,
// and may block: a blocked worker serves no other of its connections, so the number of workers must
// fit. What they throw is answered by 500 `{"detail":"Internal server error."}`, counted, and told
// to Options::on_error.
class Handler {
 public:
  virtual ~Handler() = default;
  // Also for HEAD and OPTIONS; for HEAD the door drops the body.
  virtual Response Handle(const Request& request) = 0;
  // A WebSocket handshake whose form is right (RFC 6455, 4.2.1). The path, Origin and credentials
  // are to be judged.
  virtual UpgradeDecision DecideUpgrade(const Request& request) = 0;
};

// Takes over a socket after an accepted handshake; called in a worker thread.
using OnDetached = std::function<void(DetachedSocket)>;

struct Options {
  std::string address = "127.0.0.1:8000";  // host:port or [v6]:port; port 0 takes a free one
  int workers = 2;
  std::size_t max_head_bytes = 16 * 1024;            // request line and headers; more is 431, or 414 inside the target
  std::size_t max_body_bytes = 1024 * 1024;          // more is 413
  std::size_t max_connections = 15'000;              // with the detached; more are closed unanswered
  std::size_t max_queued_bytes = 256 * 1024;         // pipelined requests wait while more than this is unsent
  std::chrono::milliseconds header_timeout{10'000};  // from the first byte of a head to its end; then 408
  std::chrono::milliseconds body_timeout{30'000};    // from the end of the head to the end of the body; then 408
  std::chrono::milliseconds write_timeout{30'000};   // without the client taking a byte; then closed
  std::chrono::milliseconds keep_alive_timeout{75'000};
  std::chrono::milliseconds stop_timeout{2'000};  // how long Stop waits for answers to leave
  // What a handler threw: method and path without the query, and what(). Any worker thread.
  std::function<void(std::string_view where, std::string_view what)> on_error;
};

// Counted since the start. Read together, they may be a few requests apart.
struct Statistics {
  std::uint64_t connections_accepted = 0;
  std::uint64_t connections_refused = 0;  // over max_connections, or while stopping
  std::uint64_t connections_open = 0;     // gauge, detached ones included
  std::uint64_t connections_detached = 0;
  std::uint64_t requests = 0;                // that reached the handler, handshakes included
  std::uint64_t responses_by_class[6] = {};  // [2] counts 2xx; [1] is 101 handed over
  std::uint64_t refused_bad_request = 0;     // 400 by the door, of any kind
  std::uint64_t refused_head_too_large = 0;  // 414 and 431
  std::uint64_t refused_body_too_large = 0;  // 413
  std::uint64_t refused_other = 0;           // 411, 417, 426, 501, 505
  std::uint64_t timeouts = 0;                // slow heads and bodies
  std::uint64_t slow_readers = 0;
  std::uint64_t handler_errors = 0;
};

// Thread-safe. Serves from the end of the constructor to Stop.
class Server {
 public:
  // Raises RLIMIT_NOFILE as far as it may; where that is too low for max_connections, fewer are let
  // in (max_connections()). Throws std::runtime_error when the address cannot be bound or is none.
  Server(Options options, std::shared_ptr<Handler> handler, OnDetached on_detached);
  ~Server();  // stops
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  std::uint16_t port() const;
  std::size_t max_connections() const;
  Statistics GetStatistics() const;

  // Takes no more requests, lets the answers begun leave (at most stop_timeout), closes all, joins
  // the workers. A handler that never returns is waited for. Detached sockets are not touched.
  // Again: no effect.
  void Stop();

 private:
  class Core;
  std::unique_ptr<Core> core_;
};

}  // namespace fajma::http
