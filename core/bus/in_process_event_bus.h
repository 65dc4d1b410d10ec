#pragma once

#include <mutex>
#include <vector>

#include "core/bus/event_bus.h"

namespace fajma {

// Calls each subscriber in turn, under a lock: commits of the ingest thread and of REST writers stay in order.
class InProcessEventBus final : public EventBus {
 public:
  void Publish(const CommitPtr& commit) override;
  void Subscribe(Subscriber subscriber) override;

 private:
  std::mutex mutex_;
  std::vector<Subscriber> subscribers_;  // guarded by mutex_
};

}  // namespace fajma
