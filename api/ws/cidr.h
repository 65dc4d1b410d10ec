#pragma once

#include <string>
#include <string_view>

namespace fajma::ws {

// Whether a numeric address is in a range "10.1.0.0/16", "fd00::/8", or equal to an address without a slash.
// False for anything that is no address or no range.
bool IsInRange(std::string_view address, std::string_view range);

}  // namespace fajma::ws
