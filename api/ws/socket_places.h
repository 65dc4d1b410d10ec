// How many WebSockets may be open: in all, of each user or device, of each address. Thread-safe.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>
#include <variant>

namespace fajma::ws {

// 0: no limit.
struct SocketLimits {
  std::size_t in_all = 20'000;
  std::size_t per_user = 50;  // of one user's or device's tokens, in all its rooms
  std::size_t per_address = 2'000;
};

class SocketPlaces : public std::enable_shared_from_this<SocketPlaces> {
 public:
  enum class Limit : std::uint8_t { kInAll, kPerUser, kPerAddress, kCount };

  explicit SocketPlaces(SocketLimits limits) : limits_(limits) {}

  // A place, given back when the last copy of the pointer is gone; or the limit that is reached, counted. `user`: any
  // name of its own for each user and device; empty: anonymous, whom the address alone limits.
  std::variant<std::shared_ptr<void>, Limit> Take(const std::string& user, const std::string& address);

  // How often that limit refused.
  std::uint64_t refused(Limit limit) const { return refused_[static_cast<std::size_t>(limit)].load(); }

 private:
  struct Place;
  using Counts = std::unordered_map<std::string, std::size_t>;

  static bool IsFull(const Counts& counts, const std::string& key, std::size_t limit);
  static void GiveBack(Counts& counts, const std::string& key);
  Limit Refuse(Limit limit);

  const SocketLimits limits_;
  std::atomic<std::uint64_t> refused_[static_cast<std::size_t>(Limit::kCount)] = {};

  std::mutex mutex_;
  // Guarded by mutex_; whoever has no socket is not in them.
  std::size_t in_all_ = 0;
  Counts users_;
  Counts addresses_;
};

}  // namespace fajma::ws
