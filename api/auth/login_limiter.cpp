#include "api/auth/login_limiter.h"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <cmath>

namespace fajma::auth {
namespace {

constexpr std::size_t kMaxAccountBytes = 600;  // no name of a user is longer
constexpr double kMostOfBurst = 2;             // what is beyond one was counted by several processes at once
constexpr std::size_t kNetworkBytes = 8;       // of an IPv6 address: whoever has one has its whole /64

std::string NetworkOf(std::string_view address) {
  std::string text(address);
  std::array<char, sizeof(in6_addr)> bytes{};
  if (::inet_pton(AF_INET6, text.c_str(), bytes.data()) != 1) return text;
  return std::string(bytes.data(), kNetworkBytes);
}

}  // namespace

double LoginLimiter::Buckets::LevelOf(const Entry& entry, Micros now) const {
  const double passed = static_cast<double>(std::max<Micros>(now - entry.at, 0)) / kMicrosPerSecond;
  return std::max(0.0, entry.level - passed / static_cast<double>(rule_.refill.count()));
}

double LoginLimiter::Buckets::Level(std::uint64_t key, Micros now) const {
  const auto found = index_.find(key);
  return found == index_.end() ? 0 : LevelOf(*found->second, now);
}

double LoginLimiter::Buckets::SecondsToWait(std::uint64_t key, Micros now) const {
  return std::max(0.0, (Level(key, now) + 1 - rule_.burst) * static_cast<double>(rule_.refill.count()));
}

void LoginLimiter::Buckets::Add(std::uint64_t key, double amount, Micros now) {
  auto found = index_.find(key);
  if (found == index_.end()) {
    if (amount <= 0) return;
    if (entries_.size() >= max_entries_) {
      index_.erase(entries_.back().key);
      entries_.pop_back();
    }
    entries_.push_front({key, 0, now});
    found = index_.emplace(entries_.front().key, entries_.begin()).first;
  }
  Entry& entry = *found->second;
  entry.level = std::clamp(LevelOf(entry, now) + amount, 0.0, kMostOfBurst * rule_.burst);
  entry.at = now;
  entries_.splice(entries_.begin(), entries_, found->second);
}

void LoginLimiter::Buckets::Erase(std::uint64_t key) {
  const auto found = index_.find(key);
  if (found == index_.end()) return;
  const auto entry = found->second;
  index_.erase(found);
  entries_.erase(entry);
}

LoginLimiter::LoginLimiter(LoginLimits limits, std::optional<LimitKeys> shared)
    : keys_(shared.value_or(LimitKeys())),
      shared_(shared.has_value()),
      pairs_(LimitKind::kLoginPair, limits.pair, limits.max_entries),
      addresses_(LimitKind::kLoginAddress, limits.address, limits.max_entries),
      accounts_(LimitKind::kLoginAccount, limits.account, limits.max_entries) {}

LoginLimiter::Keys LoginLimiter::KeysOf(std::string_view account, std::string_view address) const {
  account = account.substr(0, kMaxAccountBytes);
  std::string network = NetworkOf(address);
  const Keys keys{keys_.Of(account), keys_.Of(network), keys_.Of(network.append("\n").append(account))};
  return keys;
}

void LoginLimiter::Count(Buckets& buckets, std::uint64_t key, int amount, Micros now) {
  buckets.Add(key, amount, now);
  if (shared_) news_.Add(buckets.kind(), key, amount);
}

std::int64_t LoginLimiter::Begin(std::string_view account, std::string_view address, Micros now) {
  const Keys keys = KeysOf(account, address);
  const std::lock_guard lock(mutex_);
  double wait = std::max(pairs_.SecondsToWait(keys.pair, now), addresses_.SecondsToWait(keys.address, now));
  if (pairs_.Level(keys.pair, now) > 0) wait = std::max(wait, accounts_.SecondsToWait(keys.account, now));
  if (wait > 0) return static_cast<std::int64_t>(std::ceil(wait));
  Count(pairs_, keys.pair, 1, now);
  Count(addresses_, keys.address, 1, now);
  Count(accounts_, keys.account, 1, now);
  return 0;
}

void LoginLimiter::Succeed(std::string_view account, std::string_view address, Micros now) {
  const Keys keys = KeysOf(account, address);
  const std::lock_guard lock(mutex_);
  pairs_.Erase(keys.pair);
  if (shared_) news_.Clear(LimitKind::kLoginPair, keys.pair);
  Count(addresses_, keys.address, -1, now);
  Count(accounts_, keys.account, -1, now);
}

void LoginLimiter::Withdraw(std::string_view account, std::string_view address, Micros now) {
  const Keys keys = KeysOf(account, address);
  const std::lock_guard lock(mutex_);
  Count(pairs_, keys.pair, -1, now);
  Count(addresses_, keys.address, -1, now);
  Count(accounts_, keys.account, -1, now);
}

void LoginLimiter::TakeNews(LimitNewsList& news) {
  const std::lock_guard lock(mutex_);
  news_.Take(news);
}

void LoginLimiter::Hear(const LimitNews& news, Micros now) {
  const std::lock_guard lock(mutex_);
  for (Buckets* buckets : {&pairs_, &addresses_, &accounts_}) {
    if (buckets->kind() != news.kind) continue;
    const bool clears = LimitTally::IsClear(news.amount);
    if (clears) buckets->Erase(news.key);
    buckets->Add(news.key, static_cast<double>(news.amount - (clears ? LimitTally::kClear : 0)), now);
  }
}

}  // namespace fajma::auth
