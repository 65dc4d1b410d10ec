// The alerts where several processes write: whichever of them owns the work evaluates the commits of all.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <mutex>
#include <stop_token>
#include <string>
#include <thread>

#include "core/bus/event_bus.h"
#include "core/ingest/alert_consumer.h"
#include "core/store/database.h"
#include "core/store/ownership_store.h"

namespace fajma {

class AlertRunner {
 public:
  // Subscribes to the bus, which must publish nothing more when this ends. `owner` names the process: random, at most
  // 36 characters.
  AlertRunner(Database& database, EventBus& bus, std::string owner,
              const EscalationDelays& delays = kDefaultEscalation);
  // Leaves the work to another process.
  ~AlertRunner();
  AlertRunner(const AlertRunner&) = delete;
  AlertRunner& operator=(const AlertRunner&) = delete;

  bool owns() const { return owns_; }

  // Messages that wait; beyond, they are read from the database again.
  static constexpr std::size_t kMaxQueued = 100'000;
  // A process that died is followed so long after its last word.
  static constexpr Micros kLease = 5 * kMicrosPerSecond;

 private:
  void OnCommit(const CommitPtr& commit);
  void Run(const std::stop_token& stop);
  void Own(const std::stop_token& stop);
  bool Renew();
  std::deque<CommitPtr> WaitForCommits(const std::stop_token& stop, std::chrono::steady_clock::time_point until);

  EventBus& bus_;
  const std::string owner_;
  OwnershipStore ownership_;
  AlertConsumer consumer_;
  std::atomic<bool> owns_{false};

  std::mutex mutex_;
  std::condition_variable_any wakeup_;
  std::deque<CommitPtr> queue_;  // guarded by mutex_; empty while another process owns the work
  std::size_t queued_ = 0;       // guarded by mutex_; messages of queue_
  bool overrun_ = false;         // guarded by mutex_; some were passed over

  std::jthread thread_;
};

}  // namespace fajma
