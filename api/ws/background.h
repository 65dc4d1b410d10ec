// The work of sockets that must not run in the loop: what they missed, alerts acknowledged. One thread, bounded.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>

namespace fajma::ws {

class Background {
 public:
  explicit Background(std::size_t max_jobs = 4096);
  ~Background();  // drops what has not begun
  Background(const Background&) = delete;
  Background& operator=(const Background&) = delete;

  // Any thread. False: too much waits already; nothing was taken. What a job throws is logged.
  bool Submit(std::function<void()> job);

 private:
  void Run(const std::stop_token& stop);

  const std::size_t max_jobs_;
  std::mutex mutex_;
  std::condition_variable_any wakeup_;
  std::deque<std::function<void()>> jobs_;  // guarded by mutex_
  std::jthread thread_;
};

}  // namespace fajma::ws
