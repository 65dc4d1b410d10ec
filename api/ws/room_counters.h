// The figures of rooms, kept from commits. Pure: time is passed in.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

#include "core/domain/commit.h"
#include "core/domain/monitoring.h"
#include "core/runtime/last_minute.h"

namespace fajma::ws {

// Not thread-safe. Bounded by the devices and rooms that there are, and kMaxAlerts.
class RoomCounters {
 public:
  // Takes the place of what was known of devices and alerts; readings go on. Taking a commit once more that came after
  // the snapshot was asked for does no harm to those two.
  void Load(const MonitoringSnapshot& snapshot);
  void NoteState(const Commit& commit);
  // The readings of a commit, once. `second` as for LastMinute.
  void NoteReadings(const Commit& commit, std::int64_t second);

  RoomFigures Of(const std::string& room, std::int64_t second);
  RoomFigures OfAll(std::int64_t second);  // of patients without a room, too
  RoomFigures OfRooms(const std::vector<std::string>& rooms, std::int64_t second);

  // More than so many alerts that nobody has acknowledged are not counted.
  static constexpr std::size_t kMaxAlerts = 200'000;

 private:
  struct Room {
    RoomFigures figures;  // but readings_last_minute
    LastMinute readings;
  };
  struct Place {
    std::string room;
    std::size_t kind = 0;  // of kDeviceStatuses, or the alert's level
  };
  using Places = std::unordered_map<std::int64_t, Place>;

  void SetDevice(std::int64_t id, const std::string& room, std::string_view status);
  void SetAlert(std::int64_t id, const std::string& room, AlertLevel level);
  void RemoveDevice(Places::iterator device);
  void RemoveAlert(Places::iterator alert);
  static void Add(RoomFigures& sum, Room& room, std::int64_t second);

  std::unordered_map<std::string, Room> rooms_;
  Places devices_;  // by id
  Places alerts_;   // by id; those that nobody has acknowledged
};

}  // namespace fajma::ws
