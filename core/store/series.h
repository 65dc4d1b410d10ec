// One row of fajma_serie: what is kept of a patient's readings of one type from one device. Included only by this
// folder's .cpp files.
#pragma once

#include <cstdint>
#include <string_view>

#include "core/store/sql.h"
#include "core/store/type_catalogue.h"

namespace fajma {

// In the order in which writers lock the rows.
struct SeriesKey {
  std::int64_t patient_id = 0;
  std::int64_t device_id = 0;
  TypeId type_id = 0;
  auto operator<=>(const SeriesKey&) const = default;
};

// The condition for one series, of readings too, and its parameters.
inline constexpr std::string_view kOfSeries =
    " WHERE patient_id = :patient AND dispositif_id = :dispositif AND type_id = :type";
inline Statement& BindKey(Statement& statement, const SeriesKey& key) {
  return statement.Bind("patient", key.patient_id).Bind("dispositif", key.device_id).Bind("type", key.type_id);
}

// The newest value anew: the live reading with the newest time, or none. Within the bounds that the row names.
void RefreshNewest(Lease& lease, const SeriesKey& key);

}  // namespace fajma
