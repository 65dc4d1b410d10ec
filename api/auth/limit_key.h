// Whom a limit is about, as a number that tells nobody else who it is.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "api/auth/secret_key.h"

namespace fajma::auth {

// A keyed hash of 64 bits: nobody without the key can find two names of one number, nor the name of a number. Any
// thread.
class LimitKeys {
 public:
  LimitKeys();  // a random key: of this process alone
  // The same numbers in every process with this key.
  explicit LimitKeys(const SecretKey& key);

  std::uint64_t Of(std::string_view name) const;

 private:
  std::array<unsigned char, 16> key_{};
};

}  // namespace fajma::auth
