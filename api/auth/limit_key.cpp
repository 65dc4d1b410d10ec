#include "api/auth/limit_key.h"

#include <sodium.h>

#include <cstring>

#include "api/auth/random.h"

namespace fajma::auth {

static_assert(crypto_shorthash_KEYBYTES == 16 && crypto_shorthash_BYTES == sizeof(std::uint64_t));

LimitKeys::LimitKeys() {
  PrepareSodium();
  crypto_shorthash_keygen(key_.data());
}

LimitKeys::LimitKeys(const SecretKey& key) {
  constexpr std::string_view kPurpose = "fajma: keys of shared limits";
  PrepareSodium();
  crypto_generichash_state state;
  crypto_generichash_init(&state, nullptr, 0, key_.size());
  for (const std::string_view part : {kPurpose, key.bytes()}) {
    crypto_generichash_update(&state, reinterpret_cast<const unsigned char*>(part.data()), part.size());
  }
  crypto_generichash_final(&state, key_.data(), key_.size());
}

std::uint64_t LimitKeys::Of(std::string_view name) const {
  std::array<unsigned char, crypto_shorthash_BYTES> hash{};
  crypto_shorthash(hash.data(), reinterpret_cast<const unsigned char*>(name.data()), name.size(), key_.data());
  std::uint64_t number = 0;
  std::memcpy(&number, hash.data(), sizeof number);
  return number;
}

}  // namespace fajma::auth
