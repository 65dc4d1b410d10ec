// Who read which patient's data: noted in memory by the minute, written by a thread of its own.
#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <tuple>
#include <unordered_map>
#include <vector>

#include "core/store/access_store.h"

namespace fajma::auth {

// Thread-safe. Counts of one user, patient, route and minute are one entry. Entries are written every few seconds, in
// transactions of at most 500, and when the journal ends; a crash loses those of the last seconds. A database that is
// away is asked again. At most 64 × 1,024 entries wait; what is noted beyond them is counted as lost.
class AccessJournal {
 public:
  explicit AccessJournal(AccessStore& store, std::chrono::milliseconds write_every = std::chrono::seconds(5));
  ~AccessJournal();
  AccessJournal(const AccessJournal&) = delete;
  AccessJournal& operator=(const AccessJournal&) = delete;

  // `patient_id`: kAnyPatient for all whom the user may see. `route` is a literal: it is kept as it is. Takes a lock
  // that threads hardly share, and waits for nothing.
  void Note(std::int64_t user_id, std::int64_t patient_id, std::string_view route, Micros now);

  // Writes what has been noted so far. False: the database is away, it waits on.
  bool Write();

  std::uint64_t lost() const { return lost_.load(std::memory_order_relaxed); }

 private:
  struct Key {
    Micros minute = 0;
    std::int64_t user_id = 0;
    std::int64_t patient_id = 0;
    std::string_view route;
    bool operator==(const Key&) const = default;
  };
  struct KeyHash {
    std::size_t operator()(const Key& key) const noexcept;
  };
  using Counts = std::unordered_map<Key, std::int64_t, KeyHash>;
  struct alignas(64) Shard {
    std::mutex mutex;
    Counts counts;  // guarded by mutex
  };
  static constexpr std::size_t kShards = 64;
  static constexpr std::size_t kMaxOfShard = 1024;
  static constexpr std::size_t kMaxWaiting = kShards * kMaxOfShard;

  void Run(const std::stop_token& stop);
  void Collect();  // under write_mutex_

  AccessStore& store_;
  const std::chrono::milliseconds write_every_;
  std::array<Shard, kShards> shards_;
  std::atomic<std::uint64_t> lost_{0};
  std::mutex write_mutex_;  // held while the database is written
  Counts waiting_;          // guarded by write_mutex_
  std::mutex wake_mutex_;
  std::condition_variable_any wake_;
  std::atomic<bool> filling_{false};  // a shard is half full
  std::jthread thread_;
};

}  // namespace fajma::auth
