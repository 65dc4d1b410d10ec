#include "core/bus/in_process_event_bus.h"

#include <utility>

namespace fajma {

void InProcessEventBus::Publish(const CommitPtr& commit) {
  const std::lock_guard lock(mutex_);
  if (commit->number == 0) return Deliver(commit);
  if (next_ == 0) next_ = commit->number;
  held_back_[commit->number] = commit;
  if (held_back_.size() > kMaxHeldBack) next_ = held_back_.begin()->first;
  while (!held_back_.empty() && held_back_.begin()->first <= next_) {
    const CommitPtr ready = held_back_.begin()->second;
    held_back_.erase(held_back_.begin());
    next_ = ready->number + 1;
    Deliver(ready);
  }
}

void InProcessEventBus::Deliver(const CommitPtr& commit) {
  for (const Subscriber& subscriber : subscribers_) subscriber(commit);
}

void InProcessEventBus::Subscribe(Subscriber subscriber) {
  const std::lock_guard lock(mutex_);
  subscribers_.push_back(std::move(subscriber));
}

}  // namespace fajma
