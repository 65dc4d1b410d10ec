// Devices and to whom they belong. Deleting one hides it: its history stays, its MAC becomes free.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "core/domain/mac.h"
#include "core/domain/time.h"
#include "core/store/database.h"
#include "core/store/page.h"

namespace fajma {

// The documented columns of a device.
struct Device {
  std::int64_t id = 0;
  Mac mac;
  std::string name;
  std::string type;  // capteur_cardiaque, …
  std::optional<std::string> ip_address;
  std::string status = "inactif";  // actif, inactif, maintenance, erreur
  std::optional<Micros> last_seen_at;
  std::optional<std::string> firmware;
  std::optional<int> battery_percent;
  std::optional<int> signal_percent;
  Micros created_at = 0;
  Micros updated_at = 0;
  std::int64_t patient_id = 0;
  std::optional<int> expected_interval_seconds;  // between its messages; absent: as it was learnt
};

// What to change: an absent field stays as it is; a present one of those that may be NULL may hold nullopt.
struct DevicePatch {
  std::optional<Mac> mac;
  std::optional<std::string> name;
  std::optional<std::string> type;
  std::optional<std::optional<std::string>> ip_address;
  std::optional<std::string> status;
  std::optional<std::optional<Micros>> last_seen_at;
  std::optional<std::optional<std::string>> firmware;
  std::optional<std::optional<int>> battery_percent;
  std::optional<std::optional<int>> signal_percent;
  std::optional<std::int64_t> patient_id;
  std::optional<std::optional<int>> expected_interval_seconds;
};

struct DeviceFilter {
  std::optional<std::int64_t> patient_id;
  std::optional<std::string> status;
  std::optional<std::string> type;
  VisiblePatients patients;
};

enum class DeviceOutcome { kDone, kMacTaken, kUnknown };

struct DeviceResult {
  DeviceOutcome outcome = DeviceOutcome::kDone;
  std::optional<Device> device;  // as it is now, when done
};

// Thread-safe. Every call throws DatabaseError (DatabaseBusy when no session came free). A patient is not looked up
// here: the caller has checked that it exists.
class DeviceStore {
 public:
  explicit DeviceStore(Database& database) : database_(database) {}

  std::optional<Device> Find(std::int64_t id);
  std::optional<Device> FindByMac(Mac mac);
  Page<Device> List(const DeviceFilter& filter, PageRequest page);  // by id

  // `device.id` and its two dates are given here. The device belongs to its patient from `now` on.
  DeviceResult Create(const Device& device, Micros now);
  // A new patient ends the present assignment and begins another at `now`.
  DeviceResult Update(std::int64_t id, const DevicePatch& patch, Micros now);
  // As the documented POST …/status/: the device was in contact just now.
  DeviceResult SetStatus(std::int64_t id, const std::string& status, std::optional<int> battery_percent,
                         std::optional<int> signal_percent, Micros now);
  // False when there is no such device.
  bool Delete(std::int64_t id, Micros now);

 private:
  Database& database_;
};

}  // namespace fajma
