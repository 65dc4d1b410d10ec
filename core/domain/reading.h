// A message that has been stored, and what ingest decided about each message.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "core/domain/mac.h"
#include "core/domain/measure.h"
#include "core/domain/raw_message.h"
#include "core/domain/time.h"

namespace fajma {

// (commit number, index in it) as one opaque increasing number; 0: before everything. Below 2^53 for 10^11 commits.
using Cursor = std::int64_t;
inline constexpr std::int64_t kCursorsPerCommit = 8192;
constexpr Cursor MakeCursor(std::int64_t commit, std::int64_t index) { return commit * kCursorsPerCommit + index; }
constexpr std::int64_t CommitOf(Cursor cursor) { return cursor / kCursorsPerCommit; }

// How `measured_at` was obtained; the numbers stand in the database.
enum class TimeSource : std::int16_t {
  kReceived = 0,    // no time sent
  kDevice = 1,      // the device's clock, trusted
  kUptime = 2,      // the device's uptime, anchored to the wall clock once for its boot
  kDistrusted = 3,  // a time was sent and not trusted: measured_at is received_at, the sent one is kept
};
inline constexpr std::string_view kTimeSourceNames[] = {"received", "device", "uptime", "distrusted"};

struct MeasureValue {
  MeasureId measure{};
  bool integral = false;  // sent as 75, not as 75.0
  double value = 0;
};

// Measures of one message, in the order in which they were sent; each at most once.
class MeasureValues {
 public:
  void Add(MeasureValue value) { values_[size_++] = value; }
  bool Has(MeasureId id) const {
    for (const MeasureValue& v : *this) {
      if (v.measure == id) return true;
    }
    return false;
  }
  std::size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  const MeasureValue* begin() const { return values_.data(); }
  const MeasureValue* end() const { return values_.data() + size_; }
  const MeasureValue& operator[](std::size_t i) const { return values_[i]; }

 private:
  std::array<MeasureValue, kMeasureCount> values_{};
  std::size_t size_ = 0;
};

// The identity that a device itself gave to a message.
struct BootSeq {
  std::uint32_t boot = 0;
  std::uint64_t seq = 0;
  auto operator<=>(const BootSeq&) const = default;
};

struct PatientRef {
  std::int64_t id = 0;
  std::string identifier;  // `identifiant` on the wire
  std::string room;        // `salle`
};

struct DeviceRef {
  std::int64_t id = 0;
  Mac mac;
};

// One stored message: the unit of what is pushed. Its readings are the rows `first_row` and following (one for each
// vital sign; device figures have none).
struct StoredMessage {
  Cursor cursor = 0;           // of its last row
  std::int64_t first_row = 0;  // id of its first reading, 0 when it has device figures only
  std::shared_ptr<const PatientRef> patient;
  DeviceRef device;
  Micros measured_at = 0;
  Micros received_at = 0;
  TimeSource time_source = TimeSource::kReceived;
  bool late = false;             // older than what was live when it came in: never moves "latest", no live alert
  std::string device_timestamp;  // as it was sent, a JSON token ("\"2025…\"" or "123456"); empty: none sent
  MeasureValues values;
  std::string measure_name;  // of a REST reading outside the catalogue: then `values` is empty,
  MeasureValue other_value;  // and this is its value
};

}  // namespace fajma
