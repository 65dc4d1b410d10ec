#include "api/ws/socket_errors.h"

#include <algorithm>

namespace fajma::ws {

void SocketErrors::Count(SocketRoute route, std::string_view code) {
  const auto known = std::find(kSocketErrorCodes.begin(), kSocketErrorCodes.end() - 1, code);
  const auto place = static_cast<std::size_t>(known - kSocketErrorCodes.begin());
  counts_[static_cast<std::size_t>(route)][place].fetch_add(1, std::memory_order_relaxed);
}

}  // namespace fajma::ws
