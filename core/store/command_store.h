// Commands to devices: kept from the request until long after the answer.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/domain/command.h"
#include "core/store/database.h"
#include "core/store/page.h"

namespace fajma {

inline constexpr std::int64_t kMaxOpenCommands = 50;  // of one device, neither answered nor expired
inline constexpr int kMaxCommandSends = 2;            // the first, and once again when the device is back

struct WaitingDevice {
  std::int64_t id = 0;
  Mac mac;
};

// Thread-safe. Every call throws DatabaseError (DatabaseBusy when no session came free).
class CommandStore {
 public:
  explicit CommandStore(Database& database) : database_(database) {}

  // False, and nothing is stored: the device has kMaxOpenCommands waiting.
  bool Create(const DeviceCommand& command);
  std::optional<DeviceCommand> Find(const std::string& id, Micros now);
  Page<DeviceCommand> List(std::int64_t device_id, PageRequest page, Micros now);  // newest first
  // Those that the device should still get, oldest first: not answered, not expired, not sent kMaxCommandSends times.
  std::vector<DeviceCommand> Pending(Mac mac, Micros now);
  // The devices behind `after` (by id) that have commands made at `made_by` or before, still to be got and never sent;
  // by id, at most `limit`.
  std::vector<WaitingDevice> WaitingDevices(Micros made_by, Micros now, std::int64_t after, std::int64_t limit);
  // Counts one sending. `for_good`: it is not to be sent again.
  void MarkSent(const std::string& id, Micros at, bool for_good);

 private:
  Database& database_;
};

}  // namespace fajma
