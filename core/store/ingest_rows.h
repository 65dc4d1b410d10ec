// The columns of a batch, as SOCI binds them. Internal to core/store.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <tuple>
#include <vector>

#include "core/store/ingest_store.h"
#include "core/store/sql.h"

namespace fajma {

// Rows of fajma_donneescapteursiot, a vector for each column.
class ReadingRows {
 public:
  void Add(std::int64_t id, const StoredMessage& message, const RowExtras& extras, std::int16_t type_id,
           const MeasureValue& value, int rank);
  void Insert(Lease& lease);
  std::size_t size() const { return id_.size(); }
  void Clear();

 private:
  std::vector<long long> id_, timestamp_, received_, device_, patient_, fingerprint_;
  std::vector<int> type_, integral_, quality_, source_, late_, rank_;
  std::vector<double> value_;
  std::vector<std::string> device_timestamp_, metadata_;
  std::vector<soci::indicator> device_timestamp_null_, metadata_null_, fingerprint_null_;
};

// What a batch adds to fajma_serie; ordered by key, so that writers lock rows in one order.
class SeriesRows {
 public:
  void Add(std::int64_t id, const StoredMessage& message, std::int16_t type_id, const MeasureValue& value);
  void Upsert(Lease& lease);
  void Clear() { series_.clear(); }

 private:
  struct Series {
    std::int64_t count = 0;
    std::int64_t first_id = 0;
    std::int64_t last_id = 0;
    std::int64_t newest_id = 0;  // 0: only late ones
    MeasureValue newest;
    Micros measured_at = 0;
    Micros received_at = 0;
  };
  struct Columns {
    std::vector<long long> patient, device, count, first, last, newest, measured, received;
    std::vector<int> type, integral;
    std::vector<double> value;
    std::vector<soci::indicator> nulls;  // of newest, integral, measured and received
  };

  std::map<std::tuple<std::int64_t, std::int64_t, std::int16_t>, Series> series_;  // patient, device, type
};

}  // namespace fajma
