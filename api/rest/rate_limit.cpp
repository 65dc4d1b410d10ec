#include "api/rest/rate_limit.h"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <cmath>

namespace fajma::rest {
namespace {

constexpr std::size_t kNetworkBytes = 8;

}  // namespace

std::int64_t RateLimiter::Take(std::string_view client, Micros now) {
  const auto per_second = static_cast<double>(rule_.per_second);
  const std::lock_guard lock(mutex_);
  Bucket& bucket = BucketOf(client, now);
  const double passed = static_cast<double>(std::max<Micros>(now - bucket.at, 0)) / kMicrosPerSecond;
  bucket.level = std::min(bucket.level + passed * per_second, per_second * static_cast<double>(rule_.burst_seconds));
  bucket.at = now;
  if (bucket.level < 1) return static_cast<std::int64_t>(std::ceil((1 - bucket.level) / per_second));
  bucket.level -= 1;
  return 0;
}

RateLimiter::Bucket& RateLimiter::BucketOf(std::string_view client, Micros now) {
  const auto found = index_.find(client);
  if (found != index_.end()) {
    buckets_.splice(buckets_.begin(), buckets_, found->second);
    return buckets_.front();
  }
  if (buckets_.size() >= rule_.max_clients) {
    index_.erase(buckets_.back().client);
    buckets_.pop_back();
  }
  buckets_.push_front({std::string(client), static_cast<double>(rule_.per_second * rule_.burst_seconds), now});
  index_.emplace(buckets_.front().client, buckets_.begin());
  return buckets_.front();
}

std::string ClientOfAddress(std::string_view address) {
  std::string text(address);
  std::array<char, sizeof(in6_addr)> bytes{};
  if (::inet_pton(AF_INET6, text.c_str(), bytes.data()) != 1) return text;
  return std::string(bytes.data(), kNetworkBytes);
}

}  // namespace fajma::rest
