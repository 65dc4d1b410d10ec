// Readings and messages in commit order.
#include "tests/contract/store/rows.h"
#include "tests/contract/store/store_contract.h"

namespace fajma::test {
namespace {

constexpr auto kHeartRate = static_cast<TypeId>(MeasureId::kHeartRate);
constexpr auto kTemperature = static_cast<TypeId>(MeasureId::kTemperature);

class Feeds : public StoreContract {
 protected:
  // Two values of one message.
  std::vector<RowSpec> Pair(std::int64_t device, std::int64_t patient, double value) {
    std::vector<RowSpec> rows = {{device, patient, kNow, kHeartRate, value},
                                 {device, patient, kNow, kTemperature, value / 2, false}};
    rows[1].rank = 1;
    return rows;
  }
  std::int64_t one_ = AddPatient("p1");
  std::int64_t other_ = AddPatient("p2", "salle2");
  std::int64_t device_ = AddDevice(0xA1, one_);
  std::int64_t third_ = AddDevice(0xA3, other_);
};

TEST_F(Feeds, AreEmptyAndCompleteWithoutCommits) {
  EXPECT_TRUE(readings_.ListAfter(0, 10).rows.empty());
  EXPECT_TRUE(readings_.ListAfter(0, 10, one_).complete);
  EXPECT_TRUE(readings_.MessagesAfter({}, 0, 10).complete);
}

TEST_F(Feeds, GiveEachRowOnceInPages) {
  for (int i = 0; i < 10; ++i) StoreRows(database_, Pair(device_, one_, i));
  for (const std::optional<std::int64_t> patient : {std::optional<std::int64_t>(), std::optional(one_)}) {
    Cursor cursor = 0;
    std::vector<double> values;
    FeedPage<Reading> page;
    do {
      page = readings_.ListAfter(cursor, 3, patient);
      for (const Reading& row : page.rows) {
        EXPECT_GT(row.cursor, cursor);
        cursor = row.cursor;
        values.push_back(row.value);
      }
      cursor = page.next;
    } while (!page.complete);
    ASSERT_EQ(values.size(), 20U);
    EXPECT_EQ(values[18], 9);
    EXPECT_EQ(values[19], 4.5);
    EXPECT_TRUE(readings_.ListAfter(cursor, 3, patient).rows.empty());
    StoreRows(database_, Pair(device_, one_, 1));
    EXPECT_EQ(readings_.ListAfter(cursor, 3, patient).rows.size(), 2U);
    Lease lease = database_.Write();
    lease.Begin();
    RunSql(lease, "DELETE FROM fajma_donneescapteursiot WHERE id >= 11 * 8192");
    lease.Commit();
  }
}

TEST_F(Feeds, FollowTheCommitsNotTheLots) {
  if (database_.dialect() == Dialect::kSqlite) return;  // one writer: the two are the same
  Lease slow = database_.Write();
  slow.Begin();
  const std::int64_t early_lot = TakeLot(slow);
  EXPECT_EQ(StoreRows(database_, Pair(device_, one_, 1)), 1);
  const Cursor seen = readings_.ListAfter(0, 10, one_).next;
  EXPECT_EQ(StoreRowsInLot(slow, early_lot, Pair(device_, one_, 2)), 2);
  slow.Commit();
  for (const std::optional<std::int64_t> patient : {std::optional<std::int64_t>(), std::optional(one_)}) {
    EXPECT_EQ(readings_.ListAfter(seen, 10, patient).rows.at(0).value, 2);
    EXPECT_EQ(readings_.ListAfter(0, 10, patient).rows.at(0).value, 1);
    EXPECT_EQ(readings_.MessagesAfter(patient, seen, 10).rows.size(), 1U);
  }
}

TEST_F(Feeds, FindAPatientsFewRowsAmongManyCommits) {
  StoreRows(database_, Pair(device_, one_, 1));
  {
    Lease lease = database_.Write();
    lease.Begin();
    for (int i = 0; i < 700; ++i) TakeCommitNumber(lease, TakeLot(lease), kNow);
    lease.Commit();
  }
  StoreRows(database_, Pair(third_, other_, 5));
  StoreRows(database_, Pair(device_, one_, 2));
  const FeedPage<Reading> page = readings_.ListAfter(0, 3, one_);
  ASSERT_EQ(page.rows.size(), 3U);
  EXPECT_EQ(page.rows[2].value, 2);
  EXPECT_FALSE(page.complete);
  const FeedPage<Reading> rest = readings_.ListAfter(page.next, 3, one_);
  EXPECT_EQ(rest.rows.size(), 1U);
  EXPECT_TRUE(rest.complete);
  EXPECT_EQ(readings_.ListAfter(0, 10).rows.size(), 6U);
}

TEST_F(Feeds, GiveMessagesAsTheyWerePushed) {
  std::vector<RowSpec> rows = Pair(device_, one_, 75);
  rows[0].device_timestamp = "123456";
  rows[0].late = rows[1].late = true;
  const std::vector<RowSpec> more = Pair(third_, other_, 80);
  rows.insert(rows.end(), more.begin(), more.end());
  const std::int64_t number = StoreRows(database_, rows);
  const FeedPage<StoredMessage> page = readings_.MessagesAfter({}, 0, 10);
  ASSERT_EQ(page.rows.size(), 2U);
  const StoredMessage& message = page.rows[0];
  EXPECT_EQ(message.cursor, MakeCursor(number, 1));
  EXPECT_EQ(message.first_row, readings_.ListAfter(0, 1).rows.at(0).id);
  EXPECT_EQ(message.patient->id, one_);
  EXPECT_EQ(message.patient->identifier, "p1");
  EXPECT_EQ(message.patient->room, "salle1");
  EXPECT_EQ(message.device.id, device_);
  EXPECT_EQ(message.device.mac, Mac::FromBits(0xA1));
  EXPECT_EQ(message.measured_at, kNow);
  EXPECT_EQ(message.time_source, TimeSource::kDevice);
  EXPECT_TRUE(message.late);
  EXPECT_EQ(message.device_timestamp, "123456");
  ASSERT_EQ(message.values.size(), 2U);
  EXPECT_EQ(message.values[0].measure, MeasureId::kHeartRate);
  EXPECT_TRUE(message.values[0].integral);
  EXPECT_EQ(message.values[1].value, 37.5);
  EXPECT_EQ(page.rows[1].patient->room, "salle2");
  EXPECT_TRUE(page.complete);
}

TEST_F(Feeds, NeverCutAMessage) {
  for (int commit = 0; commit < 3; ++commit) {
    std::vector<RowSpec> rows;
    for (int i = 0; i < 40; ++i) {
      const std::vector<RowSpec> pair = Pair(device_, one_, commit * 40 + i);
      rows.insert(rows.end(), pair.begin(), pair.end());
    }
    StoreRows(database_, rows);
  }
  for (const std::optional<std::int64_t> patient : {std::optional<std::int64_t>(), std::optional(one_)}) {
    for (const std::int64_t limit : {1, 7, 1000}) {
      std::vector<double> values;
      Cursor cursor = 0;
      FeedPage<StoredMessage> page;
      do {
        page = readings_.MessagesAfter(patient, cursor, limit);
        EXPECT_LE(page.rows.size(), static_cast<std::size_t>(limit));
        for (const StoredMessage& message : page.rows) {
          ASSERT_EQ(message.values.size(), 2U);
          values.push_back(message.values[0].value);
        }
        cursor = page.next;
      } while (!page.complete);
      ASSERT_EQ(values.size(), 120U);
      for (std::size_t i = 0; i < values.size(); ++i) EXPECT_EQ(values[i], static_cast<double>(i));
    }
  }
}

TEST_F(Feeds, GiveTheMessagesOfSomePatientsInOrder) {
  const std::int64_t third_patient = AddPatient("p3", "salle3");
  const std::int64_t fourth = AddDevice(0xA4, third_patient);
  for (int i = 0; i < 20; ++i) {
    StoreRows(database_, {{device_, one_, kNow, kHeartRate, 60.0 + i}, {third_, other_, kNow, kHeartRate, 80.0 + i}});
    StoreRows(database_, {{fourth, third_patient, kNow, kHeartRate, 100}});
  }
  std::vector<double> values;
  Cursor cursor = 0;
  FeedPage<StoredMessage> page;
  do {
    page = readings_.MessagesOfPatientsAfter({one_, other_}, cursor, 7);
    for (const StoredMessage& message : page.rows) {
      EXPECT_GT(message.cursor, cursor);
      cursor = message.cursor;
      values.push_back(message.values[0].value);
    }
    cursor = page.next;
  } while (!page.complete);
  ASSERT_EQ(values.size(), 40U);
  for (std::size_t i = 0; i < values.size(); ++i) {
    EXPECT_EQ(values[i], (i % 2 == 0 ? 60.0 : 80.0) + static_cast<double>(i / 2));
  }
  EXPECT_TRUE(readings_.MessagesOfPatientsAfter({}, 0, 7).rows.empty());
  EXPECT_TRUE(readings_.MessagesOfPatientsAfter({}, 0, 7).complete);
}

TEST_F(Feeds, GiveAWholeMessageAfterACursorInsideIt) {
  const std::int64_t number = StoreRows(database_, Pair(device_, one_, 75));
  EXPECT_EQ(readings_.MessagesAfter(one_, MakeCursor(number, 0), 10).rows.at(0).values.size(), 2U);
  EXPECT_TRUE(readings_.MessagesAfter(one_, MakeCursor(number, 1), 10).rows.empty());
}

TEST_F(Feeds, EndWithTheCommitThatWasAskedFor) {
  StoreRows(database_, Pair(device_, one_, 1));
  const std::int64_t second = StoreRows(database_, Pair(device_, one_, 2));
  StoreRows(database_, Pair(device_, one_, 3));
  const Cursor before = MakeCursor(second, 0) - 1;
  const FeedPage<StoredMessage> page = readings_.MessagesAfter({}, before, 10, MakeCursor(second, 8191));
  ASSERT_EQ(page.rows.size(), 1U);
  EXPECT_EQ(page.rows[0].values[0].value, 2);
  EXPECT_EQ(page.next, MakeCursor(second, 8191));
}

TEST_F(Feeds, NameAFreeType) {
  const TypeId type = readings_.EnsureType("pas", "nombre").value();
  StoreRows(database_, {{device_, one_, kNow, type, 5000}});
  const StoredMessage message = readings_.MessagesAfter(one_, 0, 1).rows.at(0);
  EXPECT_EQ(message.measure_name, "pas");
  EXPECT_TRUE(message.values.empty());
  EXPECT_EQ(readings_.ListAfter(0, 1).rows.at(0).unit, "nombre");
}

TEST_F(Feeds, ShowAPatientsNewRoom) {
  StoreRows(database_, Pair(device_, one_, 1));
  EXPECT_EQ(readings_.MessagesAfter(one_, 0, 1).rows.at(0).patient->room, "salle1");
  PatientPatch patch;
  patch.room = "salle9";
  patients_.Update(one_, patch);
  EXPECT_EQ(readings_.MessagesAfter(one_, 0, 1).rows.at(0).patient->room, "salle9");
}

}  // namespace
}  // namespace fajma::test
