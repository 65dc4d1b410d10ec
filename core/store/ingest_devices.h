// What is known of the devices, read when it is needed and written with the batch. Internal to core/store.
#pragma once

#include <cstdint>
#include <memory>
#include <unordered_map>
#include <utility>
#include <vector>

#include "core/domain/device_state.h"
#include "core/store/database.h"

namespace fajma {

class Statement;

class DeviceCache {
 public:
  // What was read stays good while `generation` is the same; below zero: only for this transaction, with a lock on each
  // device that is read.
  void BeginTransaction(std::int64_t generation);
  void Forget();

  DeviceState* Find(Lease& lease, Mac mac);
  // Those that are known, in two round trips for all of them (SQLite has none to save). Right after BeginTransaction.
  void LoadAll(Lease& lease, const std::vector<Mac>& macs);
  // Starts of those that LoadAll has found, each named once: one round trip for all.
  void LoadBoots(Lease& lease, const std::vector<std::pair<Mac, std::int64_t>>& boots);
  DeviceState* FindById(Lease& lease, std::int64_t id);
  // Writes what changed, in the order of the devices' ids. Whether a row that lists of devices show was among it.
  bool Write(Lease& lease, Micros now);

 private:
  class DeviceRow;
  DeviceState* Load(Lease& lease, Mac mac);
  std::vector<DeviceState*> TakeAll(Statement& query);
  std::shared_ptr<const PatientRef> Known(const PatientRef& ref);

  std::int64_t generation_ = -1;
  std::unordered_map<Mac, std::unique_ptr<DeviceState>> devices_;
  std::unordered_map<std::int64_t, Mac> macs_;
  std::unordered_map<std::int64_t, std::shared_ptr<const PatientRef>> patients_;
};

}  // namespace fajma
