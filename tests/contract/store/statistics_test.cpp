// Statistics from rollups against plain SQL over the readings, on random data with late ones among them.
#include <algorithm>
#include <map>
#include <memory>
#include <random>
#include <utility>

#include "core/store/ingest_store.h"
#include "core/store/sql.h"
#include "tests/contract/store/store_contract.h"

namespace fajma::test {
namespace {

constexpr Micros kMinute = kMicrosPerMinute;
constexpr Micros kHour = 60 * kMinute;

class Statistics : public StoreContract {
 protected:
  // One batch as ingest stores it.
  struct NewRow {
    std::int64_t device_id;
    std::int64_t patient_id;
    Micros measured_at;
    MeasureId measure;
    double value;
    bool late = false;
  };

  std::vector<std::int64_t> Store(const std::vector<NewRow>& rows) {
    std::vector<StoredMessage> messages(rows.size());
    auto transaction = ingest_.Begin();
    std::vector<std::int64_t> ids;
    for (std::size_t i = 0; i < rows.size(); ++i) {
      StoredMessage& message = messages[i];
      message.patient = std::make_shared<const PatientRef>(PatientRef{rows[i].patient_id, "p", "salle1"});
      message.device.id = rows[i].device_id;
      message.measured_at = rows[i].measured_at;
      message.received_at = kNow;
      message.late = rows[i].late;
      message.values.Add({rows[i].measure, false, rows[i].value});
      transaction.Add(message, {});
      ids.push_back(message.first_row);
    }
    transaction.Commit(kNow);
    return ids;
  }

  std::vector<std::int64_t> StoreRandom(int batches, int rows_each) {
    std::vector<std::int64_t> ids;
    for (int batch = 0; batch < batches; ++batch) {
      std::vector<NewRow> rows;
      for (int i = 0; i < rows_each; ++i) {
        const bool late = Draw(5) == 0;
        const std::int64_t device = devices_of_[static_cast<std::size_t>(Draw(3))];
        rows.push_back({device, patient_of_[device],
                        kNow - (late ? Draw(30 * 3600) : Draw(7200)) * kSecond + Draw(1000),
                        Draw(2) == 0 ? MeasureId::kHeartRate : MeasureId::kTemperature, 30 + Draw(1000) / 7.0, late});
      }
      const auto added = Store(rows);
      ids.insert(ids.end(), added.begin(), added.end());
    }
    return ids;
  }

  // The same, from the readings themselves.
  std::vector<ReadingStatistics> Oracle(const ReadingFilter& filter, Micros since, Micros step) {
    std::map<std::pair<Micros, std::string>, ReadingStatistics> buckets;
    ReadingFilter all = filter;
    for (std::int64_t offset = 0;; offset += kMaxPageRows) {
      const Page<Reading> page = readings_.List(all, {offset, kMaxPageRows});
      for (const Reading& reading : page.rows) {
        if (reading.measured_at < since - since % kMinute) continue;
        const Micros start = step == 0 ? 0 : reading.measured_at - reading.measured_at % step;
        ReadingStatistics& bucket = buckets[{start, reading.type}];
        bucket.least = bucket.count == 0 ? reading.value : std::min(bucket.least, reading.value);
        bucket.greatest = bucket.count == 0 ? reading.value : std::max(bucket.greatest, reading.value);
        bucket.last_measured_at = std::max(bucket.last_measured_at, reading.measured_at);
        bucket.bucket_start = start;
        bucket.type = reading.type;
        bucket.unit = reading.unit;
        ++bucket.count;
        bucket.sum += reading.value;
      }
      if (page.rows.size() < static_cast<std::size_t>(kMaxPageRows)) break;
    }
    std::vector<ReadingStatistics> rows;
    for (auto& [key, row] : buckets) rows.push_back(std::move(row));
    return rows;
  }

  void ExpectAsOracle(const ReadingFilter& filter, Micros since, Micros step) {
    SCOPED_TRACE("since " + std::to_string(since) + " step " + std::to_string(step));
    const auto found = readings_.Statistics(filter, since, step);
    const auto expected = Oracle(filter, since, step);
    ASSERT_EQ(found.size(), expected.size());
    for (std::size_t i = 0; i < found.size(); ++i) {
      EXPECT_EQ(found[i].bucket_start, expected[i].bucket_start);
      EXPECT_EQ(found[i].type, expected[i].type);
      EXPECT_EQ(found[i].unit, expected[i].unit);
      EXPECT_EQ(found[i].count, expected[i].count);
      EXPECT_NEAR(found[i].sum, expected[i].sum, 1e-6);
      EXPECT_EQ(found[i].least, expected[i].least);
      EXPECT_EQ(found[i].greatest, expected[i].greatest);
      EXPECT_EQ(found[i].last_measured_at, expected[i].last_measured_at);
    }
  }

  void ExpectAllAsOracle() {
    std::vector<ReadingFilter> filters(9);
    filters[1].patient_id = one_;
    filters[2].device_id = devices_of_[1];
    filters[3].type = "temperature";
    filters[4].patients = std::vector<std::int64_t>{other_};
    filters[5].patients = std::vector<std::int64_t>{one_, other_};
    filters[5].device_id = devices_of_[0];
    filters[6].patients = std::vector<std::int64_t>{other_};
    filters[6].patient_id = one_;
    filters[7].patients = std::vector<std::int64_t>{other_};
    filters[7].device_id = devices_of_[0];
    filters[8].patients = std::vector<std::int64_t>{};
    for (const ReadingFilter& filter : filters) {
      for (const Micros since : {kNow - 24 * kHour, kNow - kHour, kNow - 90 * kMinute - 7, kNow - 40 * kHour}) {
        for (const Micros step : {Micros{0}, kMinute, 15 * kMinute, kHour, 24 * kHour}) {
          ExpectAsOracle(filter, since, step);
        }
      }
    }
  }

  int Draw(int below) { return std::uniform_int_distribution(0, below - 1)(random_); }

  std::mt19937 random_{20260101};
  std::int64_t one_ = AddPatient("p1");
  std::int64_t other_ = AddPatient("p2", "salle2");
  std::vector<std::int64_t> devices_of_{AddDevice(1, one_), AddDevice(2, one_), AddDevice(3, other_)};
  std::map<std::int64_t, std::int64_t> patient_of_{
      {devices_of_[0], one_}, {devices_of_[1], one_}, {devices_of_[2], other_}};
  IngestStore ingest_{database_};
};

TEST_F(Statistics, EqualPlainSqlOverTheReadings) {
  StoreRandom(8, 150);
  ExpectAllAsOracle();
}

TEST_F(Statistics, OfNothingAreEmpty) {
  EXPECT_TRUE(readings_.Statistics({}, kNow - kHour).empty());
  Store({{devices_of_[0], one_, kNow - 2 * kHour, MeasureId::kHeartRate, 70}});
  EXPECT_TRUE(readings_.Statistics({}, kNow - kHour).empty());
  ReadingFilter filter;
  filter.device_id = 99;
  EXPECT_TRUE(readings_.Statistics(filter, kNow - 24 * kHour).empty());
}

TEST_F(Statistics, BeginWithTheMinuteOfTheirFirstMoment) {
  const Micros since = kNow - kNow % kMinute + 30 * kSecond;
  Store({{devices_of_[0], one_, since - 31 * kSecond, MeasureId::kHeartRate, 60},
         {devices_of_[0], one_, since - 30 * kSecond, MeasureId::kHeartRate, 70},
         {devices_of_[0], one_, since + kHour, MeasureId::kHeartRate, 80}});
  const auto rows = readings_.Statistics({}, since);
  ASSERT_EQ(rows.size(), 1U);
  EXPECT_EQ(rows[0].count, 2);
  EXPECT_EQ(rows[0].least, 70);
  EXPECT_EQ(rows[0].mean(), 75);
}

TEST_F(Statistics, SeriesKnowTheirLeastAndGreatestId) {
  const auto ids = Store({{devices_of_[0], one_, kNow, MeasureId::kHeartRate, 60},
                          {devices_of_[0], one_, kNow - kHour, MeasureId::kHeartRate, 61, true}});
  const auto more = Store({{devices_of_[0], one_, kNow - 2 * kHour, MeasureId::kHeartRate, 62, true}});
  Lease lease = database_.Read();
  std::int64_t first = 0;
  std::int64_t last = 0;
  Statement(lease, "SELECT premiere_id, derniere_id FROM fajma_serie").Into(first, last).Next();
  EXPECT_EQ(first, ids.front());
  EXPECT_EQ(last, more.back());
}

}  // namespace
}  // namespace fajma::test
