// Counters and gauges in Prometheus' text format. Counted where things happen, none derived from another.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/domain/commit.h"
#include "core/domain/raw_message.h"

namespace fajma {

// The counters of messages: received = stored + duplicate + quarantined + refused + in flight, for each door.
class MessageCounters {
 public:
  void CountReceived(Door door, std::uint64_t n = 1) { received_[Index(door)].fetch_add(n, std::memory_order_relaxed); }
  void CountSettled(Door door, Disposition disposition, std::uint64_t n = 1) {
    settled_[Index(door)][static_cast<std::size_t>(disposition)].fetch_add(n, std::memory_order_relaxed);
  }
  void CountReadings(std::uint64_t n) { readings_.fetch_add(n, std::memory_order_relaxed); }
  void CountReason(std::string_view code);

  std::uint64_t received(Door door) const { return received_[Index(door)].load(std::memory_order_relaxed); }
  std::uint64_t settled(Door door, Disposition disposition) const {
    return settled_[Index(door)][static_cast<std::size_t>(disposition)].load(std::memory_order_relaxed);
  }
  void AppendTo(std::string& out) const;

 private:
  static std::size_t Index(Door door) { return static_cast<std::size_t>(door); }
  std::array<std::atomic<std::uint64_t>, 2> received_{};
  std::array<std::array<std::atomic<std::uint64_t>, 4>, 2> settled_{};
  std::atomic<std::uint64_t> readings_{0};
  mutable std::mutex mutex_;
  std::vector<std::pair<std::string, std::uint64_t>> reasons_;  // guarded by mutex_; few and fixed codes
};

// What else is told at a scrape: each part of the program registers a function that appends its own lines.
class MetricsPage {
 public:
  void Register(std::function<void(std::string&)> source);
  std::string Render() const;

 private:
  mutable std::mutex mutex_;
  std::vector<std::function<void(std::string&)>> sources_;
};

// "name{labels} value\n", preceded by "# TYPE" once by the caller's choice.
void AppendMetric(std::string& out, std::string_view name, std::string_view labels, std::uint64_t value);
void AppendMetricType(std::string& out, std::string_view name, std::string_view type, std::string_view help);

}  // namespace fajma
