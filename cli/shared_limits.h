// What the processes count for their limits, told to one another over the bus.
#pragma once

#include <chrono>

#include "api/rest/rest_api.h"
#include "api/ws/socket_places.h"
#include "cli/foundation.h"

namespace fajma::cli {

// Nothing waits for it. Without Redis each process counts alone: what it counted meanwhile is not told, what the others
// told is forgotten after SocketsElsewhere::kSilence, and its sockets are told again when Redis is back.
class SharedLimits {
 public:
  // Before Foundation::Start. All outlive it.
  SharedLimits(Foundation& foundation, rest::RestApi& rest, ws::SocketPlaces& sockets);

  // After Foundation::Start, every kTick, in one thread.
  void Tell();

  static constexpr std::chrono::milliseconds kTick{ws::SocketPlaces::kTick / kMicrosPerMilli};

 private:
  void Hear(const std::string& payload);

  Foundation& foundation_;
  rest::RestApi& rest_;
  ws::SocketPlaces& sockets_;
  bool was_away_ = false;
};

}  // namespace fajma::cli
