// Messages of known devices that were not accepted, for the administrator. Written by ingest.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "core/domain/time.h"
#include "core/store/database.h"
#include "core/store/page.h"

namespace fajma {

struct QuarantineEntry {
  std::int64_t id = 0;
  Micros received_at = 0;
  std::string door;  // mqtt, api
  std::int64_t device_id = 0;
  std::string code;
  std::string detail;
  std::string encoding;  // utf8 or hex: of `content`
  std::string content;   // its first 4 KiB
};

inline constexpr std::int64_t kMaxQuarantined = 100'000;

// Thread-safe. Every call throws DatabaseError (DatabaseBusy when no session came free).
class QuarantineStore {
 public:
  explicit QuarantineStore(Database& database) : database_(database) {}

  Page<QuarantineEntry> List(std::optional<std::int64_t> device_id, PageRequest page);  // newest first
  // Removes the oldest until `max_rows` are left, at most 10,000 at a call; returns how many it removed.
  std::int64_t Prune(std::int64_t max_rows = kMaxQuarantined);

 private:
  Database& database_;
};

}  // namespace fajma
