// Passwords: Argon2id, and what Django stored before.
#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

namespace fajma::auth {

// libsodium's limits. One hash holds its memory while it runs:
//   kMinimum      8 KiB, under 1 ms: tests only
//   kInteractive  64 MiB, 2 passes, about 60 ms
//   kModerate     256 MiB, 3 passes, about 500 ms
enum class PasswordCost { kMinimum, kInteractive, kModerate };

enum class PasswordCheck { kRight, kWrong, kBusy };  // kBusy: no slot within the timeout

// Thread-safe. At most `slots` hashes run at once, so that a flood of logins takes neither all memory nor all cores.
class PasswordHasher {
 public:
  struct Options {
    PasswordCost cost = PasswordCost::kInteractive;
    int slots = 2;
    std::chrono::milliseconds timeout{5000};
  };
  explicit PasswordHasher(Options options);
  PasswordHasher() : PasswordHasher(Options{}) {}
  ~PasswordHasher();
  PasswordHasher(const PasswordHasher&) = delete;
  PasswordHasher& operator=(const PasswordHasher&) = delete;

  // "$argon2id$…", under 128 characters. Throws std::runtime_error when memory is short or no slot came free.
  std::string Hash(std::string_view password);
  // `stored` is ours or Django's "pbkdf2_sha256$iterations$salt$hash"; anything else is kWrong, in the time of ours.
  PasswordCheck Verify(std::string_view password, std::string_view stored);
  // For a name that is unknown: takes the time of a wrong password, so that names cannot be guessed by the clock.
  PasswordCheck VerifyNobody(std::string_view password);
  // Whether Hash() would make a better one of the same password: `stored` is Django's, or of another cost.
  bool NeedsUpgrade(const std::string& stored) const;

 private:
  class Slots;
  Options options_;
  std::unique_ptr<Slots> slots_;
  std::string nobody_;  // the hash of a random password
};

}  // namespace fajma::auth
