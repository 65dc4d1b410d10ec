// One row of the alerts' table. Included only by this folder's .cpp files.
#pragma once

#include <string>

#include "core/domain/alert.h"
#include "core/store/ref_cache.h"
#include "core/store/sql.h"

namespace fajma {

inline constexpr std::string_view kAlertColumns =
    "id, niveau, titre, message, acquittee, date_acquittement, date_creation, acquittee_par_id, dispositif_id,"
    " donnee_declencheur_id, patient_id, condition_code, resolue_le";

// The variables of kAlertColumns, in their order; before them those of `first`, if any.
class AlertRow {
 public:
  template <typename... First>
  explicit AlertRow(Statement& query, First&... first) {
    query.Into(first..., alert_.id, level_, alert_.title, alert_.message, alert_.acknowledged, alert_.acknowledged_at,
               alert_.created_at, alert_.acknowledged_by, alert_.device_id, alert_.trigger_reading_id, patient_id_,
               alert_.condition, alert_.resolved_at);
  }

  Alert Get(Lease& lease, RefCache& refs) const {
    Alert alert = alert_;
    alert.level = FindAlertLevel(level_).value_or(AlertLevel::kInfo);
    alert.patient = refs.Patient(lease, patient_id_);
    return alert;
  }

 private:
  Alert alert_;
  std::string level_;
  std::int64_t patient_id_ = 0;
};

}  // namespace fajma
