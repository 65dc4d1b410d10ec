// One WebSocket, as its session sees it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "api/ws/loop/frame.h"
#include "api/ws/loop/session.h"

namespace fajma::ws {

class Loop;

// Owned by the loop, used in its thread only. A reference is valid inside a call from the loop;
// keep the id and ask Loop::Find outside. A connection that is closed in such a call stays a valid
// object until the loop's turn ends.
class Connection {
 public:
  struct State;  // the loop's side

  explicit Connection(std::unique_ptr<State> state);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  ConnectionId id() const;
  const std::string& peer_address() const;
  Session& session() const;

  // Queues a frame; it leaves at the end of the loop's turn, together with the others of this turn.
  // False: the connection is closing, or its client is too slow: more than max_queued_bytes would
  // wait; then it is closed with 1013.
  bool Send(Frame frame);
  bool SendText(std::string_view text);

  // Sends what is queued, then a close frame; waits for the client's, at most close_timeout.
  // Nothing is received any more. Again: no effect.
  void Close(std::uint16_t code, std::string_view reason = {});

  // While paused nothing is read, so no message comes (a message already being delivered is
  // finished) and the client is slowed down by TCP; a paused connection is not idle.
  void PauseReading();
  void ResumeReading();

  std::size_t queued_bytes() const;  // not yet taken by the kernel
  bool closing() const;

 private:
  friend class Loop;
  std::unique_ptr<State> state_;
};

}  // namespace fajma::ws
