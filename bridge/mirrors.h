// Tells integrators the newest values, and devices what became of their messages.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <queue>
#include <stop_token>
#include <string>
#include <thread>
#include <unordered_map>
#include <vector>

#include "bridge/news.h"
#include "bridge/news2_mirror.h"
#include "bridge/outgoing.h"
#include "core/domain/commit.h"
#include "core/domain/time.h"

namespace fajma {

struct MirrorsOptions {
  PublishFunction publish;                    // MqttLink::Publish
  std::chrono::milliseconds interval{1'000};  // a value of one patient and measure at most once in this time
  std::chrono::seconds expiry{15};            // so long after its receipt a value is stale, and cleared
  std::chrono::milliseconds retry{20};        // when `publish` took nothing
  std::size_t max_queued_messages = 20'000;   // of commits that the mirror's thread has not looked at
  std::size_t max_acks = 100'000;             // devices and boots
  std::size_t max_rejects = 10'000;
  std::function<Micros()> now = SystemNow;
};

// The newest value is state: what was not published yet is replaced by what is newer, and an ack covers those before
// it. So while the broker is away nothing grows but acks of ever more devices and rejects; beyond their limits new acks
// and the oldest rejects are dropped and counted (a device sends again what is not acknowledged). When the thread is
// behind by more than max_queued_messages, the caller of OnCommit coalesces. Late readings are not mirrored.
class Mirrors {
 public:
  explicit Mirrors(MirrorsOptions options);
  ~Mirrors();  // what is not published by then is not: the next start reconciles, a device sends again
  Mirrors(const Mirrors&) = delete;
  Mirrors& operator=(const Mirrors&) = delete;

  // --- any thread ---
  // The subscriber of the EventBus: hands over and returns.
  void OnCommit(const CommitPtr& commit);
  // At start: the newest stored message of each device. What is not stale is published as if it had just come in.
  void Reconcile(const std::vector<StoredMessage>& newest);
  std::uint64_t dropped() const { return dropped_; }  // acks and rejects

 private:
  using Clock = std::chrono::steady_clock;

  struct Value {
    NewestValue newest;
    std::string topic;
    bool fresh = false;                                   // not published yet
    Clock::time_point next_at{};                          // not published before
    Clock::time_point stale_at{};                         // cleared then
    Clock::time_point due_at = Clock::time_point::max();  // of the one entry in due_ that counts
  };
  struct Due {
    Clock::time_point at;
    ValueKey key;
    bool operator>(const Due& other) const { return at > other.at; }
  };
  struct Owner {
    std::int64_t patient_id = 0;
    Cursor since = 0;
  };

  void Run(const std::stop_token& stop);
  void Collect();
  void Adopt(const ValueKey& key, NewestValue&& newest, Clock::time_point now);
  bool IsFormerPatient(const ValueKey& key, const NewestValue& newest);
  bool PublishAll();
  bool PublishAcks();
  bool PublishRejects();
  bool PublishValues();
  bool PublishScores() { return scores_.Publish(options_.now()); }
  bool PublishValue(Value& value);
  bool Clear(const Value& value);
  void Schedule(const ValueKey& key, Value& value);
  Clock::time_point NextDue() const;

  const MirrorsOptions options_;
  std::atomic<std::uint64_t> dropped_{0};

  std::mutex mutex_;
  std::condition_variable_any woken_;
  std::vector<CommitPtr> queue_;     // guarded by mutex_
  std::size_t queued_messages_ = 0;  // guarded by mutex_
  News overflow_;                    // guarded by mutex_; came after queue_
  bool overflowed_ = false;          // guarded by mutex_

  // --- the mirror's thread ---
  News news_;
  std::unordered_map<ValueKey, Value, KeyHash> values_;
  std::priority_queue<Due, std::vector<Due>, std::greater<>> due_;
  std::unordered_map<std::int64_t, Owner> owners_;  // by device
  News2Mirror scores_;

  std::jthread thread_;
};

}  // namespace fajma
