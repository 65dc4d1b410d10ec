// Thresholds that somebody set, and who set them when.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/domain/thresholds.h"
#include "core/domain/time.h"
#include "core/store/database.h"
#include "core/store/page.h"

namespace fajma {

struct Threshold {
  std::int64_t id = 0;
  std::int64_t patient_id = kAllPatients;
  MeasureId measure{};
  AlertLevel level = AlertLevel::kWarning;  // one of kThresholdLevels
  Bounds bounds;
  // Absent: the measure's dead band; at once; after one value.
  std::optional<double> dead_band;
  std::optional<Micros> on_delay;
  std::optional<Micros> off_delay;
  std::optional<std::int64_t> repeats;
  std::optional<TrendRule> trend;  // absent: none is looked for
  Micros changed_at = 0;
  std::int64_t changed_by = 0;  // a user
};

// As it is judged by.
ThresholdSetting SettingOf(const Threshold& threshold);

// What a threshold was from a time on, until the next change of it.
struct ThresholdChange {
  Threshold threshold;
  bool in_force = true;  // false: deleted, the bounds are again those for all, or the catalogue's
};

struct ThresholdFilter {
  std::optional<std::int64_t> patient_id;
  std::optional<MeasureId> measure;
  std::optional<AlertLevel> level;
  VisiblePatients patients;  // those for all patients are visible to everybody
};

// kTaken: another one has that patient, measure and level. kChanged: somebody else has changed it since it was read.
enum class ThresholdOutcome { kDone, kUnknown, kTaken, kChanged };

// Thread-safe. Every call throws DatabaseError (DatabaseBusy when no session came free). Each change is one transaction
// with its line of history; alerts are judged by it from the next commit on.
class ThresholdStore {
 public:
  explicit ThresholdStore(Database& database) : database_(database) {}

  std::optional<Threshold> Find(std::int64_t id);
  Page<Threshold> List(const ThresholdFilter& filter, PageRequest page);  // by id
  std::vector<ThresholdChange> History(std::int64_t id);                  // oldest first, at most kMaxPageRows
  Thresholds Load();                                                      // all of them, for whoever judges

  // The id is given here. Absent: one of that patient, measure and level exists already.
  std::optional<Threshold> Create(const Threshold& threshold);
  // By its id, as long as it is still as it was `before`: whoever read it decides on what is there.
  ThresholdOutcome Update(const Threshold& before, const Threshold& threshold);
  bool Delete(std::int64_t id, std::int64_t user_id, Micros now);

 private:
  Database& database_;
};

}  // namespace fajma
