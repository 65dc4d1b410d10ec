// Readings corrected or deleted one by one, with the series and rollups that tell of them. A series' row is locked
// first, as ingest does: whoever adds to it meanwhile adds to what is written here.
#include <algorithm>
#include <array>
#include <memory>
#include <set>
#include <tuple>

#include "core/store/ingest_rows.h"
#include "core/store/reading_bounds.h"
#include "core/store/reading_row.h"
#include "core/store/rollup_rows.h"
#include "core/store/series.h"

namespace fajma {
namespace {

constexpr Micros kHour = 60 * kMicrosPerMinute;
SeriesKey KeyOf(const Reading& reading) { return {reading.patient_id, reading.device_id, reading.type_id}; }

std::optional<Reading> LockReading(Lease& lease, std::int64_t id) {
  Statement query(lease, "SELECT " + std::string(kReadingColumns) +
                             " FROM fajma_donneescapteursiot d WHERE d.id = :id" +
                             std::string(For(lease.dialect(), "", " FOR UPDATE")));
  ReadingRow row(query);
  if (!query.Bind("id", id).Next()) return std::nullopt;
  return row.Get();
}

void LockSeries(Lease& lease, const SeriesKey& key) {
  std::int64_t count = 0;
  Statement query(lease, "SELECT nombre FROM fajma_serie" + std::string(kOfSeries) +
                             std::string(For(lease.dialect(), "", " FOR UPDATE")));
  BindKey(query, key).Into(count).Next();
}

// Who had the device then; else who has it now.
std::int64_t PatientOf(Lease& lease, std::int64_t device_id, Micros time) {
  std::int64_t patient = 0;
  Statement then(lease,
                 "SELECT patient_id FROM fajma_affectation WHERE dispositif_id = :dispositif AND depuis <= :instant"
                 " AND (jusqu_a IS NULL OR jusqu_a > :instant) ORDER BY depuis LIMIT 1");
  if (then.Bind("dispositif", device_id).Bind("instant", time).Into(patient).Next()) return patient;
  Statement now(lease, "SELECT patient_id FROM fajma_dispositivesiot WHERE id = :id");
  now.Bind("id", device_id).Into(patient).Next();
  return patient;
}

constexpr std::string_view kInsertSums =
    "INSERT INTO fajma_cumul (echelle, debut, patient_id, dispositif_id, type_id, nombre, somme, minimum, maximum,"
    " derniere) ";

// The sums of the minute and of the hour of `time`, anew from what there is.
void RebuildRollups(Lease& lease, const SeriesKey& key, Micros time) {
  const Micros minute = StartOf(time, kMicrosPerMinute);
  const Micros hour = StartOf(time, kHour);
  for (const auto& [scale, start] : {std::pair(kMinuteScale, minute), std::pair(kHourScale, hour)}) {
    Statement drop(lease,
                   "DELETE FROM fajma_cumul" + std::string(kOfSeries) + " AND echelle = :echelle AND debut = :debut");
    BindKey(drop, key).Bind("echelle", scale).Bind("debut", start).Run();
  }
  Statement minutes(lease, std::string(kInsertSums) +
                               "SELECT 1, CAST(:debut AS BIGINT), patient_id, dispositif_id, type_id, COUNT(*),"
                               " SUM(valeur), MIN(valeur), MAX(valeur), MAX(\"timestamp\")"
                               " FROM fajma_donneescapteursiot" +
                               std::string(kOfSeries) +
                               " AND id >= :premiere AND \"timestamp\" >= :debut AND \"timestamp\" < :fin"
                               " GROUP BY patient_id, dispositif_id, type_id");
  BindKey(minutes, key).Bind("premiere", LeastIdSince(lease, minute)).Bind("debut", minute);
  minutes.Bind("fin", minute + kMicrosPerMinute).Run();
  Statement hours(lease, std::string(kInsertSums) +
                             "SELECT 60, CAST(:debut AS BIGINT), patient_id, dispositif_id, type_id,"
                             " CAST(SUM(nombre) AS BIGINT), SUM(somme), MIN(minimum), MAX(maximum), MAX(derniere)"
                             " FROM fajma_cumul" +
                             std::string(kOfSeries) +
                             " AND echelle = 1 AND debut >= :debut AND debut < :fin"
                             " GROUP BY patient_id, dispositif_id, type_id");
  BindKey(hours, key).Bind("debut", hour).Bind("fin", hour + kHour).Run();
}

// The totals of the minute and of the hour of `time`, after the series' sums, in the order in which ingest takes them.
void RebuildTotals(Lease& lease, const std::set<TypeId>& types, Micros time) {
  for (const auto& [scale, step] : {std::pair(kMinuteScale, kMicrosPerMinute), std::pair(kHourScale, kHour)}) {
    const Micros start = StartOf(time, step);
    for (const TypeId type : types) {
      Statement(lease,
                "DELETE FROM fajma_cumul WHERE echelle = :echelle AND debut = :debut AND patient_id = 0"
                " AND dispositif_id = 0 AND type_id = :type")
          .Bind("echelle", -scale)
          .Bind("debut", start)
          .Bind("type", type)
          .Run();
      Statement(lease, std::string(kInsertSums) +
                           "SELECT -echelle, debut, 0, 0, type_id, CAST(SUM(nombre) AS BIGINT), SUM(somme),"
                           " MIN(minimum), MAX(maximum), MAX(derniere) FROM fajma_cumul"
                           " WHERE echelle = :echelle AND debut = :debut AND type_id = :type"
                           " GROUP BY echelle, debut, type_id")
          .Bind("echelle", scale)
          .Bind("debut", start)
          .Bind("type", type)
          .Run();
    }
  }
}

std::optional<std::int64_t> EndOfSeries(Lease& lease, const SeriesKey& key, std::string_view order) {
  std::int64_t id = 0;
  Statement query(lease, "SELECT id FROM fajma_donneescapteursiot" + std::string(kOfSeries) + " ORDER BY id " +
                             std::string(order) + " LIMIT 1");
  return BindKey(query, key).Into(id).Next() ? std::optional(id) : std::nullopt;
}

// After the reading has left the series.
void LeaveSeries(Lease& lease, const SeriesKey& key, std::int64_t id) {
  std::int64_t count = 0;
  std::optional<std::int64_t> first;
  std::optional<std::int64_t> last;
  std::optional<std::int64_t> newest;
  {
    Statement query(lease,
                    "SELECT nombre, premiere_id, derniere_id, donnee_id FROM fajma_serie" + std::string(kOfSeries));
    if (!BindKey(query, key).Into(count, first, last, newest).Next()) return;
  }
  if (count <= 1) {
    Statement drop(lease, "DELETE FROM fajma_serie" + std::string(kOfSeries));
    BindKey(drop, key).Run();
    return;
  }
  if (first == id) first = EndOfSeries(lease, key, "ASC");
  if (last == id) last = EndOfSeries(lease, key, "DESC");
  Statement update(lease,
                   "UPDATE fajma_serie SET nombre = nombre - 1, premiere_id = :premiere, derniere_id = :derniere" +
                       std::string(kOfSeries));
  BindKey(update, key).Bind("premiere", first).Bind("derniere", last).Run();
  if (newest == id) RefreshNewest(lease, key);
}

void JoinSeries(Lease& lease, const Reading& reading) {
  StoredMessage message;
  message.patient = std::make_shared<const PatientRef>(PatientRef{reading.patient_id, {}, {}});
  message.device.id = reading.device_id;
  message.measured_at = reading.measured_at;
  message.received_at = reading.received_at;
  message.late = reading.late;
  SeriesRows series;
  series.Add(reading.id, message, reading.type_id, {.integral = reading.integral, .value = reading.value});
  series.Upsert(lease);
}

// A new value of the newest is the series' newest value too.
void ChangeInSeries(Lease& lease, const Reading& reading) {
  Statement update(lease, "UPDATE fajma_serie SET valeur = :valeur, entiere = :entiere" + std::string(kOfSeries) +
                              " AND donnee_id = :id");
  BindKey(update, KeyOf(reading)).Bind("valeur", reading.value).Bind("entiere", reading.integral);
  update.Bind("id", reading.id).Run();
}

void Apply(Lease& lease, const ReadingPatch& patch, Reading& reading) {
  if (patch.device_id && *patch.device_id != reading.device_id) {
    reading.device_id = *patch.device_id;
    reading.patient_id = PatientOf(lease, reading.device_id, reading.measured_at);
  }
  if (patch.type_id) reading.type_id = *patch.type_id;
  if (patch.value && *patch.value != reading.value) {
    reading.value = *patch.value;
    reading.integral = false;
  }
  if (patch.quality_percent) reading.quality = *patch.quality_percent;
  if (patch.metadata) reading.metadata = patch.metadata;
}

// An identity that its device gave is of that device: in the hands of another one it says nothing.
void WriteReading(Lease& lease, const Reading& reading) {
  Statement(lease,
            "UPDATE fajma_donneescapteursiot SET empreinte = CASE WHEN dispositif_id = :dispositif THEN empreinte END,"
            " type_id = :type, valeur = :valeur, entiere = :entiere, qualite_donnee = :qualite, metadata = :metadata,"
            " dispositif_id = :dispositif, patient_id = :patient WHERE id = :id")
      .Bind("dispositif", reading.device_id)
      .Bind("type", reading.type_id)
      .Bind("valeur", reading.value)
      .Bind("entiere", reading.integral)
      .Bind("qualite", reading.quality)
      .Bind("metadata", reading.metadata)
      .Bind("patient", reading.patient_id)
      .Bind("id", reading.id)
      .Run();
}

void Finish(Lease& lease, Database& database) {
  Execute(lease, "UPDATE fajma_base SET corrections = corrections + 1 WHERE id = 1");
  lease.Commit();
  database.BumpDirectoryGeneration();  // no kept answer is good any more
}

}  // namespace

std::optional<Reading> ReadingStore::Correct(std::int64_t id, const ReadingPatch& patch) {
  Lease lease = database_.Write();
  lease.Begin();
  const std::optional<Reading> before = LockReading(lease, id);
  if (!before) return std::nullopt;
  Reading after = *before;
  Apply(lease, patch, after);
  const SeriesKey from = KeyOf(*before);
  const SeriesKey to = KeyOf(after);
  for (const SeriesKey& key : {std::min(from, to), std::max(from, to)}) LockSeries(lease, key);
  WriteReading(lease, after);
  if (from == to) {
    ChangeInSeries(lease, after);
  } else {
    LeaveSeries(lease, from, id);
    JoinSeries(lease, after);
    RebuildRollups(lease, from, after.measured_at);
  }
  RebuildRollups(lease, to, after.measured_at);
  RebuildTotals(lease, {from.type_id, to.type_id}, after.measured_at);
  Finish(lease, database_);
  return Complete(lease, std::move(after));
}

bool ReadingStore::Delete(std::int64_t id) {
  Lease lease = database_.Write();
  lease.Begin();
  const std::optional<Reading> reading = LockReading(lease, id);
  if (!reading) return false;
  const SeriesKey key = KeyOf(*reading);
  LockSeries(lease, key);
  Statement(lease, "DELETE FROM fajma_donneescapteursiot WHERE id = :id").Bind("id", id).Run();
  Statement(lease, "UPDATE fajma_alertesiot SET donnee_declencheur_id = NULL WHERE donnee_declencheur_id = :id")
      .Bind("id", id)
      .Run();
  LeaveSeries(lease, key, id);
  RebuildRollups(lease, key, reading->measured_at);
  RebuildTotals(lease, {key.type_id}, reading->measured_at);
  Finish(lease, database_);
  return true;
}

}  // namespace fajma
