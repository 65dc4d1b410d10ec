#include "api/ws/background.h"

#include <exception>
#include <utility>

#include "core/runtime/log.h"

namespace fajma::ws {

Background::Background(std::size_t max_jobs)
    : max_jobs_(max_jobs), thread_([this](const std::stop_token& stop) { Run(stop); }) {}

Background::~Background() {
  thread_.request_stop();
  thread_.join();
}

bool Background::Submit(std::function<void()> job) {
  const std::lock_guard lock(mutex_);
  if (jobs_.size() >= max_jobs_) return false;
  jobs_.push_back(std::move(job));
  wakeup_.notify_one();
  return true;
}

void Background::Run(const std::stop_token& stop) {
  for (;;) {
    std::function<void()> job;
    {
      std::unique_lock lock(mutex_);
      if (!wakeup_.wait(lock, stop, [this] { return !jobs_.empty(); })) return;
      if (stop.stop_requested()) return;
      job = std::move(jobs_.front());
      jobs_.pop_front();
    }
    try {
      job();
    } catch (const std::exception& error) {
      log::Error("a socket's background work failed", error.what());
    }
  }
}

}  // namespace fajma::ws
