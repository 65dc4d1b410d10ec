// Cuts what is older than it is kept, in the background, at the pace that ingest leaves.
#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <stop_token>
#include <string>
#include <thread>

#include "core/store/ownership_store.h"
#include "core/store/retention_store.h"

namespace fajma {

struct RetentionOptions {
  std::int64_t days = 0;  // how long everything is kept; 0: for ever
  std::string owner;      // names this process where there are several (random, at most 36 characters); else empty
  std::chrono::milliseconds every{10 * 60 * 1000};  // from one round to the next
  std::function<Micros()> now = SystemNow;
};

// A round cuts all that is too old by now: transactions that hold the writer for less than kLongestHold each, and a
// pause after each one that leaves at least two thirds of the time to others, five sixths while somebody waits.
class Retention {
 public:
  static constexpr std::chrono::milliseconds kLongestHold{16};
  static constexpr std::int64_t kLeastRows = 20;
  static constexpr std::int64_t kMostRows = 2000;
  // A process that died is followed so long after its last word.
  static constexpr Micros kLease = 10 * kMicrosPerSecond;

  // The first round begins at once; without days there is none, and no thread. `database` outlives it.
  Retention(Database& database, RetentionOptions options);
  // Ends within one transaction.
  ~Retention();
  Retention(const Retention&) = delete;
  Retention& operator=(const Retention&) = delete;

  std::uint64_t rounds() const { return rounds_; }  // that were completed, here
  void AppendMetrics(std::string& out) const;

 private:
  using Clock = std::chrono::steady_clock;

  void Run(const std::stop_token& stop);
  void CutAll(const std::stop_token& stop);
  bool Renew();
  CutStep CutOnce(const CutEdge& plan);
  void Adapt(std::chrono::nanoseconds held);
  void TellLists(bool now);
  void Pause(const std::stop_token& stop, Clock::duration time);

  Database& database_;
  const RetentionOptions options_;
  RetentionStore store_;
  OwnershipStore ownership_;
  std::int64_t rows_ = 200;  // of the next transaction
  Clock::time_point renew_at_{};
  Clock::time_point tell_at_{};
  bool untold_ = false;  // something was cut since lists were told
  std::array<std::atomic<std::uint64_t>, kCutTableCount> cut_{};
  std::atomic<std::uint64_t> rounds_{0};
  std::mutex mutex_;  // of the pause alone
  std::condition_variable_any wakeup_;
  std::jthread thread_;
};

}  // namespace fajma
