// Carries commits from the transaction that made them to whoever tells the outside.
#pragma once

#include <functional>

#include "core/domain/commit.h"

namespace fajma {

class EventBus {
 public:
  using Subscriber = std::function<void(const CommitPtr&)>;
  virtual ~EventBus() = default;

  // Called by the thread that committed, in the order of the commit numbers (dense, from the view of one process).
  // Never blocks on a subscriber's work: subscribers only hand over.
  virtual void Publish(const CommitPtr& commit) = 0;

  // Before the first Publish. The subscriber is called in the publisher's thread and must return at once.
  virtual void Subscribe(Subscriber subscriber) = 0;
};

}  // namespace fajma
