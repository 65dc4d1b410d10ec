// Watches over the alarm path and the journals, and tells what is wrong by a path of its own: one thread that needs no
// broker, journal, database, bus or WebSocket, and hands over to whoever tells people.
#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "api/ws/client/client_socket.h"
#include "core/alerts/alarm_path_watch.h"
#include "core/alerts/journal_lag.h"
#include "core/domain/commit.h"
#include "core/domain/raw_message.h"
#include "core/domain/system_alert.h"
#include "core/runtime/metrics.h"

namespace fajma::cli {

class SystemWatch {
 public:
  // The end of the alarm path in this process: a WebSocket, or in one that has none the bus.
  enum class PathEnd : std::uint8_t { kSocket, kBus };

  // `every`: seconds between two probes of the self-test; 0: there is none. `counters` outlives it. `tell`: one began
  // or ended; called by its thread, returns at once.
  SystemWatch(std::int64_t every, PathEnd end, const MessageCounters& counters,
              std::function<void(const SystemAlert&)> tell);
  ~SystemWatch();  // Stop
  SystemWatch(const SystemWatch&) = delete;
  SystemWatch& operator=(const SystemWatch&) = delete;

  // Begins. `socket`: the last stretch of a path that ends there.
  void Start(std::optional<ws::ClientSocketOptions> socket);
  void Stop();

  // A subscriber of the bus. Any thread.
  void OnCommit(const Commit& commit);

  // Any thread: the names of what is present now.
  std::vector<std::string> Present() const;
  void AppendMetrics(std::string& out) const;

 private:
  AlarmPathWatch::Now Now() const;
  void Run(const std::stop_token& stop);
  void Look();
  void Set(SystemCondition condition, bool present);
  void OnSeen(std::int64_t due_at);
  void WorkSocket();
  void Wait(const std::stop_token& stop) const;

  const std::int64_t every_;
  const PathEnd end_;
  const MessageCounters& counters_;
  const std::function<void(const SystemAlert&)> tell_;

  mutable std::mutex mutex_;
  AlarmPathWatch path_;                                         // guarded by mutex_
  Micros last_delay_ = 0;                                       // guarded by mutex_; of the last probe that was seen
  std::array<SystemAlert, kSystemConditions.size()> alerts_{};  // guarded by mutex_; by condition

  // Its thread's, after Start.
  std::optional<ws::ClientSocketOptions> socket_options_;
  std::array<JournalLag, 2> lags_;  // by door
  std::unique_ptr<ws::ClientSocket> socket_;
  std::chrono::steady_clock::time_point connect_at_{};
  std::string told_;  // the last problem of the socket in the log

  int stop_fd_ = -1;
  std::jthread thread_;
};

}  // namespace fajma::cli
