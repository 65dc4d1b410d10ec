// The socket of one HTTP connection: reads, writes, and says what to wait for.
#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <span>
#include <string>

#include "api/http/connection.h"

namespace fajma::http {

// Used by the worker that owns the socket. Does not own the descriptor: Pistache's peer does.
class Client {
 public:
  enum class Next { kWait, kClose, kDetach };

  Client(int fd, const Connection::Environment& environment, std::string peer_address, std::shared_ptr<void> place,
         Connection::Clock::time_point now)
      : fd_(fd), place_(std::move(place)), connection_(environment, std::move(peer_address), now) {}

  // One turn: sends, reads into `scratch`, answers, as far as it goes without waiting and within a bound. kDetach: has
  // an accepted handshake and nothing to send.
  Next Work(std::span<char> scratch, Connection::Clock::time_point now);
  // The same for a connection whose time may be up.
  Next CheckTimeouts(std::span<char> scratch, Connection::Clock::time_point now);

  // Whether the socket must be watched for being writable.
  bool wants_write() const { return !connection_.output().empty() || connection_.HasWaitingInput(); }
  // Whether Work stopped with bytes perhaps left to read, so that the watch must be set anew.
  bool unread() const { return unread_; }
  bool watched_for_write() const { return watched_for_write_; }
  void set_watched_for_write(bool value) { watched_for_write_ = value; }

  // Shuts the socket, unanswered: from now on Work says kClose.
  void TurnAway();

  Connection& connection() { return connection_; }
  const Connection& connection() const { return connection_; }
  const std::shared_ptr<void>& place() const { return place_; }
  int fd() const { return fd_; }

 private:
  // False: the connection is lost.
  bool Flush(Connection::Clock::time_point now);
  enum class ReadResult { kGotBytes, kNothingNow, kEnd, kLost };
  ReadResult Read(std::span<char> scratch, Connection::Clock::time_point now);

  const int fd_;
  const std::shared_ptr<void> place_;
  bool turned_away_ = false;
  bool unread_ = false;
  bool peer_ended_ = false;
  bool end_sent_ = false;
  bool watched_for_write_ = false;
  Connection connection_;
};

}  // namespace fajma::http
