#include "core/domain/thresholds.h"

#include <gtest/gtest.h>

namespace fajma {
namespace {

constexpr std::int64_t kPatient = 4;

TEST(Thresholds, AreTheCataloguesUnlessSet) {
  const Thresholds thresholds;
  for (const Measure& measure : Measures()) {
    for (const double value : {measure.min, measure.max, (measure.min + measure.max) / 2}) {
      EXPECT_EQ(thresholds.LevelOf(kPatient, measure, value), LevelOf(measure, value)) << measure.name << value;
    }
  }
}

TEST(Thresholds, OfAPatientComeBeforeThoseForAll) {
  const Measure& heart_rate = GetMeasure(MeasureId::kHeartRate);
  Thresholds thresholds;
  thresholds.Set(kAllPatients, MeasureId::kHeartRate, AlertLevel::kWarning, {{60, 100}, {}, {}, {}, {}});
  thresholds.Set(kPatient, MeasureId::kHeartRate, AlertLevel::kWarning, {{45, std::nullopt}, {}, {}, {}, {}});
  EXPECT_EQ(thresholds.LevelOf(kPatient, heart_rate, 50), std::nullopt);
  EXPECT_EQ(thresholds.LevelOf(kPatient + 1, heart_rate, 50), AlertLevel::kWarning);
  EXPECT_EQ(thresholds.LevelOf(kPatient, heart_rate, 120), std::nullopt);
  EXPECT_EQ(thresholds.LevelOf(kPatient, heart_rate, 141), AlertLevel::kCritical);
}

TEST(Thresholds, OfOneLevelLeaveTheOthers) {
  const Measure& oxygen = GetMeasure(MeasureId::kOxygenSaturation);
  Thresholds thresholds;
  thresholds.Set(kPatient, MeasureId::kOxygenSaturation, AlertLevel::kCritical, {{85, std::nullopt}, {}, {}, {}, {}});
  EXPECT_EQ(thresholds.LevelOf(kPatient, oxygen, 86), AlertLevel::kWarning);
  EXPECT_EQ(thresholds.LevelOf(kPatient, oxygen, 84), AlertLevel::kCritical);
  EXPECT_EQ(thresholds.LevelOf(kPatient, oxygen, 79), AlertLevel::kEmergency);
}

}  // namespace
}  // namespace fajma
