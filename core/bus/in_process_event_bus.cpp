#include "core/bus/in_process_event_bus.h"

#include <utility>

namespace fajma {

void InProcessEventBus::Publish(const CommitPtr& commit) {
  const std::lock_guard lock(mutex_);
  for (const Subscriber& subscriber : subscribers_) subscriber(commit);
}

void InProcessEventBus::Subscribe(Subscriber subscriber) {
  const std::lock_guard lock(mutex_);
  subscribers_.push_back(std::move(subscriber));
}

}  // namespace fajma
