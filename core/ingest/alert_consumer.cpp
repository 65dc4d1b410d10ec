#include "core/ingest/alert_consumer.h"

#include <memory>
#include <utility>

#include "core/runtime/log.h"
#include "core/store/ownership_store.h"

namespace fajma {
namespace {

constexpr std::int64_t kPage = 1000;
// Without alerts the checkpoint is written this often: a crash evaluates so much again, with the same result.
constexpr std::chrono::seconds kCheckpointEvery{2};

}  // namespace

AlertConsumer::AlertConsumer(Database& database, std::string owner)
    : database_(database), owner_(std::move(owner)), alerts_(database), readings_(database), thresholds_(database) {}

void AlertConsumer::Recover(EventBus& bus) {
  engine_.Clear();
  requests_.clear();
  judging_generation_ = -1;
  ReloadIfChanged();
  seen_ = alerts_.GetCheckpoint(kAlertConsumer);
  for (;;) {
    const FeedPage<StoredMessage> page = readings_.MessagesAfter(std::nullopt, seen_, kPage);
    Evaluate(page.rows);
    if (!page.rows.empty()) seen_ = page.rows.back().cursor;
    Store(bus);
    if (page.complete) return;
    seen_ = page.next;
  }
}

void AlertConsumer::Consume(const Commit& commit, EventBus& bus) {
  if (commit.messages.empty() && requests_.empty()) return;
  try {
    // What the engine has asked for must be stored first: it takes those alerts for present.
    if (requests_.empty()) ReloadIfChanged();
  } catch (const DatabaseError& error) {
    log::Error("thresholds could not be read; trying again", error.what());
  }
  if (!commit.messages.empty() && commit.messages.back().cursor > seen_) {
    Evaluate(commit.messages);
    seen_ = commit.messages.back().cursor;
  }
  const auto now = std::chrono::steady_clock::now();
  if (requests_.empty() && now < checkpoint_due_) return;
  try {
    Store(bus);
    checkpoint_due_ = now + kCheckpointEvery;
  } catch (const OwnershipLost&) {
    throw;
  } catch (const DatabaseError& error) {
    log::Error("alerts could not be stored; trying again", error.what());
  }
}

void AlertConsumer::ReloadIfChanged() {
  const std::int64_t generation = database_.judging_generation();  // before it is read: what comes later counts anew
  if (generation == judging_generation_) return;
  engine_.Reload(thresholds_.Load(), alerts_.LoadPresent());
  judging_generation_ = generation;
}

void AlertConsumer::Evaluate(const std::vector<StoredMessage>& messages) {
  for (const StoredMessage& message : messages) engine_.OnMessage(message, requests_);
}

void AlertConsumer::Store(EventBus& bus) {
  auto commit = std::make_shared<Commit>();
  commit->alerts = alerts_.Apply(requests_, seen_, SystemNow(), owner_);
  requests_.clear();
  // One transaction is one commit number; more than fit into one are several.
  while (!commit->alerts.empty()) {
    auto part = std::make_shared<Commit>();
    part->number = CommitOf(commit->alerts.front().cursor);
    std::size_t count = 0;
    while (count < commit->alerts.size() && CommitOf(commit->alerts[count].cursor) == part->number) ++count;
    const auto end = commit->alerts.begin() + static_cast<std::ptrdiff_t>(count);
    part->alerts.assign(std::make_move_iterator(commit->alerts.begin()), std::make_move_iterator(end));
    commit->alerts.erase(commit->alerts.begin(), end);
    bus.Publish(part);
  }
}

}  // namespace fajma
