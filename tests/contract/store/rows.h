// Readings for tests, written plainly, row by row, as ingest leaves them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/store/database.h"
#include "core/store/type_catalogue.h"

namespace fajma::test {

struct RowSpec {
  std::int64_t device_id = 0;
  std::int64_t patient_id = 0;
  Micros measured_at = 0;
  TypeId type_id = static_cast<TypeId>(MeasureId::kHeartRate);
  double value = 70;
  bool integral = true;
  bool late = false;
  int rank = 0;
  std::optional<std::string> device_timestamp = {};
  std::optional<std::string> metadata = {};
};

// Writes them as one commit and returns its number. received_at is measured_at.
std::int64_t StoreRows(Database& database, const std::vector<RowSpec>& rows);
// The same with the lot taken before: for lots that are not committed in their order.
std::int64_t StoreRowsInLot(Lease& lease, std::int64_t lot, const std::vector<RowSpec>& rows);

void AddQuarantined(Database& database, std::int64_t device_id, const std::string& content);

// One value of a query, as text; "" when there is no row.
std::string QueryText(Lease& lease, const std::string& sql);
void RunSql(Lease& lease, const std::string& sql);

}  // namespace fajma::test
