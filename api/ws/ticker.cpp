#include "api/ws/ticker.h"

#include <algorithm>
#include <utility>

namespace fajma::ws {

Ticker::Ticker(std::vector<Job> jobs)
    : jobs_(std::move(jobs)), thread_([this](const std::stop_token& stop) { Run(stop); }) {}

Ticker::~Ticker() {
  thread_.request_stop();
  thread_.join();
}

void Ticker::Run(const std::stop_token& stop) {
  using Clock = std::chrono::steady_clock;
  std::vector<Clock::time_point> due;
  for (const Job& job : jobs_) due.push_back(Clock::now() + job.every);
  while (!due.empty()) {
    {
      std::unique_lock lock(mutex_);
      wakeup_.wait_until(lock, stop, *std::min_element(due.begin(), due.end()), [] { return false; });
      if (stop.stop_requested()) return;
    }
    for (std::size_t i = 0; i < jobs_.size(); ++i) {
      if (Clock::now() < due[i]) continue;
      jobs_[i].work();
      due[i] = Clock::now() + jobs_[i].every;
    }
  }
}

}  // namespace fajma::ws
