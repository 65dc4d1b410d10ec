#include "api/auth/digest.h"

#include <sodium.h>

#include <array>

#include "api/auth/random.h"

namespace fajma::auth {

std::string HashToken(std::string_view token) {
  PrepareSodium();
  std::array<unsigned char, crypto_hash_sha256_BYTES> digest{};
  crypto_hash_sha256(digest.data(), reinterpret_cast<const unsigned char*>(token.data()), token.size());
  std::string hex(2 * digest.size() + 1, '\0');
  sodium_bin2hex(hex.data(), hex.size(), digest.data(), digest.size());
  hex.pop_back();  // the terminator
  return hex;
}

}  // namespace fajma::auth
