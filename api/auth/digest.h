// What stands in the database in place of a secret that nobody can guess anyway.
#pragma once

#include <string>
#include <string_view>

namespace fajma::auth {

// SHA-256 in 64 lower-case hex digits: for tokens of at least 128 random bits, never for passwords of people. Any
// thread.
std::string HashToken(std::string_view token);

}  // namespace fajma::auth
