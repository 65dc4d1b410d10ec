// Tells integrators of alerts: each active alert retained under its patient, each change as an event under its level.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <functional>
#include <mutex>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include "bridge/outgoing.h"
#include "core/domain/commit.h"

namespace fajma {

struct AlertMirrorOptions {
  PublishFunction publish;  // MqttLink::Publish
  // The changes behind a cursor, in order, at most `limit`. May throw: tried again.
  std::function<std::vector<AlertEvent>(Cursor after, std::size_t limit)> load;
  // Everything up to the cursor has been acknowledged by the broker. May throw: tried again.
  std::function<void(Cursor)> save;
  Cursor after = 0;                            // what `save` got last
  std::chrono::milliseconds poll{1'000};       // looks for changes so often, also unasked
  std::chrono::milliseconds patience{10'000};  // for the PUBACKs of one batch; then it is published again
  std::size_t batch = 100;
};

// An own checkpoint in the database: a change that the broker had not acknowledged before a crash is published again
// after it. At least once, in order; never dropped, never coalesced.
class AlertMirror {
 public:
  explicit AlertMirror(AlertMirrorOptions options);
  ~AlertMirror();
  AlertMirror(const AlertMirror&) = delete;
  AlertMirror& operator=(const AlertMirror&) = delete;

  // The subscriber of the EventBus. Any thread; wakes the mirror when the commit has alerts.
  void OnCommit(const CommitPtr& commit);

  // Before the first change is published: makes the retained messages equal to the active alerts. `retained` are the
  // topics that the broker holds (FindRetained); those of no active alert are cleared. Waits for the broker until all
  // is acknowledged or `stop`; false: stopped.
  bool Reconcile(const std::vector<Alert>& active, const std::vector<std::string>& retained,
                 const std::stop_token& stop);
  void Start();

 private:
  void Run(const std::stop_token& stop);
  bool PublishAll(const std::vector<OutgoingMessage>& messages, const std::stop_token& stop);

  const AlertMirrorOptions options_;
  std::mutex mutex_;
  std::condition_variable_any woken_;
  bool has_news_ = true;  // guarded by mutex_
  std::jthread thread_;
};

}  // namespace fajma
