// The catalogue against the documented lists, and the texts of alerts.
#include "core/domain/measure.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <string>

#include "core/domain/alert_text.h"

namespace fajma {
namespace {

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();

struct Documented {
  const char* name;
  const char* unit;
  double min, max;
  double emergency_low, emergency_high, critical_low, critical_high, warning_low, warning_high;
};

constexpr Documented kDocumented[] = {
    {"temperature", "°C", 25, 45, 33, 41, 34.5, 39.5, 35.5, 38},
    {"heart_rate", "bpm", 20, 300, 30, 180, 40, 140, 50, 110},
    {"systolic_pressure", "mmHg", 40, 300, 70, 220, 80, 180, 90, 140},
    {"diastolic_pressure", "mmHg", 20, 200, 35, 140, 45, 120, 55, 90},
    {"oxygen_saturation", "%", 50, 100, 80, kNone, 88, kNone, 94, kNone},
    {"glucose", "mg/dL", 10, 1000, 40, 500, 54, 300, 70, 180},
    {"battery_level", "%", 0, 100, kNone, kNone, kNone, kNone, kNone, kNone},
    {"signal_quality", "%", 0, 100, kNone, kNone, kNone, kNone, kNone, kNone},
};

void ExpectBound(const std::optional<double>& bound, double documented, const char* name) {
  ASSERT_EQ(bound.has_value(), !std::isnan(documented)) << name;
  if (bound) {
    EXPECT_EQ(*bound, documented) << name;
  }
}

TEST(Measures, AreTheDocumentedOnes) {
  for (const Documented& row : kDocumented) {
    const Measure* measure = FindMeasure(row.name);
    ASSERT_NE(measure, nullptr) << row.name;
    EXPECT_EQ(measure->unit, row.unit) << row.name;
    EXPECT_EQ(measure->min, row.min) << row.name;
    EXPECT_EQ(measure->max, row.max) << row.name;
    ExpectBound(measure->emergency.low, row.emergency_low, row.name);
    ExpectBound(measure->emergency.high, row.emergency_high, row.name);
    ExpectBound(measure->critical.low, row.critical_low, row.name);
    ExpectBound(measure->critical.high, row.critical_high, row.name);
    ExpectBound(measure->warning.low, row.warning_low, row.name);
    ExpectBound(measure->warning.high, row.warning_high, row.name);
  }
}

TEST(Measures, StandInTheOrderOfTheirIds) {
  for (std::size_t i = 0; i < kMeasureCount; ++i) {
    const Measure& measure = Measures()[i];
    EXPECT_EQ(static_cast<std::size_t>(measure.id), i + 1);
    EXPECT_EQ(&GetMeasure(measure.id), &measure);
    EXPECT_EQ(FindMeasure(measure.name), &measure);
    EXPECT_FALSE(measure.label.empty());
  }
}

TEST(Measures, HaveNarrowingThresholdsWithinTheirRange) {
  for (const Measure& measure : Measures()) {
    if (measure.kind == MeasureKind::kDeviceFigure) continue;
    const auto low = [](const Bounds& b) { return b.low.value(); };
    EXPECT_LE(measure.min, low(measure.emergency)) << measure.name;
    EXPECT_LT(low(measure.emergency), low(measure.critical)) << measure.name;
    EXPECT_LT(low(measure.critical), low(measure.warning)) << measure.name;
    if (!measure.warning.high) continue;
    EXPECT_LT(*measure.warning.high, *measure.critical.high) << measure.name;
    EXPECT_LT(*measure.critical.high, *measure.emergency.high) << measure.name;
    EXPECT_LE(*measure.emergency.high, measure.max) << measure.name;
  }
}

TEST(Measures, UnknownNamesAreAbsent) {
  for (const char* name : {"", "inconnu", "Heart_rate", "heart_rate ", "heartrate", "timestamp"}) {
    EXPECT_EQ(FindMeasure(name), nullptr) << name;
  }
}

// Just outside a bound is its level, the bound itself is the level within.
TEST(LevelOf, FollowsTheDocumentedBounds) {
  const auto expect_around = [](const Measure& measure, double bound, double outward, AlertLevel outside,
                                std::optional<AlertLevel> on) {
    EXPECT_EQ(LevelOf(measure, std::nextafter(bound, outward)), outside) << measure.name << " beyond " << bound;
    EXPECT_EQ(LevelOf(measure, bound), on) << measure.name << " at " << bound;
  };
  for (const Documented& row : kDocumented) {
    const Measure& measure = *FindMeasure(row.name);
    if (std::isnan(row.warning_low)) {
      EXPECT_EQ(LevelOf(measure, row.min), std::nullopt) << row.name;
      EXPECT_EQ(LevelOf(measure, row.max), std::nullopt) << row.name;
      continue;
    }
    expect_around(measure, row.warning_low, -1e9, AlertLevel::kWarning, std::nullopt);
    expect_around(measure, row.critical_low, -1e9, AlertLevel::kCritical, AlertLevel::kWarning);
    expect_around(measure, row.emergency_low, -1e9, AlertLevel::kEmergency, AlertLevel::kCritical);
    if (std::isnan(row.warning_high)) {
      EXPECT_EQ(LevelOf(measure, row.max), std::nullopt) << row.name;
      continue;
    }
    expect_around(measure, row.warning_high, 1e9, AlertLevel::kWarning, std::nullopt);
    expect_around(measure, row.critical_high, 1e9, AlertLevel::kCritical, AlertLevel::kWarning);
    expect_around(measure, row.emergency_high, 1e9, AlertLevel::kEmergency, AlertLevel::kCritical);
  }
}

TEST(AlertLevel, HasTheDocumentedNames) {
  for (const auto level : {AlertLevel::kInfo, AlertLevel::kWarning, AlertLevel::kCritical, AlertLevel::kEmergency}) {
    EXPECT_EQ(FindAlertLevel(NameOf(level)), level);
  }
  EXPECT_EQ(NameOf(AlertLevel::kEmergency), "emergency");
  EXPECT_EQ(FindAlertLevel("Critical"), std::nullopt);
}

TEST(AlertText, SpeaksAsDocumented) {
  EXPECT_EQ(AlertTitle(*FindMeasure("heart_rate")), "Fréquence cardiaque anormale");
  EXPECT_EQ(AlertMessage(*FindMeasure("heart_rate"), 150), "Fréquence cardiaque : 150 bpm");
  EXPECT_EQ(AlertTitle(*FindMeasure("temperature")), "Température anormale");
  EXPECT_EQ(AlertMessage(*FindMeasure("temperature"), 38.4), "Température : 38.4 °C");
}

TEST(AlertText, WritesNumbersShort) {
  EXPECT_EQ(ShortNumber(150), "150");
  EXPECT_EQ(ShortNumber(150.0), "150");
  EXPECT_EQ(ShortNumber(38.4), "38.4");
  EXPECT_EQ(ShortNumber(0.1 + 0.2), "0.30000000000000004");
  EXPECT_EQ(ShortNumber(1000), "1000");
  EXPECT_EQ(ShortNumber(0), "0");
}

TEST(AlertText, FitsItsColumns) {
  for (const Measure& measure : Measures()) EXPECT_LE(AlertTitle(measure).size(), 200U);
  EXPECT_LE(ClockAlertTitle().size(), 200U);
}

}  // namespace
}  // namespace fajma
