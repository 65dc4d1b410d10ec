#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <mutex>
#include <vector>

#include "core/bus/event_bus.h"

namespace fajma {

// Calls each subscriber in turn, under a lock. Several threads commit (ingest, REST writes): a commit that is published
// before the one with the number below it is held back until that one has come, which is a matter of microseconds.
class InProcessEventBus final : public EventBus {
 public:
  void Publish(const CommitPtr& commit) override;
  void Subscribe(Subscriber subscriber) override;

  // More than so many held back, or one for longer: the missing one will not come (another process's, or one whose
  // writer lost its connection in the commit); the subscribers see the hole.
  static constexpr std::size_t kMaxHeldBack = 64;
  static constexpr std::chrono::milliseconds kLongestHold{1000};

 private:
  void Deliver(const CommitPtr& commit);

  std::mutex mutex_;
  std::vector<Subscriber> subscribers_;               // guarded by mutex_
  std::int64_t next_ = 0;                             // guarded by mutex_; 0: nothing came yet
  std::map<std::int64_t, CommitPtr> held_back_;       // guarded by mutex_
  std::chrono::steady_clock::time_point held_since_;  // guarded by mutex_; when the first of them came
};

}  // namespace fajma
