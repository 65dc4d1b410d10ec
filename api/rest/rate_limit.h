// How many requests one client may make.
#pragma once

#include <cstddef>
#include <cstdint>
#include <list>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>

#include "core/domain/time.h"

namespace fajma::rest {

struct RateRule {
  std::int64_t per_second = 0;       // 0: no limit
  std::int64_t burst_seconds = 2;    // so many seconds' requests at once
  std::size_t max_clients = 10'000;  // what was not heard of for longest goes first: about 2 MB
};

// Thread-safe. A bucket of requests for each client, refilled steadily.
class RateLimiter {
 public:
  explicit RateLimiter(RateRule rule) : rule_(rule) {}

  bool limits() const { return rule_.per_second > 0; }
  // 0: go on, one request is taken. Else the seconds to wait: nothing is taken then.
  std::int64_t Take(std::string_view client, Micros now);

 private:
  struct Bucket {
    std::string client;
    double level = 0;  // requests that may be made
    Micros at = 0;
  };
  Bucket& BucketOf(std::string_view client, Micros now);  // under mutex_

  const RateRule rule_;
  std::mutex mutex_;
  // Guarded by mutex_.
  std::list<Bucket> buckets_;                                                // the last used first
  std::unordered_map<std::string_view, std::list<Bucket>::iterator> index_;  // keys are those of buckets_
};

// Whom an address stands for: an IPv4 address, or the network of 64 bits of an IPv6 address: whoever has one of it has
// them all.
std::string ClientOfAddress(std::string_view address);

}  // namespace fajma::rest
