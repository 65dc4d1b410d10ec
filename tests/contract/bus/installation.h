// Processes on one commit log, each with a bus and a subscriber that writes down what it gets.
#pragma once

#include <gtest/gtest.h>

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "core/bus/in_process_event_bus.h"
#include "core/bus/redis_event_bus.h"
#include "tests/contract/bus/fake_commit_log.h"
#include "tests/support/redis_server.h"

namespace fajma::test {

class Installation {
 public:
  enum class Kind { kInProcess, kRedis };

  explicit Installation(Kind kind);

  std::size_t size() const { return processes_.size(); }
  FakeCommitLog& log() { return log_; }
  RedisServer& redis() { return *redis_; }
  RedisEventBus& bus(std::size_t process) { return *processes_[process]->redis_bus; }

  // A transaction of that process: its number is taken, then it is told of.
  void Commit(std::size_t process);
  // The same, and nobody is told: the process dies before it could.
  void CommitInSilence(std::size_t process);
  CommitPtr Append(std::size_t process) { return log_.Append(process + 1); }
  void Publish(std::size_t process, const CommitPtr& commit) { processes_[process]->bus->Publish(commit); }
  void Notify(std::size_t process, const std::string& topic);

  void AwaitConnected(bool connected);
  void AwaitAll();
  void AwaitNotices(std::size_t count);
  // Every process has got a notice, or was told since ForgetMissed that it may have missed one.
  void ForgetMissed();
  void AwaitNoticeOrMissed();
  // Every process got 1, 2, 3, … with the right content, each once.
  void ExpectEqualLogs();
  // Each process got the outcomes of its own commits, once, and no others.
  void ExpectOwnOutcomes();

 private:
  struct Process {
    std::mutex mutex;
    std::vector<std::int64_t> numbers;   // guarded by mutex; of commits that were given with their messages
    std::vector<std::int64_t> outcomes;  // guarded by mutex; numbers of commits that came with outcomes
    std::size_t wrong = 0;               // guarded by mutex; messages that are not what was committed
    std::size_t notices = 0;             // guarded by mutex
    std::size_t missed = 0;              // guarded by mutex; how often it was told so
    std::unique_ptr<EventBus> bus;
    RedisEventBus* redis_bus = nullptr;
  };
  void Add(Kind kind);
  static void Note(Process& process, const fajma::Commit& commit);

  FakeCommitLog log_;
  std::optional<RedisServer> redis_;
  std::vector<std::unique_ptr<Process>> processes_;
};

}  // namespace fajma::test
