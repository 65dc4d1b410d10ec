// How often somebody may try to log in.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <list>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>

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
// success clears its pair. Thread-safe.
class LoginLimiter {
 public:
  explicit LoginLimiter(LoginLimits limits);
  LoginLimiter() : LoginLimiter(LoginLimits{}) {}

  // 0: go on, and say how it ended; until then it counts as a failure. Else the seconds to wait. The account may be
  // unknown.
  std::int64_t Begin(std::string_view account, std::string_view address, Micros now);
  void Succeed(std::string_view account, std::string_view address, Micros now);
  // It was not looked at.
  void Withdraw(std::string_view account, std::string_view address, Micros now);

 private:
  // Counters that run down by themselves.
  class Buckets {
   public:
    Buckets(LoginRule rule, std::size_t max_entries) : rule_(rule), max_entries_(max_entries) {}
    double Level(const std::string& key, Micros now) const;
    double SecondsToWait(const std::string& key, Micros now) const;
    void Add(const std::string& key, double amount, Micros now);
    void Erase(const std::string& key);

   private:
    struct Entry {
      std::string key;
      double level = 0;
      Micros at = 0;
    };
    double LevelOf(const Entry& entry, Micros now) const;
    LoginRule rule_;
    std::size_t max_entries_;
    std::list<Entry> entries_;                                                // the last used first
    std::unordered_map<std::string_view, std::list<Entry>::iterator> index_;  // keys are those of entries_
  };
  struct Keys {
    std::string account;
    std::string address;
    std::string pair;
  };
  static Keys KeysOf(std::string_view account, std::string_view address);

  std::mutex mutex_;
  // Guarded by mutex_.
  Buckets pairs_;
  Buckets addresses_;
  Buckets accounts_;
};

}  // namespace fajma::auth
