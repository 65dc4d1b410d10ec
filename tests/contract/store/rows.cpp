#include "tests/contract/store/rows.h"

#include "core/store/sql.h"

namespace fajma::test {
namespace {

void InsertReading(Lease& lease, std::int64_t id, const RowSpec& row) {
  Statement(lease,
            "INSERT INTO fajma_donneescapteursiot (id, type_id, valeur, entiere, \"timestamp\", recu, qualite_donnee,"
            " source_temps, tardive, rang, dispositif_id, patient_id, horodatage_dispositif, metadata)"
            " VALUES (:id, :type, :valeur, :entiere, :mesure, :mesure, 100, 1, :tardive, :rang, :dispositif, :patient,"
            " :horodatage, :metadata)")
      .Bind("id", id)
      .Bind("type", row.type_id)
      .Bind("valeur", row.value)
      .Bind("entiere", row.integral)
      .Bind("mesure", row.measured_at)
      .Bind("tardive", row.late)
      .Bind("rang", row.rank)
      .Bind("dispositif", row.device_id)
      .Bind("patient", row.patient_id)
      .Bind("horodatage", row.device_timestamp)
      .Bind("metadata", row.metadata)
      .Run();
}

void CountInSeries(Lease& lease, std::int64_t id, const RowSpec& row) {
  Statement(lease,
            "INSERT INTO fajma_serie (patient_id, dispositif_id, type_id, nombre, premiere_id, derniere_id)"
            " VALUES (:patient, :dispositif, :type, 1, :id, :id)"
            " ON CONFLICT (patient_id, dispositif_id, type_id) DO UPDATE"
            " SET nombre = fajma_serie.nombre + 1, derniere_id = excluded.derniere_id")
      .Bind("patient", row.patient_id)
      .Bind("dispositif", row.device_id)
      .Bind("type", row.type_id)
      .Bind("id", id)
      .Run();
  if (row.late) return;
  Statement(lease,
            "UPDATE fajma_serie SET donnee_id = :id, valeur = :valeur, entiere = :entiere, \"timestamp\" = :mesure,"
            " recu = :mesure WHERE patient_id = :patient AND dispositif_id = :dispositif AND type_id = :type")
      .Bind("id", id)
      .Bind("valeur", row.value)
      .Bind("entiere", row.integral)
      .Bind("mesure", row.measured_at)
      .Bind("patient", row.patient_id)
      .Bind("dispositif", row.device_id)
      .Bind("type", row.type_id)
      .Run();
}

}  // namespace

std::int64_t StoreRowsInLot(Lease& lease, std::int64_t lot, const std::vector<RowSpec>& rows) {
  std::int64_t id = lot * kCursorsPerCommit;
  for (const RowSpec& row : rows) {
    InsertReading(lease, id, row);
    CountInSeries(lease, id++, row);
  }
  return TakeCommitNumber(lease, lot, rows.empty() ? 0 : rows.back().measured_at);
}

std::int64_t StoreRows(Database& database, const std::vector<RowSpec>& rows) {
  Lease lease = database.Write(Database::Priority::kBulk);
  lease.Begin();
  const std::int64_t number = StoreRowsInLot(lease, TakeLot(lease), rows);
  lease.Commit();
  return number;
}

void AddQuarantined(Database& database, std::int64_t device_id, const std::string& content) {
  Lease lease = database.Write();
  Statement(lease,
            "INSERT INTO fajma_quarantaine (recu, porte, dispositif_id, code, detail, encodage, contenu)"
            " VALUES (1, 'mqtt', :dispositif, 'out_of_range', 'trop', 'utf8', :contenu)")
      .Bind("dispositif", device_id)
      .Bind("contenu", content)
      .Run();
}

std::string QueryText(Lease& lease, const std::string& sql) {
  std::string text;
  Statement(lease, sql).Into(text).Next();
  return text;
}

void RunSql(Lease& lease, const std::string& sql) { Execute(lease, sql); }

}  // namespace fajma::test
