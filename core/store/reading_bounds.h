// Which ids readings of some time can have. Included only by this folder's .cpp files.
#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>

#include "core/domain/reading.h"
#include "core/store/sql.h"

namespace fajma {

inline constexpr std::int64_t kMaxId = std::numeric_limits<std::int64_t>::max();
// A time is trusted when it is at most 5 minutes ahead, so no row was received that much earlier than it says.
inline constexpr Micros kLongestAhead = 10 * kMicrosPerMinute;
inline constexpr std::int64_t kConcurrentLots = 64;  // lots that may have been taken and not yet committed

// The least id that a reading measured since then can have; kMaxId: there is none.
inline std::int64_t LeastIdSince(Lease& lease, Micros since) {
  std::int64_t lot = 0;
  Statement query(lease, "SELECT lot FROM fajma_commit WHERE instant >= :depuis ORDER BY instant LIMIT 1");
  if (!query.Bind("depuis", since - kLongestAhead).Into(lot).Next()) return kMaxId;
  return std::max<std::int64_t>(lot - kConcurrentLots, 0) * kCursorsPerCommit;
}

// No reading will come any more with an id below this one: what is counted below it stays. Of the last lots, the first
// that is not committed may still be.
inline std::int64_t SettledBelow(Lease& lease) {
  std::optional<std::int64_t> greatest;
  Statement(lease, "SELECT MAX(lot) FROM fajma_commit").Into(greatest).Next();
  std::int64_t settled = std::max<std::int64_t>(greatest.value_or(0) - kConcurrentLots, 0);
  std::int64_t lot = 0;
  Statement query(lease, "SELECT lot FROM fajma_commit WHERE lot > :lot ORDER BY lot");
  query.Bind("lot", settled).Into(lot);
  while (query.Next() && lot == settled + 1) settled = lot;
  return (settled + 1) * kCursorsPerCommit;
}

}  // namespace fajma
