// One row of the readings' table. Included only by this folder's .cpp files.
#pragma once

#include "core/store/reading_store.h"
#include "core/store/sql.h"

namespace fajma {

inline constexpr std::string_view kReadingColumns =
    "d.id, d.type_id, d.valeur, d.entiere, d.\"timestamp\", d.recu, d.qualite_donnee, d.source_temps, d.tardive,"
    " d.rang, d.dispositif_id, d.patient_id, d.horodatage_dispositif, d.metadata";

// The variables of kReadingColumns, in their order; before them those of `first`, if any.
class ReadingRow {
 public:
  template <typename... First>
  explicit ReadingRow(Statement& query, First&... first) {
    query.Into(first..., reading_.id, type_, reading_.value, reading_.integral, reading_.measured_at,
               reading_.received_at, reading_.quality, time_source_, reading_.late, rank_, reading_.device_id,
               reading_.patient_id, reading_.device_timestamp, reading_.metadata);
  }

  // The name and unit of its type are still to be given.
  Reading Get() const {
    Reading reading = reading_;
    reading.type_id = static_cast<TypeId>(type_);
    reading.time_source = static_cast<TimeSource>(time_source_);
    return reading;
  }
  int rank() const { return rank_; }  // in its message

 private:
  Reading reading_;
  int type_ = 0;
  int time_source_ = 0;
  int rank_ = 0;
};

}  // namespace fajma
