#include "core/ingest/alert_runner.h"

#include <chrono>
#include <utility>

#include "core/runtime/log.h"

namespace fajma {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::seconds kRenewEvery{1};

}  // namespace

AlertRunner::AlertRunner(Database& database, EventBus& bus, std::string owner, const EscalationDelays& delays)
    : bus_(bus), owner_(std::move(owner)), ownership_(database), consumer_(database, delays, owner_) {
  bus_.Subscribe([this](const CommitPtr& commit) { OnCommit(commit); });
  thread_ = std::jthread([this](const std::stop_token& stop) { Run(stop); });
}

AlertRunner::~AlertRunner() {
  thread_.request_stop();
  thread_.join();
  try {
    if (owns_) ownership_.GiveUp(kAlertConsumer, owner_);
  } catch (const DatabaseError& error) {
    log::Warn("the alerts' lease runs out by itself", error.what());
  }
}

void AlertRunner::OnCommit(const CommitPtr& commit) {
  if (!owns_ || (commit->messages.empty() && !commit->probe) || commit->repeated) return;
  {
    const std::lock_guard lock(mutex_);
    if (queued_ > kMaxQueued) {
      overrun_ = true;
      return;
    }
    queued_ += commit->messages.size();
    queue_.push_back(commit);
  }
  wakeup_.notify_one();
}

void AlertRunner::Run(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    try {
      if (Renew()) Own(stop);
    } catch (const OwnershipLost&) {
      log::Warn("another process evaluates the alerts now");
    } catch (const DatabaseError& error) {
      log::Warn("the alerts wait for the database", error.what());
    }
    if (!stop.stop_requested()) owns_ = false;
    std::unique_lock lock(mutex_);
    wakeup_.wait_until(lock, stop, Clock::now() + kRenewEvery, [] { return false; });
  }
}

bool AlertRunner::Renew() { return ownership_.TakeOrRenew(kAlertConsumer, owner_, SystemNow(), kLease); }

// From the checkpoint on. What is committed after owns_ was set is queued; what was before is read from the database.
void AlertRunner::Own(const std::stop_token& stop) {
  {
    const std::lock_guard lock(mutex_);
    queue_.clear();
    queued_ = 0;
    overrun_ = false;
  }
  owns_ = true;
  consumer_.Recover(bus_);
  auto renew_at = Clock::now() + kRenewEvery;
  while (!stop.stop_requested()) {
    for (const CommitPtr& commit : WaitForCommits(stop, renew_at)) {
      consumer_.Consume(*commit, bus_, commit->probe ? commit->probe->received_at : 0);
    }
    if (Clock::now() < renew_at) continue;
    if (!Renew()) throw OwnershipLost();
    // What could not be stored before; a door may still be working through what it could not store.
    consumer_.Consume(Commit(), bus_, SystemNow() - consumer_.delay());
    renew_at = Clock::now() + kRenewEvery;
  }
}

std::deque<CommitPtr> AlertRunner::WaitForCommits(const std::stop_token& stop, Clock::time_point until) {
  std::unique_lock lock(mutex_);
  wakeup_.wait_until(lock, stop, until, [this] { return !queue_.empty() || overrun_; });
  queued_ = 0;
  std::deque<CommitPtr> commits = std::exchange(queue_, {});
  if (overrun_) {  // begin again, from the database
    overrun_ = false;
    commits.clear();
    lock.unlock();
    consumer_.Recover(bus_);
  }
  return commits;
}

}  // namespace fajma
