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
#include "core/domain/alert.h"
#include "core/domain/commit.h"

namespace fajma {

struct AlertMirrorOptions {
  PublishFunction publish;  // MqttLink::Publish
  // The changes behind a cursor, in order, at most `limit`. May throw std::exception: tried again.
  std::function<std::vector<AlertEvent>(Cursor after, std::size_t limit)> load;
  // Everything up to the cursor has been acknowledged by the broker. May throw std::exception: tried again.
  std::function<void(Cursor)> save;
  // What `save` got last, or 0. Asked once, by the mirror's thread. May throw std::exception: tried again.
  std::function<Cursor()> load_cursor;
  // At start: the alerts that are present. May throw std::exception: tried again.
  std::function<std::vector<Alert>()> load_active;
  // At start: the topics under which the broker holds retained alerts (FindRetained). Absent: it did not answer.
  std::function<std::optional<std::vector<std::string>>()> find_retained;

  std::chrono::milliseconds poll{1'000};       // looks for changes so often, also unasked
  std::chrono::milliseconds retry{100};        // when `publish` took nothing, or a function threw
  std::chrono::milliseconds patience{10'000};  // for the PUBACKs of one batch; then it is published again
  std::size_t batch = 100;
};

// First makes the broker's retained alerts equal to those that are present, then publishes each change, in order and
// at least once: a change whose PUBACK was not seen before a crash is published again after it. None is dropped or
// coalesced; while the broker is away they wait in the database.
class AlertMirror {
 public:
  explicit AlertMirror(AlertMirrorOptions options);
  ~AlertMirror();
  AlertMirror(const AlertMirror&) = delete;
  AlertMirror& operator=(const AlertMirror&) = delete;

  // The subscriber of the EventBus. Any thread: wakes the mirror when the commit has alerts.
  void OnCommit(const CommitPtr& commit);

 private:
  void Run(const std::stop_token& stop);
  bool Reconcile(const std::stop_token& stop);
  bool PublishNext(Cursor& after, const std::stop_token& stop);
  bool PublishAll(const std::vector<OutgoingMessage>& messages, const std::stop_token& stop);
  bool WaitForNews(std::chrono::milliseconds time, const std::stop_token& stop);

  const AlertMirrorOptions options_;
  std::mutex mutex_;
  std::condition_variable_any woken_;
  bool has_news_ = false;  // guarded by mutex_
  std::jthread thread_;
};

}  // namespace fajma
