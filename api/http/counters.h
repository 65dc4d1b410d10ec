// The counters behind Server::GetStatistics: counted by workers, read by anyone.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

#include "api/http/server.h"

namespace fajma::http {

class Counter {
 public:
  void Add(std::uint64_t n = 1) { value_.fetch_add(n, std::memory_order_relaxed); }
  std::uint64_t Get() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<std::uint64_t> value_{0};
};

struct Counters {
  Counter connections_accepted;
  Counter connections_refused;
  Counter connections_detached;
  Counter requests;
  std::array<Counter, 6> responses_by_class;
  Counter refused_bad_request;
  Counter refused_head_too_large;
  Counter refused_body_too_large;
  Counter refused_other;
  Counter timeouts;
  Counter slow_readers;
  Counter handler_errors;
};

// What Server tells of them.
Statistics Snapshot(const Counters& counters, std::size_t connections_open);

}  // namespace fajma::http
