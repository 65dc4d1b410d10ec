// What monitors of rooms begin with. Looks at devices, patients and alerts that nobody has acknowledged; never at
// readings.
#pragma once

#include <cstddef>
#include <string>

#include "core/domain/monitoring.h"
#include "core/store/database.h"

namespace fajma {

// Thread-safe. Throws DatabaseError (DatabaseBusy when no session came free).
class MonitoringStore {
 public:
  explicit MonitoringStore(Database& database) : database_(database) {}

  // As of one moment. `process`: the program whose own sockets are not counted. Of the alerts, the newest kMaxAlerts.
  MonitoringSnapshot Load(const std::string& process);

  static constexpr std::size_t kMaxAlerts = 100'000;

 private:
  Database& database_;
};

}  // namespace fajma
