// Numbers nobody can guess.
#pragma once

#include <cstddef>
#include <string>

namespace fajma::auth {

// 2 * `bytes` lower-case hex digits. Any thread.
std::string RandomHex(std::size_t bytes);

// Must have been called before libsodium is used otherwise; any number of times, any thread.
void PrepareSodium();

}  // namespace fajma::auth
