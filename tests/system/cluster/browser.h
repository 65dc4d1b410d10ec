// A screen: follows one patient over a WebSocket, goes away at any moment and comes back to any process with the last
// cursor that it has. Writes down all that it got.
#pragma once

#include <atomic>
#include <cstdint>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace fajma::cluster {

struct BrowserOptions {
  std::string patient;
  std::string token;
  std::vector<std::uint16_t> ports;  // of the apis
  std::uint32_t seed = 0;
};

class Browser {
 public:
  explicit Browser(BrowserOptions options);
  ~Browser();
  Browser(const Browser&) = delete;
  Browser& operator=(const Browser&) = delete;

  void StayFromNowOn() { restless_ = false; }
  std::int64_t last_cursor() const { return last_; }
  std::uint64_t disconnects() const { return disconnects_; }  // by itself
  std::uint64_t losses() const { return losses_; }            // by the other side
  // After its end.
  void Stop();
  const std::vector<std::int64_t>& readings() const { return readings_; }
  const std::vector<std::int64_t>& alerts() const { return alerts_; }
  std::uint64_t out_of_order() const { return out_of_order_; }  // cursors that were not above the one before
  std::uint64_t gaps() const { return gaps_; }

 private:
  void Run(const std::stop_token& stop);
  void Follow(const std::stop_token& stop);
  void Take(const std::string& frame);

  const BrowserOptions options_;
  std::atomic<bool> restless_{true};
  std::atomic<std::int64_t> last_{0};
  std::atomic<std::uint64_t> disconnects_{0};
  std::atomic<std::uint64_t> losses_{0};
  std::uint32_t random_;
  std::vector<std::int64_t> readings_;  // cursors, as they came
  std::vector<std::int64_t> alerts_;
  std::uint64_t out_of_order_ = 0;
  std::uint64_t gaps_ = 0;
  std::jthread thread_;
};

}  // namespace fajma::cluster
