// How often somebody may try to log in.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <list>
#include <mutex>
#include <optional>
#include <string_view>
#include <unordered_map>

#include "api/auth/limit_key.h"
#include "api/auth/limit_news.h"
#include "core/domain/time.h"

namespace fajma::auth {

// So many failures at once, and then one more each `refill`.
struct LoginRule {
  int burst;
  std::chrono::seconds refill;
};

struct LoginLimits {
  LoginRule pair{5, std::chrono::seconds(60)};      // one account from one address
  LoginRule address{50, std::chrono::seconds(6)};   // all accounts from one address
  LoginRule account{50, std::chrono::seconds(30)};  // one account from all addresses
  std::size_t max_entries = 10'000;                 // of each of the three; what was not used for longest goes first
};

// Only failures count. An address is an IPv4 address or an IPv6 network of 64 bits.
// Nobody can lock an account from outside: `account` counts only for an address that has itself failed there of late,
// so that a first attempt from an address that has not is always looked at, however many others are guessing; and a
// success clears its pair.
// Several processes share what they count: each Takes what is news of its own and Hears that of the others. What they
// count in the same moment goes beyond a limit; it is kept as a debt, up to as much again, so that it is waited for.
// Thread-safe.
class LoginLimiter {
 public:
  // `shared`: the keys of all processes; absent: this is the only one, and there is no news.
  explicit LoginLimiter(LoginLimits limits, std::optional<LimitKeys> shared = {});
  LoginLimiter() : LoginLimiter(LoginLimits{}) {}

  // 0: go on, and say how it ended; until then it counts as a failure. Else the seconds to wait. The account may be
  // unknown.
  std::int64_t Begin(std::string_view account, std::string_view address, Micros now);
  void Succeed(std::string_view account, std::string_view address, Micros now);
  // It was not looked at.
  void Withdraw(std::string_view account, std::string_view address, Micros now);

  void TakeNews(LimitNewsList& news);
  // Passes over what is of another kind.
  void Hear(const LimitNews& news, Micros now);

 private:
  // Counters that run down by themselves.
  class Buckets {
   public:
    Buckets(LimitKind kind, LoginRule rule, std::size_t max_entries)
        : kind_(kind), rule_(rule), max_entries_(max_entries) {}
    LimitKind kind() const { return kind_; }
    double Level(std::uint64_t key, Micros now) const;
    double SecondsToWait(std::uint64_t key, Micros now) const;
    void Add(std::uint64_t key, double amount, Micros now);
    void Erase(std::uint64_t key);

   private:
    struct Entry {
      std::uint64_t key = 0;
      double level = 0;
      Micros at = 0;
    };
    double LevelOf(const Entry& entry, Micros now) const;
    LimitKind kind_;
    LoginRule rule_;
    std::size_t max_entries_;
    std::list<Entry> entries_;  // the last used first
    std::unordered_map<std::uint64_t, std::list<Entry>::iterator> index_;
  };
  struct Keys {
    std::uint64_t account;
    std::uint64_t address;
    std::uint64_t pair;
  };
  Keys KeysOf(std::string_view account, std::string_view address) const;
  void Count(Buckets& buckets, std::uint64_t key, int amount, Micros now);  // under mutex_

  const LimitKeys keys_;
  const bool shared_;

  std::mutex mutex_;
  // Guarded by mutex_.
  Buckets pairs_;
  Buckets addresses_;
  Buckets accounts_;
  LimitTally news_;
};

}  // namespace fajma::auth
