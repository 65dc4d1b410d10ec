#include "bridge/alert_mirror.h"

#include <algorithm>
#include <exception>
#include <memory>
#include <optional>
#include <unordered_set>
#include <utility>

#include "bridge/payloads.h"
#include "bridge/topics.h"
#include "core/json/frames.h"
#include "core/runtime/log.h"

namespace fajma {
namespace {

// What of a batch is not acknowledged yet. Shared with the callbacks, which may outlive the waiting.
struct Progress {
  std::mutex mutex;
  std::condition_variable_any changed;
  std::size_t open = 0;
  bool failed = false;
};

std::optional<OutgoingMessage> RetainedMessage(const Alert& alert) {
  if (alert.patient == nullptr) return std::nullopt;
  const auto topic = PatientAlertTopic(alert.patient->identifier, alert.id);
  if (!topic) {
    log::Warn("a patient's identifier is not fit for a topic", "alert " + std::to_string(alert.id));
    return std::nullopt;
  }
  OutgoingMessage message;
  message.topic = *topic;
  message.retain = true;
  if (!alert.resolved_at) message.payload = PatientAlertPayload(alert);  // empty: the broker forgets it
  return message;
}

void AppendMessages(const AlertEvent& event, std::vector<OutgoingMessage>& messages) {
  if (auto retained = RetainedMessage(event.alert)) messages.push_back(*std::move(retained));
  OutgoingMessage change;
  change.topic = AlertLevelTopic(event.alert.level);
  change.payload = AlertFrame(event);
  messages.push_back(std::move(change));
}

}  // namespace

AlertMirror::AlertMirror(AlertMirrorOptions options) : options_(std::move(options)) {
  thread_ = std::jthread([this](const std::stop_token& stop) { Run(stop); });
}

AlertMirror::~AlertMirror() {
  thread_.request_stop();
  thread_.join();
}

void AlertMirror::OnCommit(const CommitPtr& commit) {
  if (commit->alerts.empty()) return;
  const std::lock_guard lock(mutex_);
  has_news_ = true;
  woken_.notify_one();
}

bool AlertMirror::WaitForNews(std::chrono::milliseconds time, const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  woken_.wait_for(lock, stop, time, [this] { return has_news_; });
  has_news_ = false;
  return !stop.stop_requested();
}

void AlertMirror::Run(const std::stop_token& stop) {
  std::optional<Cursor> after;
  std::string told;
  while (!stop.stop_requested()) {
    try {
      if (!after) {
        const Cursor saved = options_.load_cursor();
        if (!Reconcile(stop)) {
          WaitForNews(options_.poll, stop);
          continue;
        }
        after = saved;
      }
      const bool more = PublishNext(*after, stop);
      told.clear();
      if (!more) WaitForNews(options_.poll, stop);
    } catch (const std::exception& error) {
      if (told != error.what()) log::Warn("alerts are not published", error.what());
      told = error.what();
      WaitForNews(options_.poll, stop);
    }
  }
}

// The changes behind the saved cursor come again as events after it; the retained messages are the present already.
bool AlertMirror::Reconcile(const std::stop_token& stop) {
  const auto retained = options_.find_retained();
  if (!retained) return false;
  std::vector<OutgoingMessage> messages;
  std::unordered_set<std::string> present;
  for (const Alert& alert : options_.load_active()) {
    auto message = RetainedMessage(alert);
    if (!message || message->payload.empty()) continue;
    present.insert(message->topic);
    messages.push_back(*std::move(message));
  }
  for (const std::string& topic : *retained) {
    if (present.contains(topic)) continue;
    OutgoingMessage clear;
    clear.topic = topic;
    clear.retain = true;
    messages.push_back(std::move(clear));
  }
  return PublishAll(messages, stop);
}

// True: there may be more.
bool AlertMirror::PublishNext(Cursor& after, const std::stop_token& stop) {
  const std::vector<AlertEvent> events = options_.load(after, options_.batch);
  if (events.empty()) return false;
  std::vector<OutgoingMessage> messages;
  for (const AlertEvent& event : events) AppendMessages(event, messages);
  if (!PublishAll(messages, stop)) return true;
  options_.save(events.back().cursor);
  after = events.back().cursor;
  return true;
}

// True when the broker has acknowledged each of them. The order is kept also when one is not: those behind it are
// published again with it.
bool AlertMirror::PublishAll(const std::vector<OutgoingMessage>& messages, const std::stop_token& stop) {
  const auto progress = std::make_shared<Progress>();
  const auto done = [progress](bool acknowledged) {
    const std::lock_guard lock(progress->mutex);
    --progress->open;
    progress->failed = progress->failed || !acknowledged;
    progress->changed.notify_all();
  };
  for (const OutgoingMessage& message : messages) {
    {
      const std::lock_guard lock(progress->mutex);
      if (progress->failed) break;
      ++progress->open;
    }
    while (!options_.publish(message, done)) {
      if (!WaitForNews(options_.retry, stop)) return false;
      const std::lock_guard lock(progress->mutex);
      if (progress->failed) return false;
    }
  }
  std::unique_lock lock(progress->mutex);
  const bool answered = progress->changed.wait_for(lock, stop, options_.patience,
                                                   [&] { return progress->open == 0 || progress->failed; });
  return answered && !progress->failed;
}

}  // namespace fajma
