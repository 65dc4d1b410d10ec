// What a batch adds to the rollups, as SOCI binds it. Internal to core/store.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <tuple>

#include "core/domain/time.h"
#include "core/store/sql.h"
#include "core/store/type_catalogue.h"

namespace fajma {

// The scales of fajma_cumul, in minutes. Below zero: over all patients, with patient and device 0.
inline constexpr int kMinuteScale = 1;
inline constexpr int kHourScale = 60;
inline constexpr int kTotalMinuteScale = -kMinuteScale;
inline constexpr int kTotalHourScale = -kHourScale;

// The first microsecond of the interval that holds `time`; intervals begin at multiples of `step`.
constexpr Micros StartOf(Micros time, Micros step) { return time - time % step; }

// Readings folded by minute of measurement and series; hours and totals are folded from minutes when they are written.
// Ordered by key, so that writers lock rows in one order; the totals, which all writers share, come last.
class RollupRows {
 public:
  void Add(std::int64_t patient_id, std::int64_t device_id, TypeId type_id, Micros measured_at, double value);
  void Upsert(Lease& lease);
  void Clear() { minutes_.clear(); }

 private:
  struct Sum {
    std::int64_t count = 0;
    double sum = 0;
    double least = 0;
    double greatest = 0;
    Micros last = 0;
    void Fold(const Sum& other);
  };
  // start, patient, device, type
  using Key = std::tuple<Micros, std::int64_t, std::int64_t, TypeId>;
  using Sums = std::map<Key, Sum>;
  struct Columns;

  Sums minutes_;
};

}  // namespace fajma
