// The journal of accesses: who read which patient's data, by the minute.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/domain/time.h"
#include "core/store/database.h"
#include "core/store/page.h"

namespace fajma {

inline constexpr std::int64_t kAnyPatient = 0;  // all whom the user may see

struct Access {
  std::int64_t id = 0;
  Micros minute = 0;  // its first microsecond
  std::int64_t user_id = 0;
  std::int64_t patient_id = kAnyPatient;
  std::string route;       // "/api/iot/donnees/", at most 100 characters
  std::int64_t count = 0;  // reads in that minute
};

struct AccessFilter {
  std::optional<std::int64_t> user_id;
  std::optional<std::int64_t> patient_id;
  std::optional<std::string> route;
  std::optional<Micros> from;   // minutes that begin then or later
  std::optional<Micros> until;  // and before then
};

// Thread-safe. Every call throws DatabaseError (DatabaseBusy when no session came free).
class AccessStore {
 public:
  explicit AccessStore(Database& database) : database_(database) {}

  // In one transaction; counts of the same user, patient, route and minute add up.
  void Add(const std::vector<Access>& accesses);
  Page<Access> List(const AccessFilter& filter, PageRequest page);  // newest first

 private:
  Database& database_;
};

}  // namespace fajma
