#include "core/bus/in_process_event_bus.h"

#include <utility>

namespace fajma {

// One that was given up may come after all.
InProcessEventBus::InProcessEventBus()
    : sequencer_([this](const CommitPtr& commit) { Deliver(commit); },
                 [this](const CommitPtr& commit) { Deliver(commit); }, kMaxHeldBack + 1) {}

void InProcessEventBus::Publish(const CommitPtr& commit) {
  const std::lock_guard lock(mutex_);
  const auto now = std::chrono::steady_clock::now();
  sequencer_.Accept(commit, now);
  const auto hole = sequencer_.FindHole();
  if (hole && (sequencer_.held() > kMaxHeldBack || now - hole->since > kLongestHold)) sequencer_.Skip();
}

void InProcessEventBus::Deliver(const CommitPtr& commit) {
  for (const Subscriber& subscriber : subscribers_) subscriber(commit);
}

void InProcessEventBus::Subscribe(Subscriber subscriber) {
  const std::lock_guard lock(mutex_);
  subscribers_.push_back(std::move(subscriber));
}

}  // namespace fajma
