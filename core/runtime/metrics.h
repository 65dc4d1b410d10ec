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

// How many messages of one door a batch settled, by disposition.
using SettledTally = std::array<std::uint64_t, 4>;

// The counters of messages, for each door. At each scrape received = stored + duplicate + quarantined + refused + in
// flight: what belongs together changes under one lock.
class MessageCounters {
 public:
  struct Snapshot {
    std::uint64_t received = 0;
    SettledTally settled{};
    std::uint64_t in_flight = 0;
  };

  // A message is in the door's journal (or found there at start).
  void CountReceived(Door door, std::uint64_t n = 1);
  // A batch is committed.
  void CountSettled(Door door, const SettledTally& settled);
  void CountReadings(std::uint64_t n) { readings_.fetch_add(n, std::memory_order_relaxed); }
  void CountReason(std::string_view code);

  Snapshot Get(Door door) const;
  void AppendTo(std::string& out) const;

 private:
  struct PerDoor {
    mutable std::mutex mutex;
    Snapshot counts;  // guarded by mutex
  };
  std::array<PerDoor, 2> doors_;
  std::atomic<std::uint64_t> readings_{0};
  mutable std::mutex reasons_mutex_;
  std::vector<std::pair<std::string, std::uint64_t>> reasons_;  // guarded by reasons_mutex_; few and fixed codes
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
