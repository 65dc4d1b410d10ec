// Carries commits from the transaction that made them to whoever tells the outside.
#pragma once

#include <functional>

#include "core/domain/commit.h"

namespace fajma {

class EventBus {
 public:
  using Subscriber = std::function<void(const CommitPtr&)>;
  virtual ~EventBus() = default;

  // Any thread: tells of a commit that has taken place. Never waits for a subscriber's work: subscribers hand over.
  virtual void Publish(const CommitPtr& commit) = 0;

  // Before the first Publish. The subscriber gets each commit of every process in the order of the numbers, without a
  // hole; what has no number, at once. It is called in whichever thread, one call at a time, and must return at once.
  virtual void Subscribe(Subscriber subscriber) = 0;
};

}  // namespace fajma
