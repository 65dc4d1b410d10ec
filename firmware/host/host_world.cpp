#include "host_world.h"

#include <sys/time.h>

namespace fajma::host {

World& GetWorld() {
  static World world;
  return world;
}

}  // namespace fajma::host

// The sketch is compiled with gettimeofday renamed to this, so that its time is the test's.
extern "C" int HostGettimeofday(timeval* time, void* /*zone*/) noexcept {
  const std::uint64_t wall_ms = fajma::host::GetWorld().ntp_wall_ms.value_or(0);
  time->tv_sec = static_cast<time_t>(wall_ms / 1000);
  time->tv_usec = static_cast<suseconds_t>(wall_ms % 1000 * 1000);
  return 0;
}
