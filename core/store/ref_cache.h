// Patients and devices by id, as readings and alerts name them: read once, shared, forgotten when a directory changes.
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <unordered_map>

#include "core/domain/reading.h"
#include "core/store/database.h"

namespace fajma {

// Thread-safe. Hidden patients and devices are found too: history names them. An id that nobody has gives a reference
// with empty names. Bounded by what there is: a hundred bytes a patient or device.
class RefCache {
 public:
  explicit RefCache(Database& database) : database_(database) {}

  std::shared_ptr<const PatientRef> Patient(Lease& lease, std::int64_t id);
  DeviceRef Device(Lease& lease, std::int64_t id);

 private:
  void ForgetIfChanged();  // under mutex_

  Database& database_;
  std::mutex mutex_;
  // Guarded by mutex_:
  std::int64_t generation_ = -1;
  std::unordered_map<std::int64_t, std::shared_ptr<const PatientRef>> patients_;
  std::unordered_map<std::int64_t, Mac> devices_;
};

}  // namespace fajma
