// What is known of the devices that patients have now.
#pragma once

#include <vector>

#include "core/domain/device_facts.h"
#include "core/store/database.h"
#include "core/store/ref_cache.h"

namespace fajma {

// Thread-safe. Throws DatabaseError (DatabaseBusy when no session came free).
class DeviceFactsStore {
 public:
  explicit DeviceFactsStore(Database& database) : database_(database), refs_(database) {}

  // In one statement, as of one moment, by id.
  std::vector<DeviceFacts> OfAssigned();

 private:
  Database& database_;
  RefCache refs_;
};

}  // namespace fajma
