// Keeps the list of users' sockets: who has which open, since when, and when it last showed life.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <stop_token>
#include <string>
#include <thread>
#include <unordered_map>

#include "api/ws/loop/connection.h"
#include "core/store/session_store.h"

namespace fajma::ws {

// Thread-safe; nothing waits for the database. Openings and closings are written within a second, many in a
// transaction, signs of life all together every 30 s. While the database is away everything waits; a socket that opens
// and closes meanwhile leaves no trace. Bounded by the sockets that are open, and kMaxClosed that are not.
class SessionRecorder {
 public:
  // What an earlier run of `process` left open is closed. Throws DatabaseError.
  SessionRecorder(Database& database, std::string process);
  ~SessionRecorder();  // closes all, as far as the database is there
  SessionRecorder(const SessionRecorder&) = delete;
  SessionRecorder& operator=(const SessionRecorder&) = delete;

  void Open(ConnectionId id, SocketSession session);  // `channel` is given here
  void Touch(ConnectionId id);
  void Close(ConnectionId id);

  static constexpr std::size_t kMaxClosed = 20'000;

 private:
  struct Entry {
    SocketSession session;  // its id: 0 until it is written
    bool touched = false;
    bool closed = false;
  };

  void Run(const std::stop_token& stop);
  void WriteOpenings();
  bool WriteSomeOpenings();  // false: there are none
  void WriteClosings();
  void WriteTouches();

  SessionStore store_;
  const std::string process_;
  std::mutex mutex_;
  std::condition_variable_any wakeup_;
  std::unordered_map<ConnectionId, Entry> entries_;  // guarded by mutex_
  std::size_t closed_ = 0;                           // guarded by mutex_: of the entries
  bool changed_ = false;                             // guarded by mutex_
  std::jthread thread_;
};

}  // namespace fajma::ws
