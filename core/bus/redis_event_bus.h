// The bus of several processes: commits go by Redis, and by the database wherever Redis lacks one.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include "core/bus/commit_sequencer.h"
#include "core/bus/event_bus.h"
#include "core/bus/redis_connection.h"

namespace fajma {

struct RedisBusOptions {
  RedisAddress address;
  std::string channel;        // of all processes on one database
  std::uint64_t process = 0;  // of this one, random
  // The greatest commit number in the database. May throw std::exception: asked again.
  std::function<std::int64_t()> newest_commit;
  // Commits of these numbers as the database has them: from `first` on, none left out, at least one when `first` is
  // committed. May throw std::exception: asked again.
  std::function<std::vector<CommitPtr>(std::int64_t first, std::int64_t last)> load;
  std::function<void(const char* event, const std::string& detail)> on_problem;  // any thread

  std::chrono::milliseconds hole_patience{50};    // so long a missing commit may be on its way
  std::chrono::milliseconds poll_connected{500};  // the database is asked for the newest commit so often
  std::chrono::milliseconds poll_away{50};        // while Redis is away
  std::chrono::milliseconds timeout{2'000};       // for Redis to answer
  std::chrono::milliseconds first_retry{50};
  std::chrono::milliseconds last_retry{1'000};
  std::size_t max_queued = 100'000;  // messages and commits that wait for Redis; beyond, the oldest are dropped
  std::size_t max_held = 1'000;      // waiting for a missing commit; beyond, they are read again
};

// What this process publishes goes to its own subscribers at once, and to those of the others by PUBLISH. Redis keeps
// nothing, so what a process missed is found as a hole in the numbers, or by asking the database, and read from there.
// What has a number is never lost; what has none (a status, a notice) waits for Redis up to max_queued, and is lost to
// a process that was not connected: OnNoticesMissed tells it that it may have been.
class RedisEventBus final : public EventBus {
 public:
  explicit RedisEventBus(RedisBusOptions options);
  ~RedisEventBus() override;
  RedisEventBus(const RedisEventBus&) = delete;
  RedisEventBus& operator=(const RedisEventBus&) = delete;

  void Publish(const CommitPtr& commit) override;
  void Subscribe(Subscriber subscriber) override;
  // Called whenever what has no number may have been missed: at each connection to Redis, and every second without
  // one. By a thread of the bus. Before Start.
  void OnNoticesMissed(std::function<void()> subscriber) { on_missed_ = std::move(subscriber); }
  // After the last Subscribe: begins to listen.
  void Start();
  // Hands what is queued to Redis, if it is there, and ends the threads: no subscriber is called any more but by
  // Publish.
  void Stop();

  bool connected() const { return listening_ && sending_; }
  void AppendMetrics(std::string& out) const;

 private:
  using Clock = std::chrono::steady_clock;

  void Deliver(const CommitPtr& commit);
  void DeliverRest(const CommitPtr& commit);
  void Send(const std::stop_token& stop);
  std::vector<std::string> TakeQueued(const std::stop_token& stop);
  void Enqueue(const CommitPtr& commit);
  void Listen(const std::stop_token& stop);
  void ListenTo(RedisConnection& connection, const std::stop_token& stop);
  void Take(const std::string& text);
  void ReadTail(const std::stop_token& stop);
  bool Fill();
  std::optional<CommitSequencer::Hole> FindOldHole();
  void Pause(std::chrono::milliseconds time, const std::stop_token& stop);
  void Report(const char* event, const std::string& detail);

  const RedisBusOptions options_;
  std::function<void()> on_missed_;
  std::atomic<bool> listening_{false};
  std::atomic<bool> sending_{false};
  std::atomic<std::uint64_t> filled_{0};
  std::atomic<std::uint64_t> dropped_{0};
  std::atomic<std::uint64_t> refused_{0};
  std::atomic<std::uint64_t> skipped_{0};

  std::mutex mutex_;
  std::condition_variable_any hole_seen_;
  std::vector<Subscriber> subscribers_;  // guarded by mutex_
  CommitSequencer sequencer_;            // guarded by mutex_
  std::int64_t overdue_ = 0;             // the tail's thread: up to this number nothing is waited for any more

  std::mutex queue_mutex_;
  std::condition_variable_any queue_filled_;
  std::deque<CommitPtr> queue_;  // guarded by queue_mutex_
  std::size_t queued_ = 0;       // guarded by queue_mutex_; weights of queue_

  int stop_fd_ = -1;
  std::jthread sender_;
  std::jthread listener_;
  std::jthread tail_;
};

}  // namespace fajma
