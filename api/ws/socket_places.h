// How many WebSockets may be open: in all, of each user or device, of each address. Thread-safe.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <variant>

#include "api/auth/limit_key.h"
#include "api/auth/limit_news.h"
#include "api/ws/sockets_elsewhere.h"

namespace fajma::ws {

// 0: no limit.
struct SocketLimits {
  std::size_t in_all = 20'000;
  std::size_t per_user = 50;  // of one user's or device's tokens, in all its rooms
  std::size_t per_address = 2'000;
};

// Of several processes each tells what it holds (TakeNews, every kTick) and Hears what the others hold: the limits are
// those of all together. What several admit in the same moment goes beyond; nobody is closed for it.
class SocketPlaces : public std::enable_shared_from_this<SocketPlaces> {
 public:
  enum class Limit : std::uint8_t { kInAll, kPerUser, kPerAddress, kCount };

  // `shared`: the keys of all processes; absent: this is the only one, and there is no news.
  explicit SocketPlaces(SocketLimits limits, std::optional<auth::LimitKeys> shared = {});

  // A place, given back when the last copy of the pointer is gone; or the limit that is reached, counted. `user`: any
  // name of its own for each user and device; empty: anonymous, whom the address alone limits.
  std::variant<std::shared_ptr<void>, Limit> Take(const std::string& user, const std::string& address);

  // How often that limit refused.
  std::uint64_t refused(Limit limit) const { return refused_[static_cast<std::size_t>(limit)].load(); }

  // How many are open in all and what else changed, at most kToldAtOnce; everything again within kRepeatEvery and some
  // ticks. `now` never goes back.
  void TakeNews(auth::LimitNewsList& news, Micros now);
  // Others may not know what this process holds: it will be told again from the start.
  void TellAll();
  // What another process wrote; what is of another kind is passed over.
  void Hear(const auth::LimitLetter& letter, Micros now);
  std::size_t processes_elsewhere() const;

  static constexpr Micros kTick = kMicrosPerSecond / 4;
  static constexpr Micros kRepeatEvery = 10 * kMicrosPerSecond;
  static constexpr std::size_t kToldAtOnce = 2'000;

 private:
  struct Place;
  struct Claim {
    std::uint64_t key;
    std::size_t limit;
    Limit refusal;
  };

  bool IsFull(const Claim& claim) const;
  void Change(std::uint64_t key, bool opened);
  void ChangeAll();

  const SocketLimits limits_;
  const auth::LimitKeys keys_;
  const bool shared_;
  const std::uint64_t all_;  // the key of them all
  std::atomic<std::uint64_t> refused_[static_cast<std::size_t>(Limit::kCount)] = {};

  mutable std::mutex mutex_;
  // Guarded by mutex_.
  std::unordered_map<std::uint64_t, std::size_t> counts_;  // no zeros
  SocketsElsewhere elsewhere_;
  std::unordered_set<std::uint64_t> changed_;  // since it was told; empty of one process
  Micros repeat_at_ = 0;
};

}  // namespace fajma::ws
