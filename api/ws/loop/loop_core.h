// The inside of Loop: the thread's data, and what connections need of it. Only for this folder.
#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <span>
#include <string_view>
#include <thread>
#include <unordered_map>
#include <vector>

#include "api/http/detached_socket.h"
#include "api/ws/loop/connection.h"
#include "api/ws/loop/deflate.h"
#include "api/ws/loop/loop.h"
#include "api/ws/loop/message_reader.h"

namespace fajma::ws {

// Written by the loop's thread, read by any.
class Counter {
 public:
  void Add(std::uint64_t n = 1) { value_.store(value_.load(std::memory_order_relaxed) + n, std::memory_order_relaxed); }
  std::uint64_t Get() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<std::uint64_t> value_{0};
};

struct LoopCounters {
  Counter opened;
  Counter opened_with_deflate;
  Counter compressions;
  std::array<Counter, static_cast<std::size_t>(CloseCause::kCount)> closed;
  Counter frames_in;
  Counter frames_out;
  Counter bytes_in;
  Counter bytes_out;
  Counter writes;
};

class LoopCore {
 public:
  using Clock = Connection::Clock;

  explicit LoopCore(LoopOptions options);
  ~LoopCore();

  void Adopt(http::DetachedSocket socket, std::unique_ptr<Session> session);
  bool Post(std::function<void()> work);
  void Stop();
  Connection* Find(ConnectionId id);
  bool InLoopThread() const { return std::this_thread::get_id() == thread_id_.load(); }
  LoopStatistics GetStatistics() const;

  // For connections, in the loop's thread.
  const LoopOptions& options() const { return options_; }
  LoopCounters& counters() { return counters_; }
  DecoderPool& decoders() { return decoders_; }
  Inflater& inflater() { return inflater_; }
  Frame Compress(const Frame& frame, int window_bits);
  std::span<char> scratch() { return scratch_; }
  Clock::time_point now() const { return now_; }
  bool Watch(int operation, int fd, ConnectionId id, std::uint32_t events);
  void FlushAtTurnsEnd(Connection& connection) { dirty_.push_back(&connection); }
  void EndSessionAtTurnsEnd(Connection& connection) { ending_.push_back(&connection); }
  void DestroyAtTurnsEnd(Connection& connection) { dead_.push_back(connection.id()); }
  void ReadRestThisTurn(Connection& connection) { resumed_.push_back(connection.id()); }
  // Later, when the others have had theirs; once for each call.
  void ReadOnInATurn(Connection& connection) { unfinished_.push_back(connection.id()); }
  void ReportError(std::string_view where, std::string_view what) const;

 private:
  void Run();
  void Turn();
  void ReadUnfinished();
  void RunPosted();
  void Open(http::DetachedSocket socket, std::unique_ptr<Session> session);
  void Tick();
  void FinishTurn();
  void CloseAll();
  bool Finished() const;
  Connection* FindAny(ConnectionId id);

  const LoopOptions options_;
  LoopCounters counters_;
  std::atomic<std::thread::id> thread_id_;

  // The loop's thread only.
  DecoderPool decoders_;
  Deflater deflater_;
  Inflater inflater_;
  std::vector<char> scratch_;
  std::unordered_map<ConnectionId, std::unique_ptr<Connection>> connections_;
  // Lists of one turn; they point into connections_, which shrinks only at its end.
  std::vector<Connection*> dirty_;
  std::vector<Connection*> ending_;
  std::vector<ConnectionId> dead_;
  std::vector<ConnectionId> resumed_;
  std::deque<ConnectionId> unfinished_;  // who sends more than a turn's work: read in turn, a slice of each loop's turn
  ConnectionId last_id_ = 0;
  Clock::time_point now_;
  Clock::time_point next_tick_;
  Clock::time_point stop_deadline_;
  bool closing_all_ = false;

  http::FileDescriptor epoll_;
  http::FileDescriptor wake_;

  std::mutex mutex_;
  std::vector<std::function<void()>> posted_;  // guarded by mutex_
  bool stopped_ = false;                       // guarded by mutex_
  std::once_flag stop_once_;

  std::jthread thread_;  // last: it uses all of the above
};

}  // namespace fajma::ws
