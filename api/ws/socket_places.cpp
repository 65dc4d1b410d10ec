#include "api/ws/socket_places.h"

#include <utility>

namespace fajma::ws {

struct SocketPlaces::Place {
  Place(std::shared_ptr<SocketPlaces> owner, std::string of_user, std::string of_address)
      : places(std::move(owner)), user(std::move(of_user)), address(std::move(of_address)) {}
  Place(const Place&) = delete;
  Place& operator=(const Place&) = delete;
  ~Place() {
    const std::lock_guard lock(places->mutex_);
    --places->in_all_;
    if (!user.empty()) GiveBack(places->users_, user);
    GiveBack(places->addresses_, address);
  }

  const std::shared_ptr<SocketPlaces> places;
  const std::string user;
  const std::string address;
};

std::variant<std::shared_ptr<void>, SocketPlaces::Limit> SocketPlaces::Take(const std::string& user,
                                                                            const std::string& address) {
  const std::lock_guard lock(mutex_);
  if (limits_.in_all > 0 && in_all_ >= limits_.in_all) return Refuse(Limit::kInAll);
  if (IsFull(addresses_, address, limits_.per_address)) return Refuse(Limit::kPerAddress);
  if (!user.empty() && IsFull(users_, user, limits_.per_user)) return Refuse(Limit::kPerUser);
  ++in_all_;
  ++addresses_[address];
  if (!user.empty()) ++users_[user];
  return std::shared_ptr<void>(std::make_shared<Place>(shared_from_this(), user, address));
}

bool SocketPlaces::IsFull(const Counts& counts, const std::string& key, std::size_t limit) {
  const auto found = counts.find(key);
  return limit > 0 && found != counts.end() && found->second >= limit;
}

void SocketPlaces::GiveBack(Counts& counts, const std::string& key) {
  const auto found = counts.find(key);
  if (--found->second == 0) counts.erase(found);
}

SocketPlaces::Limit SocketPlaces::Refuse(Limit limit) {
  refused_[static_cast<std::size_t>(limit)].fetch_add(1, std::memory_order_relaxed);
  return limit;
}

}  // namespace fajma::ws
