// The self-test of the alarm path: a synthetic reading of a reserved device. It is nobody's: no patient, no device and
// no reading of the directory has anything to do with it.
#pragma once

#include <chrono>
#include <cstdint>

#include "core/domain/mac.h"
#include "core/domain/measure.h"
#include "core/domain/reading.h"
#include "core/domain/time.h"

namespace fajma {

// Administered locally, so that no manufacturer gives it to a device. No device of the directory may have it.
inline const Mac kSelfTestMac = Mac::FromBits(0x02FA4A000001);

// A probe is due at each multiple of the interval of the wall clock, and is seen in time within this.
inline constexpr std::chrono::seconds kSelfTestPatience{10};

// What the synthetic reading says: beyond the catalogue's widest bounds, so the engine must ask for an alert.
inline constexpr MeasureId kSelfTestMeasure = MeasureId::kHeartRate;
inline constexpr int kSelfTestValue = 250;

// One of them on its way. Its identity as a message is (random number of the probe, second when it was due).
struct SelfTestProbe {
  Cursor cursor = 0;        // in the commit that carries it
  std::int64_t due_at = 0;  // seconds since 1970
  Micros received_at = 0;   // by the door
  double value = 0;         // of kSelfTestMeasure
  bool operator==(const SelfTestProbe&) const = default;
};

}  // namespace fajma
