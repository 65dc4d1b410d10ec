// A door as the program builds it, HTTP in front and the WebSocket loop behind, with a handler that does what a request
// or message says.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "api/http/server.h"
#include "api/ws/loop/loop.h"
#include "tests/support/raw_socket.h"
#include "tests/support/ws_client.h"

namespace fajma::testing {

// Answers `METHOD path` with the query and body; knows some paths more:
//   /large N     a shared body of N bytes (?bytes=N)
//   /wait        waits until Release
//   /throw       throws
//   /ws/…        accepted for a WebSocket; anything else is refused with 403
class DoorHandler : public http::Handler {
 public:
  http::Response Handle(const http::Request& request) override;
  http::UpgradeDecision DecideUpgrade(const http::Request& request) override;

  void Release();  // all who wait and will wait at /wait
  int waiting() const { return waiting_; }

 private:
  std::atomic<int> waiting_{0};
  std::atomic<bool> released_{false};
};

// What the sessions saw; read from the test's thread.
struct SessionLog {
  std::atomic<int> opened{0};
  std::atomic<int> closed{0};
  std::atomic<int> last_close_code{0};
  std::mutex mutex;
  std::vector<ws::ConnectionId> ids;  // guarded by mutex

  std::vector<ws::ConnectionId> Ids() {
    const std::lock_guard lock(mutex);
    return ids;
  }
};

// Echoes texts and binaries, and obeys: "!close CODE", "!throw", "!burst COUNT SIZE", "!pause" (reads on after it was
// posted to resume), "!id", "!frames" (how many the loop has taken from all).
class EchoSession : public ws::Session {
 public:
  EchoSession(ws::Loop& loop, SessionLog& log) : loop_(loop), log_(log) {}
  void OnOpen(ws::Connection& connection) override;
  void OnText(ws::Connection& connection, std::string_view text) override;
  void OnBinary(ws::Connection& connection, std::string_view data) override;
  void OnClose(ws::ConnectionId id, std::uint16_t code) override;

 private:
  ws::Loop& loop_;
  SessionLog& log_;
};

struct Door {
  explicit Door(http::Options options = {}, ws::LoopOptions loop_options = {});

  std::uint16_t port() const { return server.port(); }
  RawSocket Connect() const { return RawSocket(port()); }
  // One answer on a connection of its own.
  HttpAnswer Get(const std::string& target) const;
  WsClient OpenWebSocket(int receive_buffer = 0) const { return WsClient(port(), "/ws/test", {}, receive_buffer); }

  SessionLog log;
  std::shared_ptr<DoorHandler> handler = std::make_shared<DoorHandler>();
  ws::Loop loop;
  http::Server server;  // last: it feeds the loop
};

inline std::string GetRequest(const std::string& target, const std::string& headers = {}) {
  return "GET " + target + " HTTP/1.1\r\nHost: localhost\r\n" + headers + "\r\n";
}

}  // namespace fajma::testing
