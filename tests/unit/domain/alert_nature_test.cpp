#include "core/domain/alert_nature.h"

#include <gtest/gtest.h>

#include <string>

#include "core/domain/measure.h"

namespace fajma {
namespace {

TEST(NatureOf, IsTechnicalForWhatConcernsDevices) {
  for (const char* condition : {"silence", "battery:1", "signal:22", "quarantine:3", "clock:4"}) {
    EXPECT_EQ(NatureOf(condition), AlertNature::kTechnical) << condition;
  }
}

TEST(NatureOf, IsPhysiologicalForAllMeasuresAndForAlertsMadeByHand) {
  for (const Measure& measure : Measures()) {
    EXPECT_EQ(NatureOf(measure.name), AlertNature::kPhysiological) << measure.name;
    EXPECT_EQ(NatureOf("late:" + std::string(measure.name)), AlertNature::kPhysiological) << measure.name;
  }
  for (const char* condition : {"", "silences", "silence:1", "battery", "a clock:1"}) {
    EXPECT_EQ(NatureOf(condition), AlertNature::kPhysiological) << condition;
  }
}

}  // namespace
}  // namespace fajma
