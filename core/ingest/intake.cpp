#include "core/ingest/intake.h"

#include <chrono>
#include <random>
#include <utility>

namespace fajma {
namespace {

// What a queued message takes besides its payload.
constexpr std::size_t kOverhead = 128;
constexpr std::chrono::milliseconds kRetry{20};

std::uint64_t RandomNumber() {
  std::random_device device;
  return (static_cast<std::uint64_t>(device()) << 32 | device()) | 1U;
}

}  // namespace

Intake::Intake(Journal& journal, MessageCounters& counters, std::size_t max_queued_bytes)
    : journal_(journal),
      counters_(counters),
      max_queued_bytes_(max_queued_bytes),
      process_(RandomNumber()),
      thread_([this](const std::stop_token& stop) { Run(stop); }) {}

Intake::~Intake() {
  thread_.request_stop();
  thread_.join();
}

bool Intake::Submit(RawMessage message) {
  message.door = Door::kApi;
  message.received_at = SystemNow();
  message.origin.process = process_;
  Queued queued{message, std::string(message.payload)};
  const std::size_t bytes = queued.payload.size() + kOverhead;
  const std::lock_guard lock(mutex_);
  if (queued_bytes_ + bytes > max_queued_bytes_) return false;
  queued_bytes_ += bytes;
  queue_.push_back(std::move(queued));
  if (queue_.size() == 1) wakeup_.notify_one();
  return true;
}

void Intake::Run(const std::stop_token& stop) {
  std::vector<Queued> batch;
  for (;;) {
    batch.clear();
    {
      std::unique_lock lock(mutex_);
      wakeup_.wait(lock, stop, [this] { return !queue_.empty(); });
      if (queue_.empty()) return;
      std::swap(batch, queue_);
    }
    Write(batch, stop);
    std::size_t bytes = 0;
    for (const Queued& queued : batch) bytes += queued.payload.size() + kOverhead;
    const std::lock_guard lock(mutex_);
    queued_bytes_ -= bytes;
  }
}

// A journal without room is waited for: the queue fills, and Submit says so.
void Intake::Write(const std::vector<Queued>& batch, const std::stop_token& stop) {
  for (const Queued& queued : batch) {
    RawMessage message = queued.message;
    message.payload = queued.payload;
    counters_.CountReceived(Door::kApi);
    while (!journal_.Append(message)) {
      if (stop.stop_requested()) return;
      std::mutex idle;
      std::unique_lock lock(idle);
      std::condition_variable_any().wait_for(lock, stop, kRetry, [] { return false; });
    }
  }
}

}  // namespace fajma
