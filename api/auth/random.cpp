#include "api/auth/random.h"

#include <sodium.h>

#include <stdexcept>
#include <vector>

namespace fajma::auth {

void PrepareSodium() {
  static const bool ready = sodium_init() >= 0;
  if (!ready) throw std::runtime_error("libsodium cannot be initialised");
}

std::string RandomHex(std::size_t bytes) {
  PrepareSodium();
  std::vector<unsigned char> raw(bytes);
  randombytes_buf(raw.data(), raw.size());
  std::string hex(2 * bytes + 1, '\0');
  sodium_bin2hex(hex.data(), hex.size(), raw.data(), raw.size());
  hex.pop_back();  // the terminator
  sodium_memzero(raw.data(), raw.size());
  return hex;
}

}  // namespace fajma::auth
