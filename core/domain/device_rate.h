// How much a device may still send, as it stands in the database; core/ingest/device_limiter reads it.
#pragma once

#include <cstdint>

#include "core/domain/time.h"

namespace fajma {

struct DeviceRate {
  Micros accepted_at = 0;   // receipt of the last message that was within the limit; 0: none yet
  std::int64_t level = 0;   // then, in millionths of a message
  std::int64_t credit = 0;  // for a backlog, in millionths of a message
  Micros told_at = 0;       // when the device was last told that it sends too much

  bool operator==(const DeviceRate&) const = default;
};

}  // namespace fajma
