// What is known of the devices' starts, read when it is needed and written with the batch. Internal to core/store.
#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include "core/domain/device_state.h"
#include "core/store/database.h"

namespace fajma {

// A device and the number of one of its starts.
using BootOfDevice = std::pair<DeviceState*, std::int64_t>;

// Reads those starts, each named once, of devices that were just read: one round trip for all. Of a device the
// first 16.
void LoadBoots(Lease& lease, const std::vector<BootOfDevice>& wanted);
// That start of the device, made when it is new. Good until the next call.
BootState& GetBootState(Lease& lease, DeviceState& device, std::int64_t number);
// The newest start that was inferred from an uptime; nullptr: none.
BootState* FindInferredBootState(Lease& lease, DeviceState& device);
// Writes those that changed, in the order of `devices`; the oldest of more than 16 are forgotten.
void WriteBoots(Lease& lease, const std::vector<DeviceState*>& devices, Micros now);

}  // namespace fajma
