// Rooms. Patients and users name their room; a name that one of them brings makes the room.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/store/database.h"
#include "core/store/page.h"

namespace fajma {

struct Room {
  std::int64_t id = 0;
  std::string name;           // [A-Za-z0-9_]{1,50}, unique
  std::int64_t patients = 0;  // who are there now
};

enum class RoomOutcome { kDone, kUnknown, kNameTaken, kNotEmpty };

struct RoomResult {
  RoomOutcome outcome = RoomOutcome::kDone;
  std::optional<Room> room;  // as it is now, when done; of a deleted one as it was
};

// Thread-safe. Every call throws DatabaseError (DatabaseBusy when no session came free).
class RoomStore {
 public:
  explicit RoomStore(Database& database) : database_(database) {}

  std::optional<Room> Find(std::int64_t id);
  std::optional<Room> FindByName(const std::string& name);
  // By name. `names`: only those; absent: all.
  Page<Room> List(const std::optional<std::vector<std::string>>& names, PageRequest page);

  RoomResult Create(const std::string& name);
  // Its patients, users and chat go with it.
  RoomResult Rename(std::int64_t id, const std::string& name);
  // Only one without patients; users lose it. Its chat is kept where nobody reads it.
  RoomResult Delete(std::int64_t id);

 private:
  Database& database_;
};

// Inside a writer's transaction: the room is there. "" is none.
void EnsureRoom(Lease& lease, const std::string& name);

}  // namespace fajma
