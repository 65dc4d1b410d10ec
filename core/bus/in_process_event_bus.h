#pragma once

#include <chrono>
#include <mutex>
#include <vector>

#include "core/bus/commit_sequencer.h"
#include "core/bus/event_bus.h"

namespace fajma {

// Calls each subscriber in turn, under a lock. Several threads commit (ingest, REST writes): a commit that is published
// before the one with the number below it is held back until that one has come, which is a matter of microseconds.
class InProcessEventBus final : public EventBus {
 public:
  InProcessEventBus();
  void Publish(const CommitPtr& commit) override;
  void Subscribe(Subscriber subscriber) override;

  // More than so many held back, or one for longer: the missing one will not come (its writer lost its connection in
  // the commit); the subscribers see the hole.
  static constexpr std::size_t kMaxHeldBack = 4096;
  static constexpr std::chrono::milliseconds kLongestHold{1000};

 private:
  void Deliver(const CommitPtr& commit);

  std::mutex mutex_;
  std::vector<Subscriber> subscribers_;  // guarded by mutex_
  CommitSequencer sequencer_;            // guarded by mutex_
};

}  // namespace fajma
