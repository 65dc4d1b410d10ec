// Does work again and again: one thread.
#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace fajma::ws {

class Ticker {
 public:
  struct Job {
    std::chrono::milliseconds every;
    std::function<void()> work;  // returns at once, does not throw: it hands over
  };

  // Each for the first time after `every`. One that comes too late is not made up for.
  explicit Ticker(std::vector<Job> jobs);
  ~Ticker();
  Ticker(const Ticker&) = delete;
  Ticker& operator=(const Ticker&) = delete;

 private:
  void Run(const std::stop_token& stop);

  const std::vector<Job> jobs_;
  std::mutex mutex_;
  std::condition_variable_any wakeup_;
  std::jthread thread_;
};

}  // namespace fajma::ws
