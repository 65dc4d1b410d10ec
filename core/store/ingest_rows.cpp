#include "core/store/ingest_rows.h"

namespace fajma {
namespace {

constexpr std::string_view kInsertReadings =
    "INSERT INTO fajma_donneescapteursiot (id, type_id, valeur, entiere, \"timestamp\", recu, qualite_donnee, "
    "source_temps, tardive, rang, dispositif_id, patient_id, horodatage_dispositif, metadata, empreinte) ";

constexpr std::string_view kReadingValues =
    "VALUES (:id, :type, :valeur, :entiere, :ts, :recu, :qualite, :source, :tardive, :rang, :dispositif, :patient, "
    ":horodatage, :metadata, :empreinte)";
constexpr std::string_view kReadingArrays =
    "SELECT * FROM unnest(CAST(:id AS BIGINT[]), CAST(:type AS SMALLINT[]), "
    "CAST(:valeur AS DOUBLE PRECISION[]), CAST(:entiere AS SMALLINT[]), CAST(:ts AS BIGINT[]), "
    "CAST(:recu AS BIGINT[]), CAST(:qualite AS SMALLINT[]), CAST(:source AS SMALLINT[]), "
    "CAST(:tardive AS SMALLINT[]), CAST(:rang AS SMALLINT[]), CAST(:dispositif AS BIGINT[]), "
    "CAST(:patient AS BIGINT[]), CAST(:horodatage AS TEXT[]), CAST(:metadata AS TEXT[]), "
    "CAST(:empreinte AS BIGINT[]))";

constexpr std::string_view kInsertSeries =
    "INSERT INTO fajma_serie (patient_id, dispositif_id, type_id, nombre, premiere_id, derniere_id, donnee_id, valeur, "
    "entiere, \"timestamp\", recu) ";
constexpr std::string_view kSeriesValues =
    "VALUES (:patient, :dispositif, :type, :nombre, :premiere, :derniere, :donnee, :valeur, :entiere, :ts, :recu) ";
constexpr std::string_view kSeriesArrays =
    "SELECT * FROM unnest(CAST(:patient AS BIGINT[]), CAST(:dispositif AS BIGINT[]), "
    "CAST(:type AS SMALLINT[]), CAST(:nombre AS BIGINT[]), CAST(:premiere AS BIGINT[]), "
    "CAST(:derniere AS BIGINT[]), CAST(:donnee AS BIGINT[]), CAST(:valeur AS DOUBLE PRECISION[]), "
    "CAST(:entiere AS SMALLINT[]), CAST(:ts AS BIGINT[]), CAST(:recu AS BIGINT[])) ";
// A newer value replaces the newest; "newest" never moves back.
constexpr std::string_view kOnSeriesConflict =
    "ON CONFLICT (patient_id, dispositif_id, type_id) DO UPDATE SET "
    "nombre = fajma_serie.nombre + excluded.nombre, "
    "premiere_id = CASE WHEN excluded.premiere_id < fajma_serie.premiere_id "
    "THEN excluded.premiere_id ELSE fajma_serie.premiere_id END, "
    "derniere_id = CASE WHEN excluded.derniere_id > fajma_serie.derniere_id "
    "THEN excluded.derniere_id ELSE fajma_serie.derniere_id END, "
    "donnee_id = CASE WHEN excluded.\"timestamp\" >= COALESCE(fajma_serie.\"timestamp\", 0) "
    "THEN excluded.donnee_id ELSE fajma_serie.donnee_id END, "
    "valeur = CASE WHEN excluded.\"timestamp\" >= COALESCE(fajma_serie.\"timestamp\", 0) "
    "THEN excluded.valeur ELSE fajma_serie.valeur END, "
    "entiere = CASE WHEN excluded.\"timestamp\" >= COALESCE(fajma_serie.\"timestamp\", 0) "
    "THEN excluded.entiere ELSE fajma_serie.entiere END, "
    "recu = CASE WHEN excluded.\"timestamp\" >= COALESCE(fajma_serie.\"timestamp\", 0) "
    "THEN excluded.recu ELSE fajma_serie.recu END, "
    "\"timestamp\" = CASE WHEN excluded.\"timestamp\" >= COALESCE(fajma_serie.\"timestamp\", 0) "
    "THEN excluded.\"timestamp\" ELSE fajma_serie.\"timestamp\" END";

}  // namespace

void ReadingRows::Add(std::int64_t id, const StoredMessage& message, const RowExtras& extras, std::int16_t type_id,
                      const MeasureValue& value, int rank) {
  id_.push_back(id);
  type_.push_back(type_id);
  value_.push_back(value.value);
  integral_.push_back(value.integral ? 1 : 0);
  timestamp_.push_back(message.measured_at);
  received_.push_back(message.received_at);
  quality_.push_back(extras.quality_percent);
  source_.push_back(static_cast<int>(message.time_source));
  late_.push_back(message.late ? 1 : 0);
  rank_.push_back(rank);
  device_.push_back(message.device.id);
  patient_.push_back(message.patient->id);
  device_timestamp_.push_back(message.device_timestamp);
  device_timestamp_null_.push_back(message.device_timestamp.empty() ? soci::i_null : soci::i_ok);
  metadata_.push_back(extras.metadata);
  metadata_null_.push_back(extras.metadata.empty() ? soci::i_null : soci::i_ok);
  const bool identifies = rank == 0 && extras.fingerprint.has_value();
  fingerprint_.push_back(identifies ? *extras.fingerprint : 0);
  fingerprint_null_.push_back(identifies ? soci::i_ok : soci::i_null);
}

void ReadingRows::Insert(Lease& lease) {
  if (id_.empty()) return;
  Statement(lease, std::string(kInsertReadings) + std::string(For(lease.dialect(), kReadingValues, kReadingArrays)))
      .BindColumn("id", id_)
      .BindColumn("type", type_)
      .BindColumn("valeur", value_)
      .BindColumn("entiere", integral_)
      .BindColumn("ts", timestamp_)
      .BindColumn("recu", received_)
      .BindColumn("qualite", quality_)
      .BindColumn("source", source_)
      .BindColumn("tardive", late_)
      .BindColumn("rang", rank_)
      .BindColumn("dispositif", device_)
      .BindColumn("patient", patient_)
      .BindColumn("horodatage", device_timestamp_, device_timestamp_null_)
      .BindColumn("metadata", metadata_, metadata_null_)
      .BindColumn("empreinte", fingerprint_, fingerprint_null_)
      .Run();
}

void ReadingRows::Clear() {
  for (auto* column : {&id_, &timestamp_, &received_, &device_, &patient_, &fingerprint_}) column->clear();
  for (auto* column : {&type_, &integral_, &quality_, &source_, &late_, &rank_}) column->clear();
  for (auto* column : {&device_timestamp_, &metadata_}) column->clear();
  for (auto* column : {&device_timestamp_null_, &metadata_null_, &fingerprint_null_}) column->clear();
  value_.clear();
}

void SeriesRows::Add(std::int64_t id, const StoredMessage& message, std::int16_t type_id, const MeasureValue& value) {
  Series& series = series_[{message.patient->id, message.device.id, type_id}];
  if (series.count++ == 0) series.first_id = id;
  series.last_id = id;
  if (message.late || (series.newest_id != 0 && message.measured_at < series.measured_at)) return;
  series.newest_id = id;
  series.newest = value;
  series.measured_at = message.measured_at;
  series.received_at = message.received_at;
}

void SeriesRows::Upsert(Lease& lease) {
  if (series_.empty()) return;
  Columns rows;
  for (const auto& [key, series] : series_) {
    const auto& [patient, device, type] = key;
    rows.patient.push_back(patient);
    rows.device.push_back(device);
    rows.type.push_back(type);
    rows.count.push_back(series.count);
    rows.first.push_back(series.first_id);
    rows.last.push_back(series.last_id);
    rows.newest.push_back(series.newest_id);
    rows.value.push_back(series.newest.value);
    rows.integral.push_back(series.newest.integral ? 1 : 0);
    rows.measured.push_back(series.measured_at);
    rows.received.push_back(series.received_at);
    rows.nulls.push_back(series.newest_id != 0 ? soci::i_ok : soci::i_null);
  }
  Statement(lease, std::string(kInsertSeries) + std::string(For(lease.dialect(), kSeriesValues, kSeriesArrays)) +
                       std::string(kOnSeriesConflict))
      .BindColumn("patient", rows.patient)
      .BindColumn("dispositif", rows.device)
      .BindColumn("type", rows.type)
      .BindColumn("nombre", rows.count)
      .BindColumn("premiere", rows.first)
      .BindColumn("derniere", rows.last)
      .BindColumn("donnee", rows.newest, rows.nulls)
      .BindColumn("valeur", rows.value)
      .BindColumn("entiere", rows.integral, rows.nulls)
      .BindColumn("ts", rows.measured, rows.nulls)
      .BindColumn("recu", rows.received, rows.nulls)
      .Run();
}

}  // namespace fajma
