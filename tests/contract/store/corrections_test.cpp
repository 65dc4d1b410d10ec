// Readings and alerts that are changed or deleted by hand, and what tells of them.
#include <algorithm>
#include <memory>
#include <random>

#include "core/store/ingest_store.h"
#include "tests/contract/store/rows.h"
#include "tests/contract/store/store_contract.h"

namespace fajma::test {
namespace {

constexpr auto kHeartRate = static_cast<TypeId>(MeasureId::kHeartRate);
constexpr auto kTemperature = static_cast<TypeId>(MeasureId::kTemperature);

class Corrections : public StoreContract {
 protected:
  std::int64_t Store(double value, Micros measured_at, bool late = false, std::int64_t device = 0,
                     MeasureId measure = MeasureId::kHeartRate) {
    auto transaction = ingest_.Begin();
    StoredMessage message;
    message.device.id = device == 0 ? device_ : device;
    message.patient =
        std::make_shared<const PatientRef>(PatientRef{message.device.id == third_ ? other_ : one_, "p", "salle1"});
    message.measured_at = message.received_at = measured_at;
    message.late = late;
    message.values.Add({measure, true, value});
    transaction.Add(message, {});
    transaction.Commit(kNow);
    return message.first_row;
  }

  // Everything that is kept beside the readings, and the same anew from the readings.
  std::string Kept() {
    Lease lease = database_.Read();
    return Concatenated(lease,
                        "SELECT patient_id || ',' || dispositif_id || ',' || type_id || ',' || nombre || ',' ||"
                        " premiere_id || ',' || derniere_id || ',' || COALESCE(donnee_id, 0) AS x"
                        " FROM fajma_serie") +
           Concatenated(lease,
                        "SELECT echelle || ',' || debut || ',' || patient_id || ',' || dispositif_id || ',' ||"
                        " type_id || ',' || nombre || ',' || CAST(somme AS INTEGER) || ',' ||"
                        " CAST(minimum AS INTEGER) || ',' || CAST(maximum AS INTEGER) || ',' || derniere AS x"
                        " FROM fajma_cumul");
  }
  std::string Anew() {
    Lease lease = database_.Read();
    const auto rollups = [](const std::string& scale, const std::string& step, bool of_all = false) {
      const std::string group = of_all ? "" : "patient_id, dispositif_id, ";
      return "SELECT '" + scale + ",' || (\"timestamp\" - \"timestamp\" % " + step + ") || ',' || " +
             (of_all ? "'0,0'" : "patient_id || ',' || dispositif_id") +
             " || ',' || type_id || ',' || COUNT(*) || ',' ||"
             " CAST(SUM(valeur) AS INTEGER) || ',' || CAST(MIN(valeur) AS INTEGER) || ',' ||"
             " CAST(MAX(valeur) AS INTEGER) || ',' || MAX(\"timestamp\") AS x FROM fajma_donneescapteursiot"
             " GROUP BY " +
             group + "type_id, \"timestamp\" - \"timestamp\" % " + step;
    };
    return Concatenated(lease,
                        "SELECT patient_id || ',' || dispositif_id || ',' || type_id || ',' || COUNT(*) || ',' ||"
                        " MIN(id) || ',' || MAX(id) || ',' || COALESCE((SELECT n.id FROM fajma_donneescapteursiot n"
                        " WHERE n.patient_id = d.patient_id AND n.dispositif_id = d.dispositif_id AND"
                        " n.type_id = d.type_id AND n.tardive = 0 ORDER BY n.\"timestamp\" DESC, n.id DESC LIMIT 1), 0)"
                        " AS x FROM fajma_donneescapteursiot d GROUP BY patient_id, dispositif_id, type_id") +
           Concatenated(lease, rollups("1", "60000000") + " UNION ALL " + rollups("60", "3600000000") + " UNION ALL " +
                                   rollups("-1", "60000000", true) + " UNION ALL " +
                                   rollups("-60", "3600000000", true));
  }
  static std::string Concatenated(Lease& lease, const std::string& query) {
    return QueryText(
        lease, lease.dialect() == Dialect::kSqlite
                   ? "SELECT COALESCE(group_concat(x, ' '), '') FROM (SELECT x FROM (" + query + ") ORDER BY x)"
                   : "SELECT COALESCE(string_agg(x, ' ' ORDER BY x COLLATE \"C\"), '') FROM (" + query + ") AS q");
  }
  std::string Count(const std::string& table) {
    Lease lease = database_.Read();
    return QueryText(lease, "SELECT CAST(COUNT(*) AS VARCHAR(9)) FROM " + table);
  }

  std::int64_t one_ = AddPatient("p1");
  std::int64_t other_ = AddPatient("p2", "salle2");
  std::int64_t device_ = AddDevice(1, one_);
  std::int64_t second_ = AddDevice(2, one_);
  std::int64_t third_ = AddDevice(3, other_);
  IngestStore ingest_{database_};
};

TEST_F(Corrections, OfAValueReachSeriesAndRollups) {
  Store(60, kNow);
  const std::int64_t id = Store(70, kNow + kSecond);
  ReadingPatch patch;
  patch.value = 90;
  patch.quality_percent = 50;
  patch.metadata = R"({"corrigé":true})";
  const std::optional<Reading> changed = readings_.Correct(id, patch);
  ASSERT_TRUE(changed);
  EXPECT_EQ(changed->value, 90);
  EXPECT_EQ(changed->type, "heart_rate");
  EXPECT_EQ(readings_.Find(id)->quality, 50);
  EXPECT_EQ(readings_.Find(id)->metadata, patch.metadata);
  EXPECT_EQ(readings_.LatestValues(one_).front().value, 90);
  EXPECT_EQ(Kept(), Anew());
  EXPECT_FALSE(readings_.Correct(id + 5000, patch));
}

TEST_F(Corrections, MoveAReadingToAnotherDeviceAndType) {
  const std::int64_t id = Store(60, kNow);
  Store(61, kNow + kSecond, false, third_);
  ReadingPatch patch;
  patch.device_id = third_;
  patch.type_id = kTemperature;
  patch.value = 37;
  const std::optional<Reading> moved = readings_.Correct(id, patch);
  EXPECT_EQ(moved->patient_id, other_);
  EXPECT_EQ(moved->unit, "°C");
  ReadingFilter of_one;
  of_one.patient_id = one_;
  EXPECT_EQ(readings_.List(of_one, {}).count, 0);
  EXPECT_EQ(Kept(), Anew());
}

TEST_F(Corrections, ADeletedReadingIsNowhere) {
  const std::int64_t first = Store(60, kNow);
  const std::int64_t late = Store(50, kNow - 7200 * kSecond, true);
  const std::int64_t newest = Store(70, kNow + kSecond);
  const AlertEvent alert = alerts_.Create({device_, one_, AlertLevel::kWarning, "T", "M", newest}, kNow);
  EXPECT_TRUE(readings_.Delete(newest));
  EXPECT_FALSE(readings_.Delete(newest));
  EXPECT_FALSE(readings_.Find(newest));
  EXPECT_EQ(readings_.LatestValues(one_).front().reading_id, first);
  EXPECT_FALSE(alerts_.Find(alert.alert.id)->trigger_reading_id);
  EXPECT_EQ(Kept(), Anew());
  EXPECT_TRUE(readings_.Delete(first));
  EXPECT_TRUE(readings_.LatestValues(one_).empty());
  EXPECT_EQ(Kept(), Anew());
  EXPECT_TRUE(readings_.Delete(late));
  EXPECT_EQ(Count("fajma_serie"), "0");
  EXPECT_EQ(Count("fajma_cumul"), "0");
}

TEST_F(Corrections, KeepAllRightAtRandom) {
  std::mt19937 random(7);
  const auto draw = [&random](int below) { return std::uniform_int_distribution(0, below - 1)(random); };
  const std::int64_t devices[] = {device_, second_, third_};
  std::vector<std::int64_t> ids;
  for (int i = 0; i < 150; ++i) {
    const auto any = [&] { return ids[static_cast<std::size_t>(draw(static_cast<int>(ids.size())))]; };
    if (ids.size() < 10 || draw(2) == 0) {
      const bool late = draw(4) == 0;
      ids.push_back(Store(draw(200), kNow + (late ? -draw(9000) : i) * kSecond, late, devices[draw(3)],
                          draw(2) == 0 ? MeasureId::kHeartRate : MeasureId::kTemperature));
    } else if (draw(2) == 0) {
      const std::int64_t id = any();
      EXPECT_TRUE(readings_.Delete(id));
      std::erase(ids, id);
    } else {
      ReadingPatch patch;
      if (draw(2) == 0) patch.value = draw(200);
      if (draw(3) == 0) patch.device_id = devices[draw(3)];
      if (draw(3) == 0) patch.type_id = draw(2) == 0 ? kHeartRate : kTemperature;
      EXPECT_TRUE(readings_.Correct(any(), patch));
    }
    if (i % 10 == 0) {
      ASSERT_EQ(Kept(), Anew()) << "after step " << i;
    }
  }
  EXPECT_EQ(Kept(), Anew());
}

TEST_F(Corrections, OfAnAlertTellOfARiseOnly) {
  const std::int64_t id = alerts_.Create({device_, one_, AlertLevel::kWarning, "T", "M", {}}, kNow).alert.id;
  alerts_.Acknowledge(id, 5, kNow);
  AlertPatch patch;
  patch.title = "Autre";
  auto changed = alerts_.Change(id, patch, kNow);
  EXPECT_TRUE(changed->events.empty());
  EXPECT_TRUE(changed->alert.acknowledged);
  patch.level = AlertLevel::kCritical;
  changed = alerts_.Change(id, patch, kNow);
  ASSERT_EQ(changed->events.size(), 1U);
  EXPECT_EQ(changed->events[0].change, AlertChange::kEscalated);
  EXPECT_FALSE(alerts_.Find(id)->acknowledged);
  EXPECT_EQ(alerts_.Find(id)->title, "Autre");
  EXPECT_FALSE(alerts_.Change(id + 1, patch, kNow));
}

TEST_F(Corrections, ADeletedAlertIsResolvedForWhoeverShowsIt) {
  const std::int64_t id = alerts_.Create({device_, one_, AlertLevel::kWarning, "T", "M", {}}, kNow).alert.id;
  const AlertResult result = alerts_.Delete(id, kNow);
  ASSERT_EQ(result.events.size(), 1U);
  EXPECT_EQ(result.events[0].change, AlertChange::kResolved);
  EXPECT_EQ(result.events[0].alert.resolved_at, kNow);
  EXPECT_FALSE(alerts_.Find(id));
  EXPECT_EQ(alerts_.List({}, {}).count, 0);
  EXPECT_EQ(alerts_.Delete(id, kNow).outcome, AlertOutcome::kUnknown);
  EXPECT_EQ(alerts_.Acknowledge(id, 5, kNow).outcome, AlertOutcome::kUnknown);
}

// Pages far down, each asked for in any order while rows come in and go, against a walk over everything.
TEST_F(Corrections, PagesFarDownStayThoseOfTheWholeList) {
  std::vector<RowSpec> rows;
  for (int i = 0; i < 5000; ++i) {
    rows.push_back({i % 3 == 0 ? third_ : device_, i % 3 == 0 ? other_ : one_, kNow + i * kSecond, kHeartRate, 60});
  }
  for (int lot = 0; lot < 70; ++lot) StoreRows(database_, {{device_, one_, kNow, kHeartRate, 1}});
  StoreRows(database_, rows);
  for (int lot = 0; lot < 70; ++lot) StoreRows(database_, {{device_, one_, kNow, kHeartRate, 2}});
  std::mt19937 random(3);
  const auto ids_of = [this](const ReadingFilter& filter) {
    std::vector<std::int64_t> ids;
    ReadingFilter before = filter;
    for (;;) {
      const Page<Reading> page = readings_.List(before, {0, 1000});
      for (const Reading& reading : page.rows) ids.push_back(reading.id);
      if (page.rows.size() < 1000) return ids;
      before.before_id = ids.back();
    }
  };
  std::vector<ReadingFilter> filters(4);
  filters[1].patient_id = one_;
  filters[2].device_id = third_;
  filters[3].patients = std::vector<std::int64_t>{one_, other_};
  for (int round = 0; round < 4; ++round) {
    for (const ReadingFilter& filter : filters) {
      const std::vector<std::int64_t> all = ids_of(filter);
      for (int i = 0; i < 25; ++i) {
        const auto offset = std::uniform_int_distribution<std::int64_t>(1500, std::ssize(all) + 30)(random);
        const Page<Reading> page = readings_.List(filter, {offset, 20});
        ASSERT_EQ(page.count, std::ssize(all));
        const auto expected = std::clamp<std::int64_t>(std::ssize(all) - offset, 0, 20);
        ASSERT_EQ(std::ssize(page.rows), expected) << offset;
        for (std::size_t row = 0; row < page.rows.size(); ++row) {
          ASSERT_EQ(page.rows[row].id, all[static_cast<std::size_t>(offset) + row]) << offset;
        }
      }
    }
    if (round == 0) StoreRows(database_, {{device_, one_, kNow, kHeartRate, 3}, {third_, other_, kNow, kHeartRate, 3}});
    if (round == 1) readings_.Delete(ids_of({})[3000]);
    if (round == 2)
      readings_.Correct(ids_of({})[3100],
                        {.device_id = third_, .type_id = {}, .value = {}, .quality_percent = {}, .metadata = {}});
  }
}

TEST_F(Corrections, KeysWalkAListBothWays) {
  std::vector<std::int64_t> ids;
  for (int i = 0; i < 30; ++i) ids.push_back(Store(60, kNow + i * kSecond, false, i % 3 == 0 ? third_ : device_));
  ReadingFilter filter;
  filter.patients = std::vector<std::int64_t>{one_, other_};
  filter.before_id = ids[20];
  EXPECT_EQ(readings_.List(filter, {0, 5}).rows.front().id, ids[19]);
  filter.before_id.reset();
  filter.after_id = ids[20];
  const auto above = readings_.List(filter, {0, 5}).rows;
  ASSERT_EQ(above.size(), 5U);
  EXPECT_EQ(above.front().id, ids[25]);
  EXPECT_EQ(above.back().id, ids[21]);
  filter.patients.reset();
  filter.patient_id = other_;
  EXPECT_EQ(readings_.List(filter, {0, 2}).rows.back().id, ids[21]);
}

TEST_F(Corrections, AFeedPassesOnlyWhatTheFilterLetsThrough) {
  std::vector<std::int64_t> ids;
  for (int i = 0; i < 30; ++i) ids.push_back(Store(60, kNow + i * kSecond, false, i % 3 == 0 ? third_ : device_));
  ReadingFilter filter;
  filter.patients = std::vector<std::int64_t>{other_};
  FeedPage<Reading> page = readings_.ListAfter(0, 4, filter);
  ASSERT_EQ(page.rows.size(), 4U);
  EXPECT_FALSE(page.complete);
  EXPECT_EQ(page.rows[3].id, ids[9]);
  page = readings_.ListAfter(page.next, 100, filter);
  ASSERT_EQ(page.rows.size(), 6U);
  EXPECT_TRUE(page.complete);
  EXPECT_EQ(page.rows[0].id, ids[12]);
  EXPECT_TRUE(readings_.ListAfter(page.next, 100, filter).rows.empty());
  EXPECT_EQ(readings_.ListAfter(0, 7, ReadingFilter{}).rows.size(), 7U);
}

}  // namespace
}  // namespace fajma::test
