// One WebSocket, as its session sees it.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "api/http/detached_socket.h"
#include "api/ws/loop/frame.h"
#include "api/ws/loop/message_reader.h"
#include "api/ws/loop/session.h"

namespace fajma::ws {

class LoopCore;

// Why a connection ended, as counted in LoopStatistics.
enum class CloseCause {
  kPeer,
  kSession,
  kLost,
  kProtocolError,
  kBadPayload,
  kTooBig,
  kSlow,
  kIdle,
  kError,
  kStopping,
  kCount,
};

// Owned by the loop, used in its thread only. A reference is valid inside a call from the loop; keep the id and ask
// Loop::Find outside. A connection that is closed in such a call stays a valid object until the loop's turn ends.
class Connection {
 public:
  using Clock = std::chrono::steady_clock;

  // `deflate_window_bits`: what the client remembers of a compressed message, 8 to 15; 0: permessage-deflate was not
  // agreed on.
  Connection(LoopCore& core, ConnectionId id, http::DetachedSocket socket, std::unique_ptr<Session> session,
             int deflate_window_bits);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  ConnectionId id() const { return id_; }
  const std::string& peer_address() const { return peer_address_; }

  // Queues a frame, compressed where the client takes that; it leaves at the end of the loop's turn, together with the
  // others of this turn. False: the connection is closing, or its client is too slow: more than max_queued_bytes would
  // wait. Then what waits is dropped and it is closed with 1013.
  bool Send(Frame frame);
  bool SendText(std::string_view text);

  // Sends what is queued, then a close frame; waits for the client to go, at most close_timeout and while it sends no
  // more than max_queued_bytes. Nothing is received any more; Session::OnClose follows at the end of the turn. Again:
  // no effect.
  void Close(std::uint16_t code, std::string_view reason = {});

  // While paused nothing is read, so no message comes (the one being delivered is finished) and the client is slowed
  // down by TCP; a paused connection is not idle.
  void PauseReading();
  void ResumeReading();

  std::size_t queued_bytes() const { return queued_bytes_; }  // not yet taken by the kernel
  bool closing() const { return state_ != State::kOpen; }

 private:
  friend class LoopCore;

  enum class State : std::uint8_t {
    kOpen,
    kClosing,  // a close frame is queued or sent; input is thrown away until the client goes, or sends too much
    kDead,     // to be destroyed at the end of the turn
  };

  // The loop's side.
  void Open(std::string_view switching_protocols);
  void OnReadable();
  void OnHangUp();
  void OnTick(Clock::time_point now);
  void ReadRest();     // after ResumeReading
  void ReadOn();       // it waited for a turn of its own
  void WaitForTurn();  // has more to read than the others should wait for
  void Flush();
  void EndSession();
  void Process(std::string_view bytes);
  void Handle(const MessageReader::Event& event);
  bool MakeRoom(std::size_t bytes);
  void DropUnsentFrames();
  void ConsumeSent(std::size_t bytes);
  void BeginClose(CloseCause cause, std::uint16_t code, std::string_view reason);
  void Die(CloseCause cause);
  void WatchEvents();
  template <typename Function>
  void CallSession(Function&& function);

  LoopCore& core_;
  const ConnectionId id_;
  const http::FileDescriptor fd_;
  const std::string peer_address_;
  const std::shared_ptr<void> place_;
  std::unique_ptr<Session> session_;
  MessageReader reader_;
  std::string unread_;        // read before it was paused, or more than one turn's work
  std::vector<Frame> queue_;  // [first_queued_, end): to be sent
  std::size_t first_queued_ = 0;
  std::size_t sent_of_first_ = 0;
  std::size_t queued_bytes_ = 0;
  std::size_t thrown_away_ = 0;  // received while closing
  Clock::time_point last_received_;
  Clock::time_point last_ping_;
  Clock::time_point close_deadline_;
  std::uint32_t watched_ = 0;  // what epoll watches for
  std::uint16_t close_code_ = 0;
  const std::uint8_t deflate_window_bits_;  // 0: without
  State state_ = State::kOpen;
  bool paused_ = false;
  bool waits_for_turn_ = false;  // LoopCore calls ReadOn; until then nothing is read
  bool dirty_ = false;           // has something to send in this turn
  bool answered_ = false;        // the 101, which is no frame, has left
  bool end_sent_ = false;
};

}  // namespace fajma::ws
