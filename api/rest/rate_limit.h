// How many requests one client may make.
#pragma once

#include <cstddef>
#include <cstdint>
#include <list>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "api/auth/limit_key.h"
#include "api/auth/limit_news.h"
#include "core/domain/time.h"

namespace fajma::rest {

struct RateRule {
  std::int64_t per_second = 0;       // 0: no limit
  std::int64_t burst_seconds = 2;    // so many seconds' requests at once
  std::size_t max_clients = 10'000;  // what was not heard of for longest goes first: about 1 MB
};

// Thread-safe. A bucket of requests for each client, refilled steadily. Several processes share what they count: each
// Takes what is news of its own and Hears that of the others. What they let through in the same moment beyond the rate
// is a debt, of kMaxDebtSeconds at most, that is waited for.
class RateLimiter {
 public:
  explicit RateLimiter(RateRule rule) : rule_(rule) {}
  // Its news is of `kind`, under the keys of all processes.
  RateLimiter(RateRule rule, auth::LimitKind kind, std::optional<auth::LimitKeys> shared)
      : rule_(rule), kind_(kind), keys_(shared.value_or(auth::LimitKeys())), shared_(shared.has_value()) {}

  bool limits() const { return rule_.per_second > 0; }
  // 0: go on, one request is taken. Else the seconds to wait: nothing is taken then.
  std::int64_t Take(std::string_view client, Micros now);

  void TakeNews(auth::LimitNewsList& news);
  // Passes over what is of another kind.
  void Hear(const auth::LimitNews& news, Micros now);

  static constexpr std::int64_t kMaxDebtSeconds = 10;

 private:
  struct Bucket {
    std::uint64_t client = 0;
    double level = 0;  // requests that may be made; below 0: a debt
    Micros at = 0;
  };
  Bucket& BucketOf(std::uint64_t client, Micros now);  // under mutex_; refilled

  const RateRule rule_;
  const auth::LimitKind kind_ = auth::LimitKind::kRestAddress;
  const auth::LimitKeys keys_;
  const bool shared_ = false;
  std::mutex mutex_;
  // Guarded by mutex_.
  std::list<Bucket> buckets_;  // the last used first
  std::unordered_map<std::uint64_t, std::list<Bucket>::iterator> index_;
  auth::LimitTally news_;
};

// Whom an address stands for: an IPv4 address, or the network of 64 bits of an IPv6 address: whoever has one of it has
// them all.
std::string ClientOfAddress(std::string_view address);

}  // namespace fajma::rest
