#include "core/bus/in_process_event_bus.h"

#include <algorithm>
#include <utility>

namespace fajma {

void InProcessEventBus::Publish(const CommitPtr& commit) {
  const std::lock_guard lock(mutex_);
  if (commit->number == 0) return Deliver(commit);
  if (next_ == 0) next_ = commit->number;
  const auto now = std::chrono::steady_clock::now();
  if (held_back_.empty()) held_since_ = now;
  held_back_[commit->number] = commit;
  if (held_back_.size() > kMaxHeldBack || now - held_since_ > kLongestHold) next_ = held_back_.begin()->first;
  while (!held_back_.empty() && held_back_.begin()->first <= next_) {
    const CommitPtr ready = held_back_.begin()->second;
    held_back_.erase(held_back_.begin());
    next_ = std::max(next_, ready->number + 1);  // one that was given up may come after all
    held_since_ = now;                           // what is still held waits for another one
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
