#include "tests/contract/store/rows.h"
#include "tests/contract/store/store_contract.h"

namespace fajma::test {
namespace {

constexpr auto kHeartRate = static_cast<TypeId>(MeasureId::kHeartRate);
constexpr auto kTemperature = static_cast<TypeId>(MeasureId::kTemperature);

class Readings : public StoreContract {
 protected:
  std::vector<double> Values(const ReadingFilter& filter, PageRequest page = {}) {
    std::vector<double> values;
    for (const Reading& reading : readings_.List(filter, page).rows) values.push_back(reading.value);
    return values;
  }
  std::int64_t one_ = AddPatient("p1");
  std::int64_t other_ = AddPatient("p2", "salle2");
  std::int64_t device_ = AddDevice(1, one_);
  std::int64_t second_ = AddDevice(2, one_);
  std::int64_t third_ = AddDevice(3, other_);
};

TEST_F(Readings, ComeBackAsTheyWereStored) {
  RowSpec row{device_, one_, kNow + 123456};
  row.type_id = kTemperature;
  row.value = 36.600000000000001;
  row.integral = false;
  row.late = true;
  row.device_timestamp = "\"2025-01-20T10:30:00Z\"";
  row.metadata = R"({"clé":"l'été"})";
  const std::int64_t number = StoreRows(database_, {row});
  const Page<Reading> page = readings_.List({}, {});
  ASSERT_EQ(page.rows.size(), 1U);
  const Reading& reading = page.rows.front();
  EXPECT_EQ(reading.id, number * kCursorsPerCommit);
  EXPECT_EQ(reading.type, "temperature");
  EXPECT_EQ(reading.unit, "°C");
  EXPECT_EQ(reading.value, 36.600000000000001);
  EXPECT_FALSE(reading.integral);
  EXPECT_EQ(reading.measured_at, kNow + 123456);
  EXPECT_EQ(reading.received_at, kNow + 123456);
  EXPECT_EQ(reading.quality, 100);
  EXPECT_EQ(reading.time_source, TimeSource::kDevice);
  EXPECT_TRUE(reading.late);
  EXPECT_EQ(reading.device_timestamp, row.device_timestamp);
  EXPECT_EQ(reading.metadata, row.metadata);
  EXPECT_EQ(reading.device_id, device_);
  EXPECT_EQ(reading.patient_id, one_);
  EXPECT_EQ(readings_.Find(reading.id)->value, reading.value);
  EXPECT_FALSE(readings_.Find(reading.id + 1));
}

TEST_F(Readings, AreListedNewestFirstInPages) {
  std::vector<RowSpec> rows;
  for (int i = 0; i < 45; ++i) rows.push_back({device_, one_, kNow, kHeartRate, double(i)});
  StoreRows(database_, rows);
  StoreRows(database_, {{third_, other_, kNow, kHeartRate, 45}});
  const Page<Reading> first = readings_.List({}, {0, 20});
  EXPECT_EQ(first.count, 46);
  EXPECT_EQ(first.rows.front().value, 45);
  EXPECT_EQ(first.rows.back().value, 26);
  EXPECT_EQ(Values({}, {40, 20}), (std::vector<double>{5, 4, 3, 2, 1, 0}));
  EXPECT_TRUE(Values({}, {60, 20}).empty());
  EXPECT_EQ(readings_.List({}, {60, 20}).count, 46);
}

TEST_F(Readings, AreFilteredByDevicePatientAndType) {
  StoreRows(database_, {{device_, one_, kNow, kHeartRate, 1},
                        {second_, one_, kNow, kHeartRate, 2},
                        {third_, other_, kNow, kTemperature, 3},
                        {device_, one_, kNow, kTemperature, 4}});
  ReadingFilter filter;
  filter.device_id = device_;
  EXPECT_EQ(Values(filter), (std::vector<double>{4, 1}));
  EXPECT_EQ(readings_.List(filter, {}).count, 2);
  filter.type = "heart_rate";
  EXPECT_EQ(Values(filter), std::vector<double>{1});
  filter = {};
  filter.patient_id = one_;
  EXPECT_EQ(Values(filter), (std::vector<double>{4, 2, 1}));
  filter.device_id = third_;
  EXPECT_TRUE(Values(filter).empty());
  filter = {};
  filter.type = "temperature";
  EXPECT_EQ(Values(filter), (std::vector<double>{4, 3}));
  EXPECT_EQ(readings_.List(filter, {}).count, 2);
  filter.type = "unknown";
  EXPECT_EQ(readings_.List(filter, {}).count, 0);
}

TEST_F(Readings, FollowADeviceFromPatientToPatient) {
  StoreRows(database_, {{device_, one_, kNow, kHeartRate, 1}, {device_, other_, kNow, kHeartRate, 2}});
  StoreRows(database_, {{third_, other_, kNow, kHeartRate, 3}, {device_, one_, kNow, kHeartRate, 4}});
  ReadingFilter filter;
  filter.device_id = device_;
  EXPECT_EQ(Values(filter), (std::vector<double>{4, 2, 1}));
  EXPECT_EQ(Values(filter, {1, 1}), std::vector<double>{2});
  EXPECT_EQ(readings_.List(filter, {}).count, 3);
}

TEST_F(Readings, AreThoseOfVisiblePatientsOnly) {
  const std::int64_t hidden = AddPatient("p3");
  std::vector<RowSpec> rows;
  for (int i = 0; i < 30; ++i) {
    const std::int64_t patients[] = {one_, other_, hidden};
    rows.push_back({device_, patients[i % 3], kNow, kHeartRate, double(i)});
  }
  StoreRows(database_, rows);
  ReadingFilter filter;
  filter.patients = std::vector<std::int64_t>{one_, other_};
  EXPECT_EQ(readings_.List(filter, {}).count, 20);
  EXPECT_EQ(Values(filter, {2, 3}), (std::vector<double>{25, 24, 22}));
  EXPECT_EQ(Values(filter, {0, 1000}).size(), 20U);
  EXPECT_EQ(Values(filter, {18, 1000}), (std::vector<double>{1, 0}));
  filter.patient_id = hidden;
  EXPECT_EQ(readings_.List(filter, {}).count, 0);
  filter = {};
  filter.patients = std::vector<std::int64_t>{};
  EXPECT_TRUE(Values(filter).empty());
}

TEST_F(Readings, FarBackAreTheSameByEitherWay) {
  std::vector<RowSpec> rows;
  for (int i = 0; i < 2400; ++i)
    rows.push_back({i % 2 == 0 ? device_ : third_, i % 2 == 0 ? one_ : other_, kNow, kHeartRate, double(i)});
  StoreRows(database_, rows);
  ReadingFilter filter;
  filter.patients = std::vector<std::int64_t>{one_, other_};
  EXPECT_EQ(Values(filter, {1979, 20}), Values({}, {1979, 20}));  // merged
  EXPECT_EQ(Values(filter, {2100, 20}), Values({}, {2100, 20}));  // walked
}

TEST_F(Readings, PageBelowAnId) {
  StoreRows(database_, {{device_, one_, kNow, kHeartRate, 1}, {device_, one_, kNow, kHeartRate, 2}});
  StoreRows(database_, {{device_, one_, kNow, kHeartRate, 3}});
  ReadingFilter filter;
  filter.before_id = readings_.List({}, {0, 1}).rows.at(0).id;
  EXPECT_EQ(Values(filter), (std::vector<double>{2, 1}));
  filter.patient_id = one_;
  filter.before_id = kCursorsPerCommit;
  EXPECT_TRUE(Values(filter).empty());
}

TEST_F(Readings, OfTheLastMinutesNeedNoWalkThroughTheRest) {
  for (int minute = 0; minute < 60; ++minute) {
    StoreRows(database_, {{device_, one_, kNow + minute * kMicrosPerMinute, kHeartRate, double(minute)}});
  }
  StoreRows(database_, {{device_, one_, kNow, kHeartRate, -1}});  // late
  ReadingFilter filter;
  filter.measured_since = kNow + 57 * kMicrosPerMinute;
  EXPECT_EQ(Values(filter), (std::vector<double>{59, 58, 57}));
  EXPECT_EQ(readings_.List(filter, {}).count, 3);
  filter.measured_since = kNow + 1000 * kMicrosPerMinute;
  EXPECT_EQ(readings_.List(filter, {}).count, 0);
}

TEST_F(Readings, OfADeviceThatWasReplacedAreFound) {
  StoreRows(database_, {{second_, one_, kNow, kHeartRate, 1}});
  for (int i = 0; i < 20; ++i) StoreRows(database_, {{device_, one_, kNow, kHeartRate, 2}});
  const std::vector<Reading> latest = readings_.LatestOfDevice(second_, 10, {});
  ASSERT_EQ(latest.size(), 1U);
  EXPECT_EQ(latest.front().value, 1);
  EXPECT_EQ(readings_.LatestOfDevice(device_, 10, {}).size(), 10U);
  EXPECT_TRUE(readings_.LatestOfDevice(third_, 10, {}).empty());
}

TEST_F(Readings, AreFoundWhenTheSeriesDoNotKnowTheirBounds) {
  StoreRows(database_, {{device_, one_, kNow, kHeartRate, 1}});
  {
    Lease lease = database_.Write();
    RunSql(lease, "UPDATE fajma_serie SET premiere_id = NULL, derniere_id = NULL");
  }
  EXPECT_EQ(readings_.LatestOfDevice(device_, 1, {}).size(), 1U);
}

TEST_F(Readings, HaveALatestValueForEachPatientAndType) {
  StoreRows(database_, {{device_, one_, kNow, kHeartRate, 1}, {second_, one_, kNow + 5, kHeartRate, 2}});
  StoreRows(database_, {{device_, one_, kNow + 1, kTemperature, 36.5, false}, {third_, other_, kNow, kHeartRate, 9}});
  StoreRows(database_, {{second_, one_, kNow - 50, kHeartRate, 3, true, true}});  // late: moves nothing
  const std::vector<LatestValue> values = readings_.LatestValues(one_);
  ASSERT_EQ(values.size(), 2U);
  EXPECT_EQ(values[0].type, "temperature");
  EXPECT_FALSE(values[0].integral);
  EXPECT_EQ(values[1].value, 2);
  EXPECT_EQ(values[1].device_id, second_);
  EXPECT_EQ(values[1].unit, "bpm");
  EXPECT_EQ(readings_.LatestValues().size(), 3U);
}

class Types : public StoreContract {};

TEST_F(Types, AreTheMeasuresAndWhatIsMade) {
  EXPECT_EQ(readings_.EnsureType("heart_rate", "bpm"), static_cast<TypeId>(MeasureId::kHeartRate));
  const std::optional<TypeId> free = readings_.EnsureType("pas", "l'heure");
  ASSERT_TRUE(free);
  EXPECT_GE(*free, kFirstFreeType);
  EXPECT_EQ(readings_.EnsureType("pas", "l'heure"), free);
  EXPECT_NE(readings_.EnsureType("heart_rate", "Hz"), static_cast<TypeId>(MeasureId::kHeartRate));
  Lease lease = database_.Read();
  EXPECT_EQ(readings_.types().Get(lease, *free).unit, "l'heure");
  EXPECT_EQ(readings_.types().Get(lease, 99).name, "");
}

TEST_F(Types, OfARolledBackTransactionAreForgotten) {
  std::optional<TypeId> first;
  {
    Lease lease = database_.Write();
    lease.Begin();
    first = readings_.types().Ensure(lease, "a", "x");
    EXPECT_EQ(readings_.types().Ensure(lease, "a", "x"), first);
  }
  EXPECT_EQ(readings_.EnsureType("b", "x"), first);
  EXPECT_NE(readings_.EnsureType("a", "x"), first);
}

TEST_F(Types, AreBounded) {
  {
    Lease lease = database_.Write();
    lease.Begin();
    for (std::size_t i = 0; i < kMaxFreeTypes; ++i) {
      ASSERT_TRUE(readings_.types().Ensure(lease, "t" + std::to_string(i), "u"));
    }
    lease.Commit();
  }
  EXPECT_FALSE(readings_.EnsureType("one more", "u"));
  EXPECT_TRUE(readings_.EnsureType("t5", "u"));
  EXPECT_TRUE(readings_.EnsureType("glucose", "mg/dL"));
}

}  // namespace
}  // namespace fajma::test
