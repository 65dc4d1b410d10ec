#include "api/ws/socket_places.h"

#include <utility>
#include <vector>

namespace fajma::ws {

struct SocketPlaces::Place {
  Place(std::shared_ptr<SocketPlaces> owner, std::vector<Claim> of_whom)
      : places(std::move(owner)), claims(std::move(of_whom)) {}
  Place(const Place&) = delete;
  Place& operator=(const Place&) = delete;
  ~Place() {
    const std::lock_guard lock(places->mutex_);
    for (const Claim& claim : claims) places->Change(claim.key, false);
  }

  const std::shared_ptr<SocketPlaces> places;
  const std::vector<Claim> claims;
};

SocketPlaces::SocketPlaces(SocketLimits limits, std::optional<auth::LimitKeys> shared)
    : limits_(limits), keys_(shared.value_or(auth::LimitKeys())), shared_(shared.has_value()), all_(keys_.Of("all")) {}

std::variant<std::shared_ptr<void>, SocketPlaces::Limit> SocketPlaces::Take(const std::string& user,
                                                                            const std::string& address) {
  std::vector<Claim> claims = {{all_, limits_.in_all, Limit::kInAll},
                               {keys_.Of("address " + address), limits_.per_address, Limit::kPerAddress}};
  if (!user.empty()) claims.push_back({keys_.Of("user " + user), limits_.per_user, Limit::kPerUser});
  const std::lock_guard lock(mutex_);
  for (const Claim& claim : claims) {
    if (!IsFull(claim)) continue;
    refused_[static_cast<std::size_t>(claim.refusal)].fetch_add(1, std::memory_order_relaxed);
    return claim.refusal;
  }
  for (const Claim& claim : claims) Change(claim.key, true);
  return std::shared_ptr<void>(std::make_shared<Place>(shared_from_this(), std::move(claims)));
}

bool SocketPlaces::IsFull(const Claim& claim) const {
  const auto found = counts_.find(claim.key);
  const std::size_t here = found == counts_.end() ? 0 : found->second;
  return claim.limit > 0 && here + elsewhere_.Of(claim.key) >= claim.limit;
}

void SocketPlaces::Change(std::uint64_t key, bool opened) {
  const auto count = counts_.try_emplace(key, 0).first;
  if (opened) {
    ++count->second;
  } else if (--count->second == 0) {
    counts_.erase(count);
  }
  if (shared_) changed_.insert(key);
}

void SocketPlaces::TakeNews(auth::LimitNewsList& news, Micros now) {
  if (!shared_) return;
  const std::lock_guard lock(mutex_);
  elsewhere_.Expire(now);
  if (now >= repeat_at_) {
    ChangeAll();
    repeat_at_ = now + kRepeatEvery;
  }
  const auto tell = [&](std::uint64_t key) {
    const auto found = counts_.find(key);
    const std::size_t open = found == counts_.end() ? 0 : found->second;
    news.push_back({auth::LimitKind::kSockets, key, static_cast<std::int64_t>(open)});
  };
  changed_.erase(all_);
  tell(all_);
  for (std::size_t told = 0; told < kToldAtOnce && !changed_.empty(); ++told) {
    tell(*changed_.begin());
    changed_.erase(changed_.begin());
  }
}

void SocketPlaces::TellAll() {
  const std::lock_guard lock(mutex_);
  ChangeAll();
}

void SocketPlaces::ChangeAll() {
  if (!shared_) return;
  for (const auto& [key, count] : counts_) changed_.insert(key);
}

void SocketPlaces::Hear(const auth::LimitLetter& letter, Micros now) {
  const std::lock_guard lock(mutex_);
  if (!elsewhere_.HearFrom(letter.process, now)) ChangeAll();
  for (const auth::LimitNews& news : letter.news) {
    if (news.kind == auth::LimitKind::kSockets) elsewhere_.Hear(letter.process, news.key, news.amount, now);
  }
}

std::size_t SocketPlaces::processes_elsewhere() const {
  const std::lock_guard lock(mutex_);
  return elsewhere_.processes();
}

}  // namespace fajma::ws
