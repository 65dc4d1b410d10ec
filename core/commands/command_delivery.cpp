#include "core/commands/command_delivery.h"

#include <memory>
#include <optional>
#include <utility>

#include "core/runtime/log.h"

namespace fajma {
namespace {

constexpr std::size_t kMaxJobs = 1'000;
constexpr std::chrono::seconds kSinkTimeout{2};

}  // namespace

CommandDelivery::CommandDelivery(Database& database, std::vector<CommandSink> sinks)
    : store_(database), sinks_(std::move(sinks)), thread_([this](const std::stop_token& stop) { Run(stop); }) {}

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
  return answer.wait_for(timeout) == std::future_status::ready && answer.get();
}

void CommandDelivery::OnReturn(Mac mac) {
  {
    const std::lock_guard lock(mutex_);
    if (returned_.size() >= kMaxReturned || !returned_.insert(mac).second) return;
  }
  wakeup_.notify_one();
}

void CommandDelivery::Run(const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  while (wakeup_.wait(lock, stop, [this] { return !jobs_.empty() || !returned_.empty(); })) {
    std::optional<Job> job;
    Mac returned;
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
        job->sent->set_value(HandOver(job->command));
      } else {
        SendPending(returned);
      }
    } catch (const DatabaseError& error) {
      if (job) job->sent->set_value(false);
      log::Warn("a command waits for the database", error.what());
    }
    lock.lock();
  }
}

void CommandDelivery::SendPending(Mac mac) {
  for (const DeviceCommand& command : store_.Pending(mac, SystemNow())) {
    if (!HandOver(command)) return;
  }
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
