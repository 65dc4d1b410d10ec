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
  const std::uint64_t key = keys_.Of(client);
  const std::lock_guard lock(mutex_);
  Bucket& bucket = BucketOf(key, now);
  if (bucket.level < 1) {
    return static_cast<std::int64_t>(std::ceil((1 - bucket.level) / static_cast<double>(rule_.per_second)));
  }
  bucket.level -= 1;
  if (shared_) news_.Add(kind_, key, 1);
  return 0;
}

RateLimiter::Bucket& RateLimiter::BucketOf(std::uint64_t client, Micros now) {
  const auto per_second = static_cast<double>(rule_.per_second);
  const double full = per_second * static_cast<double>(rule_.burst_seconds);
  const auto found = index_.find(client);
  if (found != index_.end()) {
    buckets_.splice(buckets_.begin(), buckets_, found->second);
    Bucket& bucket = buckets_.front();
    const double passed = static_cast<double>(std::max<Micros>(now - bucket.at, 0)) / kMicrosPerSecond;
    bucket.level = std::min(bucket.level + passed * per_second, full);
    bucket.at = now;
    return bucket;
  }
  if (buckets_.size() >= rule_.max_clients) {
    index_.erase(buckets_.back().client);
    buckets_.pop_back();
  }
  buckets_.push_front({client, full, now});
  index_.emplace(client, buckets_.begin());
  return buckets_.front();
}

void RateLimiter::TakeNews(auth::LimitNewsList& news) {
  const std::lock_guard lock(mutex_);
  news_.Take(news);
}

void RateLimiter::Hear(const auth::LimitNews& news, Micros now) {
  if (news.kind != kind_ || !limits() || news.amount <= 0) return;
  const std::lock_guard lock(mutex_);
  Bucket& bucket = BucketOf(news.key, now);
  const auto most = static_cast<double>(rule_.per_second * kMaxDebtSeconds);
  bucket.level = std::max(bucket.level - static_cast<double>(news.amount), -most);
}

std::string ClientOfAddress(std::string_view address) {
  std::string text(address);
  std::array<char, sizeof(in6_addr)> bytes{};
  if (::inet_pton(AF_INET6, text.c_str(), bytes.data()) != 1) return text;
  return std::string(bytes.data(), kNetworkBytes);
}

}  // namespace fajma::rest
