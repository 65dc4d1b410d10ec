// Databases that are cut: readings stored at times of the past, and everything that must be right afterwards.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "core/store/ingest_store.h"
#include "core/store/retention_store.h"
#include "tests/contract/store/rows.h"
#include "tests/contract/store/store_contract.h"

namespace fajma::test {

inline constexpr Micros kHour = 60 * kMicrosPerMinute;
inline constexpr Micros kDay = 24 * kHour;

class RetentionContract : public StoreContract {
 protected:
  struct Given {
    std::int64_t device = 0;  // 0: device_
    MeasureId measure = MeasureId::kHeartRate;
    bool late = false;
    Micros stored_at = 0;  // 0: when it was measured
  };
  // One message as ingest stores it; its cursor.
  Cursor Store(double value, Micros measured_at, Given given) {
    StoredMessage message;
    message.device.id = given.device == 0 ? device_ : given.device;
    message.patient =
        std::make_shared<const PatientRef>(PatientRef{message.device.id == third_ ? other_ : one_, "p", "salle1"});
    const Micros stored_at = given.stored_at == 0 ? measured_at : given.stored_at;
    message.measured_at = measured_at;
    message.received_at = stored_at;
    message.late = given.late;
    message.values.Add({given.measure, true, value});
    {
      auto transaction = ingest_.Begin();
      transaction.Add(message, {});
      transaction.Commit(stored_at);
    }
    Evaluate(message.cursor);
    last_row_ = message.first_row;
    return message.cursor;
  }
  Cursor Store(double value, Micros measured_at) { return Store(value, measured_at, Given()); }

  // All up to there has been judged for alerts.
  void Evaluate(Cursor cursor) { alerts_.SaveCheckpoint(kAlertConsumer, cursor); }

  // A whole round; what was cut.
  CutTally CutBefore(Micros before, std::int64_t max_rows = 3) {
    CutTally cut{};
    const CutEdge plan = retention_.Plan(before);
    for (int step = 0; step < 100'000; ++step) {
      const CutStep done = retention_.Cut(plan, max_rows);
      for (std::size_t i = 0; i < cut.size(); ++i) cut[i] += done.rows[i];
      if (done.complete) return cut;
    }
    ADD_FAILURE() << "a round without an end";
    return cut;
  }
  static std::int64_t Of(const CutTally& cut, CutTable table) { return cut[static_cast<std::size_t>(table)]; }

  std::string Text(const std::string& sql) {
    Lease lease = database_.Read();
    return QueryText(lease, sql);
  }
  std::int64_t Count(const std::string& from) {
    return std::stoll(Text("SELECT CAST(COUNT(*) AS VARCHAR(20)) FROM " + from));
  }
  void Run(const std::string& sql) {
    Lease lease = database_.Write();
    lease.Begin();
    RunSql(lease, sql);
    lease.Commit();
  }
  std::string Joined(const std::string& query) {
    return Text(database_.dialect() == Dialect::kSqlite
                    ? "SELECT COALESCE(group_concat(x, ' '), '') FROM (SELECT x FROM (" + query + ") ORDER BY x)"
                    : "SELECT COALESCE(string_agg(x, ' ' ORDER BY x COLLATE \"C\"), '') FROM (" + query + ") AS q");
  }
  // The series as they are kept, and anew from the readings that are left.
  std::string Series() {
    return Joined(
        "SELECT patient_id || ',' || dispositif_id || ',' || type_id || ',' || nombre || ',' || premiere_id || ',' ||"
        " derniere_id || ',' || COALESCE(donnee_id, 0) AS x FROM fajma_serie");
  }
  std::string SeriesAnew() {
    return Joined(
        "SELECT patient_id || ',' || dispositif_id || ',' || type_id || ',' || COUNT(*) || ',' || MIN(id) || ',' ||"
        " MAX(id) || ',' || COALESCE((SELECT n.id FROM fajma_donneescapteursiot n WHERE n.patient_id = d.patient_id"
        " AND n.dispositif_id = d.dispositif_id AND n.type_id = d.type_id AND n.tardive = 0"
        " ORDER BY n.\"timestamp\" DESC, n.id DESC LIMIT 1), 0) AS x FROM fajma_donneescapteursiot d"
        " GROUP BY patient_id, dispositif_id, type_id");
  }

  std::int64_t one_ = AddPatient("p1");
  std::int64_t other_ = AddPatient("p2", "salle2");
  std::int64_t device_ = AddDevice(1, one_);
  std::int64_t second_ = AddDevice(2, one_);
  std::int64_t third_ = AddDevice(3, other_);
  std::int64_t last_row_ = 0;  // of the last Store
  IngestStore ingest_{database_};
  RetentionStore retention_{database_};
};

}  // namespace fajma::test
