// The sums of all simulated devices.
#pragma once

#include <atomic>
#include <cstdint>

namespace fajma::cli {

// Written by the simulator's thread, read by any.
struct Tally {
  using Count = std::atomic<std::uint64_t>;

  Count connected{0};
  Count samples{0};
  Count messages{0};
  Count acknowledged{0};
  Count rejected{0};
  Count dropped{0};
  Count sent_again{0};
  Count reconnects{0};
};

}  // namespace fajma::cli
