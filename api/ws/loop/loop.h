// The WebSocket loop: one thread, epoll, wslay for the frames. Owns every WebSocket from the
// handshake's answer on.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string_view>

#include "api/http/detached_socket.h"
#include "api/ws/loop/connection.h"
#include "api/ws/loop/frame.h"
#include "api/ws/loop/session.h"

namespace fajma::ws {

struct LoopOptions {
  std::size_t max_queued_bytes = 1024 * 1024;  // unsent to one client; more closes it with 1013
  std::size_t max_message_bytes = 64 * 1024;   // received, fragments together, decompressed; more: 1009
  // From one client, before the others have their turn; nor is more than max_message_bytes, decompressed, made of it.
  // Who has more shares a slice of each turn with all who have.
  std::size_t read_bytes_per_turn = 16 * 1024;
  std::chrono::milliseconds ping_interval{30'000};
  std::chrono::milliseconds idle_timeout{60'000};  // nothing received, not even a pong: closed
  std::chrono::milliseconds close_timeout{5'000};  // for the client's half of a close handshake
  std::chrono::milliseconds stop_timeout{1'000};   // for the last frames of all at the end
  // What a session or a posted function threw. Loop thread.
  std::function<void(std::string_view where, std::string_view what)> on_error;
};

// Counted since the start. Read together, they may be a few frames apart.
struct LoopStatistics {
  std::uint64_t open = 0;  // gauge
  std::uint64_t opened = 0;
  std::uint64_t opened_with_deflate = 0;    // permessage-deflate was agreed on
  std::uint64_t closed_by_peer = 0;         // it sent the first close frame
  std::uint64_t closed_by_session = 0;      // Connection::Close
  std::uint64_t closed_lost = 0;            // the connection broke off
  std::uint64_t closed_protocol_error = 0;  // 1002
  std::uint64_t closed_bad_payload = 0;     // 1007
  std::uint64_t closed_too_big = 0;         // 1009
  std::uint64_t closed_slow = 0;            // 1013
  std::uint64_t closed_idle = 0;
  std::uint64_t closed_error = 0;     // 1011
  std::uint64_t closed_stopping = 0;  // 1001
  std::uint64_t frames_in = 0;        // control frames included
  std::uint64_t frames_out = 0;
  std::uint64_t bytes_in = 0;  // on the wire
  std::uint64_t bytes_out = 0;
  std::uint64_t writes = 0;        // system calls
  std::uint64_t compressions = 0;  // of messages; one to many counts once
};

class Loop {
 public:
  explicit Loop(LoopOptions options);  // starts the thread; throws std::system_error
  ~Loop();                             // stops
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;

  // Any thread. Takes the socket over, answers 101 and begins. After Stop the socket is closed at
  // once, unanswered.
  void Adopt(http::DetachedSocket socket, std::unique_ptr<Session> session);

  // Any thread. Runs `work` in the loop's thread, in the order posted; the queue has no bound, so a
  // producer that can outrun the loop must bound itself. False after Stop: `work` is dropped.
  bool Post(std::function<void()> work);

  // Loop thread only: null when it is gone.
  Connection* Find(ConnectionId id);
  // Loop thread only: one frame to many; ids that are gone are passed over. Returns how many took
  // it.
  std::size_t Broadcast(std::span<const ConnectionId> ids, const Frame& frame);
  bool InLoopThread() const;

  LoopStatistics GetStatistics() const;  // any thread

  // Any thread but the loop's. Closes all with 1001, waits for their last frames at most
  // stop_timeout, ends every session by OnClose, joins the thread. Work posted before is still run.
  // Again: no effect.
  void Stop();

 private:
  std::unique_ptr<LoopCore> core_;
};

}  // namespace fajma::ws
