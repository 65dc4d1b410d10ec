#include "core/commands/command_delivery.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <utility>

#include "core/runtime/log.h"

namespace fajma {
namespace {

constexpr std::size_t kMaxJobs = 1'000;
constexpr std::chrono::seconds kSinkTimeout{2};
constexpr std::chrono::seconds kRetry{1};
constexpr std::int64_t kLookAtOnce = 500;

}  // namespace

CommandDelivery::CommandDelivery(Database& database, std::vector<CommandSink> sinks, std::optional<CommandPeers> peers)
    : store_(database),
      sinks_(std::move(sinks)),
      peers_(std::move(peers)),
      thread_([this](const std::stop_token& stop) { Run(stop); }) {}

CommandDelivery::~CommandDelivery() = default;

bool CommandDelivery::Send(const DeviceCommand& command, std::chrono::milliseconds timeout) {
  const auto sent = std::make_shared<std::promise<bool>>();
  std::future<bool> answer = sent->get_future();
  {
    const std::lock_guard lock(mutex_);
    if (jobs_.size() >= kMaxJobs) return false;
    jobs_.push_back({command, sent});
  }
  wakeup_.notify_one();
  if (answer.wait_for(timeout) != std::future_status::ready) return false;
  return answer.get() || (peers_ && IsSentByPeer(command));
}

bool CommandDelivery::IsSentByPeer(const DeviceCommand& command) {
  std::future<void> sent;
  {
    const std::lock_guard lock(mutex_);
    sent = asked_for_[command.id].get_future();
  }
  peers_->ask(command.mac);
  const bool in_time = sent.wait_for(kPeersTimeout) == std::future_status::ready;
  const std::lock_guard lock(mutex_);
  asked_for_.erase(command.id);
  return in_time;
}

void CommandDelivery::OnSent(const std::string& id) {
  const std::lock_guard lock(mutex_);
  const auto waiting = asked_for_.find(id);
  if (waiting == asked_for_.end()) return;
  waiting->second.set_value();
  waiting->second = {};  // told twice, it is still told once
}

void CommandDelivery::OnReturn(Mac mac) { Wake(mac, Which::kAll); }

void CommandDelivery::OnAsked(Mac mac) {
  if (!peers_ || peers_->asked_patience.count() == 0) return Wake(mac, Which::kNew);
  {
    const std::lock_guard lock(mutex_);
    if (asked_.size() >= kMaxReturned) return;
    asked_.push_back({Clock::now() + peers_->asked_patience, mac});
  }
  wakeup_.notify_one();
}

void CommandDelivery::Wake(Mac mac, Which which) {
  {
    const std::lock_guard lock(mutex_);
    if (returned_.size() >= kMaxReturned) return;
    Which& wanted = returned_.try_emplace(mac, which).first->second;
    if (which == Which::kAll) wanted = which;
  }
  wakeup_.notify_one();
}

void CommandDelivery::OnMissed() {
  if (!peers_) return;
  {
    const std::lock_guard lock(mutex_);
    if (look_at_) {
      look_again_ = true;
      return;
    }
    look_at_ = Clock::now() + peers_->missed_patience;
  }
  wakeup_.notify_one();
}

void CommandDelivery::Run(const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  while (!stop.stop_requested()) {
    if (HasWork()) {
      DoOne(lock);
    } else if (AskedIsDue()) {
      returned_.try_emplace(asked_.front().mac, Which::kNew);
      asked_.pop_front();
    } else if (LookIsDue()) {
      Look(lock);
    } else if (const auto due = NextDue(); due != Clock::time_point::max()) {
      wakeup_.wait_until(lock, stop, due, [&] { return HasWork() || NextDue() < due; });
    } else {
      wakeup_.wait(lock, stop, [this] { return HasWork() || NextDue() != Clock::time_point::max(); });
    }
  }
}

CommandDelivery::Clock::time_point CommandDelivery::NextDue() const {
  const auto look = look_at_.value_or(Clock::time_point::max());
  return asked_.empty() ? look : std::min(look, asked_.front().due);
}

void CommandDelivery::DoOne(std::unique_lock<std::mutex>& lock) {
  std::optional<Job> job;
  std::pair<Mac, Which> returned;
  if (!jobs_.empty()) {
    job = std::move(jobs_.front());
    jobs_.pop_front();
  } else {
    returned = *returned_.begin();
    returned_.erase(returned_.begin());
  }
  lock.unlock();
  try {
    if (job) {
      job->sent->set_value(IsSentAlready(job->command) || HandOver(job->command));
    } else {
      SendPending(returned.first, returned.second);
    }
  } catch (const DatabaseError& error) {
    if (job) job->sent->set_value(false);
    log::Warn("a command waits for the database", error.what());
    lock.lock();
    return LookLater();
  }
  lock.lock();
}

// Who asked for it may have been told that it waits, and nobody asks again.
void CommandDelivery::LookLater() {
  if (peers_ && !look_at_) look_at_ = Clock::now() + kRetry + peers_->missed_patience;
}

// The device may have come back, or been found by Look, since the command was stored.
bool CommandDelivery::IsSentAlready(const DeviceCommand& command) {
  const std::optional<DeviceCommand> stored = store_.Find(command.id, SystemNow());
  return stored && stored->sends > 0;
}

// What is found joins those who were asked for.
void CommandDelivery::Look(std::unique_lock<std::mutex>& lock) {
  look_at_.reset();
  if (std::exchange(look_again_, false)) look_at_ = Clock::now() + peers_->missed_patience;
  lock.unlock();
  try {
    const Micros now = SystemNow();
    const Micros made_by = now - std::chrono::microseconds(peers_->missed_patience).count();
    std::vector<WaitingDevice> waiting;
    std::int64_t after = 0;
    do {
      waiting = store_.WaitingDevices(made_by, now, after, kLookAtOnce);
      for (const WaitingDevice& device : waiting) Wake(device.mac, Which::kNew);
      if (!waiting.empty()) after = waiting.back().id;
    } while (std::ssize(waiting) == kLookAtOnce);
  } catch (const DatabaseError& error) {
    log::Warn("commands that were missed wait for the database", error.what());
    lock.lock();
    return LookLater();
  }
  lock.lock();
}

void CommandDelivery::SendPending(Mac mac, Which which) {
  const Micros now = SystemNow();
  const Micros patience = peers_ ? std::chrono::microseconds(peers_->asked_patience).count() : 0;
  bool again = false;
  for (const DeviceCommand& command : store_.Pending(mac, now)) {
    if (which == Which::kNew && command.sends > 0) continue;
    if (which == Which::kNew && patience > 0 && command.created_at > now - patience) {
      again = true;  // it was found beside an older one; whatever the clocks say, its turn comes
      continue;
    }
    if (!HandOver(command)) return;
    if (which == Which::kNew && peers_) peers_->tell_sent(command.id);
  }
  if (again) OnAsked(mac);
}

// What the process does not live to note is sent once more: a device knows a command by its id.
bool CommandDelivery::HandOver(const DeviceCommand& command) {
  for (const CommandSink& sink : sinks_) {
    const auto done = std::make_shared<std::promise<HandedOver>>();
    std::future<HandedOver> answer = done->get_future();
    sink(command, [done](HandedOver handed) { done->set_value(handed); });
    if (answer.wait_for(kSinkTimeout) != std::future_status::ready) continue;
    const HandedOver handed = answer.get();
    if (handed == HandedOver::kNo) continue;
    store_.MarkSent(command.id, SystemNow(), handed == HandedOver::kForGood);
    return true;
  }
  return false;
}

}  // namespace fajma
