// One row of the alerts' table. Included only by this folder's .cpp files.
#pragma once

#include <iterator>
#include <optional>
#include <string>

#include "core/domain/alert.h"
#include "core/store/ref_cache.h"
#include "core/store/sql.h"

namespace fajma {

inline constexpr std::string_view kAlertColumns =
    "id, niveau, titre, message, acquittee, date_acquittement, date_creation, acquittee_par_id, dispositif_id,"
    " donnee_declencheur_id, patient_id, condition_code, resolue_le, \"signal\", niveau_condition, escalade_le,"
    " silence_jusqu, assignee_a_id, tardive";

inline SignalPresence SignalPresenceOf(int number) {
  return number >= 0 && number < std::ssize(kSignalPresenceNames) ? static_cast<SignalPresence>(number)
                                                                  : SignalPresence::kOff;
}

// The variables of kAlertColumns, in their order; before them those of `first`, if any.
class AlertRow {
 public:
  template <typename... First>
  explicit AlertRow(Statement& query, First&... first) {
    query.Into(first..., alert_.id, level_, alert_.title, alert_.message, alert_.acknowledged, alert_.acknowledged_at,
               alert_.created_at, alert_.acknowledged_by, alert_.device_id, alert_.trigger_reading_id, patient_id_,
               alert_.condition, alert_.resolved_at, signal_, condition_level_, alert_.alarm.escalates_at,
               alert_.alarm.silent_until, alert_.assigned_to, alert_.late);
  }

  Alert Get(Lease& lease, RefCache& refs) const {
    Alert alert = alert_;
    alert.level = FindAlertLevel(level_).value_or(AlertLevel::kInfo);
    alert.patient = refs.Patient(lease, patient_id_);
    alert.alarm.presence = SignalPresenceOf(signal_);
    if (alert.alarm.presence != SignalPresence::kOff) alert.alarm.level = alert.level;
    if (condition_level_) alert.alarm.condition = FindAlertLevel(*condition_level_);
    return alert;
  }

 private:
  Alert alert_;
  std::string level_;
  std::int64_t patient_id_ = 0;
  int signal_ = 0;
  std::optional<std::string> condition_level_;
};

}  // namespace fajma
