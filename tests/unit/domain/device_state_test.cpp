#include "core/domain/device_state.h"

#include <gtest/gtest.h>

#include <memory>

#include "core/domain/reading.h"

namespace fajma {
namespace {

std::shared_ptr<const PatientRef> PatientOf(std::int64_t id) {
  return std::make_shared<PatientRef>(PatientRef{id, "patient" + std::to_string(id), "salle1"});
}

TEST(PatientAt, IsTheOneWhoHadTheDeviceThen) {
  DeviceState device;
  device.assignments = {{PatientOf(1), 100, 200}, {PatientOf(2), 200, 300}, {PatientOf(3), 400, std::nullopt}};
  device.patient = device.assignments.back().patient;
  EXPECT_EQ(device.PatientAt(100)->id, 1);
  EXPECT_EQ(device.PatientAt(199)->id, 1);
  EXPECT_EQ(device.PatientAt(200)->id, 2);
  EXPECT_EQ(device.PatientAt(299)->id, 2);
  EXPECT_EQ(device.PatientAt(400)->id, 3);
  EXPECT_EQ(device.PatientAt(1'000'000)->id, 3);
}

TEST(PatientAt, IsTodaysPatientWhenNobodyHadTheDevice) {
  DeviceState device;
  device.assignments = {{PatientOf(1), 100, 200}, {PatientOf(3), 400, std::nullopt}};
  device.patient = device.assignments.back().patient;
  EXPECT_EQ(device.PatientAt(50)->id, 3);
  EXPECT_EQ(device.PatientAt(300)->id, 3);
}

TEST(Cursor, GrowsWithCommitAndIndex) {
  EXPECT_LT(MakeCursor(1, kCursorsPerCommit - 1), MakeCursor(2, 0));
  EXPECT_EQ(CommitOf(MakeCursor(7, 8191)), 7);
  EXPECT_EQ(CommitOf(MakeCursor(7, 0)), 7);
  EXPECT_LT(MakeCursor(100'000'000'000, kCursorsPerCommit - 1), 1LL << 53);
}

TEST(MeasureValues, KeepTheOrderOfSending) {
  MeasureValues values;
  EXPECT_TRUE(values.empty());
  for (std::size_t i = kMeasureCount; i > 0; --i) values.Add({static_cast<MeasureId>(i), true, static_cast<double>(i)});
  EXPECT_EQ(values.size(), kMeasureCount);
  EXPECT_EQ(values[0].measure, MeasureId::kSignalQuality);
  EXPECT_TRUE(values.Has(MeasureId::kTemperature));
}

}  // namespace
}  // namespace fajma
