// Events of alerts as they are written. Included only by this folder's .cpp files.
#pragma once

#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "core/store/alert_row.h"
#include "core/store/alert_store.h"

namespace fajma {

// The changes of one transaction, numbered within its lot.
class EventWriter {
 public:
  explicit EventWriter(Lease& lease) : lease_(lease) {}

  // `by_hand`: of an escalation that a person asked for.
  struct ByHand {
    std::optional<std::int64_t> user_id;
    std::optional<Micros> at;
  };
  void Add(AlertChange change, Alert alert, ByHand by_hand = {}) {
    if (events_.empty()) lot_ = TakeLot(lease_);
    const auto index = static_cast<std::int64_t>(events_.size());
    Statement(lease_,
              "INSERT INTO fajma_alerte_evenement (id, alerte_id, patient_id, changement, niveau, message, acquittee,"
              " acquittee_par_id, date_acquittement, resolue_le, escaladee_par_id, date_escalade) VALUES (:id, :alerte,"
              " :patient, :changement, :niveau, :message, :acquittee, :par, :acquittement, :resolue, :auteur,"
              " :escalade)")
        .Bind("id", lot_ * kCursorsPerCommit + index)
        .Bind("alerte", alert.id)
        .Bind("patient", alert.patient->id)
        .Bind("changement", static_cast<int>(change))
        .Bind("niveau", NameOf(alert.level))
        .Bind("message", alert.message)
        .Bind("acquittee", alert.acknowledged)
        .Bind("par", alert.acknowledged_by)
        .Bind("acquittement", alert.acknowledged_at)
        .Bind("resolue", alert.resolved_at)
        .Bind("auteur", by_hand.user_id)
        .Bind("escalade", by_hand.at)
        .Run();
    events_.push_back({index, change, std::move(alert)});
  }

  // Takes the commit number, when there is something to number, and commits.
  std::vector<AlertEvent> Commit(Micros now) {
    const std::int64_t number = events_.empty() ? 0 : TakeCommitNumber(lease_, lot_, now);
    lease_.Commit();
    for (AlertEvent& event : events_) event.cursor = MakeCursor(number, event.cursor);
    return std::move(events_);
  }

 private:
  Lease& lease_;
  std::int64_t lot_ = 0;
  std::vector<AlertEvent> events_;  // cursor: only the index until the commit
};

// The alert of that id, its row locked until the end of the transaction.
inline std::optional<Alert> LockAlert(Lease& lease, RefCache& refs, std::int64_t id) {
  Statement query(lease, "SELECT " + std::string(kAlertColumns) +
                             " FROM fajma_alertesiot WHERE id = :id AND supprime_le IS NULL" +
                             std::string(For(lease.dialect(), "", " FOR UPDATE")));
  AlertRow row(query);
  if (!query.Bind("id", id).Next()) return std::nullopt;
  return row.Get(lease, refs);
}

}  // namespace fajma
