// Events of alerts as they are written. Included only by this folder's .cpp files.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/store/alert_audit.h"
#include "core/store/alert_row.h"
#include "core/store/alert_store.h"

namespace fajma {

// Who did it, and what he wrote.
struct AlertAuthor {
  std::optional<std::int64_t> user_id;  // absent: the server
  std::string detail;
};

// The level of the condition that is there; absent: none is.
inline std::optional<std::string> ConditionLevelName(const Alert& alert) {
  if (!alert.alarm.condition) return std::nullopt;
  return std::string(NameOf(*alert.alarm.condition));
}

// The changes of one transaction, numbered within its lot, each with its line of the audit.
class EventWriter {
 public:
  explicit EventWriter(Lease& lease) : lease_(lease) {}

  // `what`: as AuditEntry has it.
  void Add(AlertChange change, Alert alert, std::string_view what, Micros at, const AlertAuthor& author = {}) {
    if (events_.empty()) lot_ = TakeLot(lease_);
    const auto index = static_cast<std::int64_t>(events_.size());
    const bool by_hand = change == AlertChange::kEscalated && author.user_id;
    std::optional<std::string> comment;
    if (change == AlertChange::kUpdated && !author.detail.empty()) comment = author.detail;
    Statement(lease_,
              "INSERT INTO fajma_alerte_evenement (id, alerte_id, patient_id, changement, niveau, message, acquittee,"
              " acquittee_par_id, date_acquittement, resolue_le, escaladee_par_id, date_escalade, \"signal\","
              " niveau_condition, silence_jusqu, assignee_a_id, commentaire, fait) VALUES (:id, :alerte,"
              " :patient, :changement, :niveau, :message, :acquittee, :par, :acquittement, :resolue, :auteur,"
              " :escalade, :signal, :condition, :silence, :assignee, :commentaire, :fait)")
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
        .Bind("auteur", by_hand ? author.user_id : std::nullopt)
        .Bind("escalade", by_hand ? std::optional(at) : std::nullopt)
        .Bind("signal", static_cast<int>(alert.alarm.presence))
        .Bind("condition", ConditionLevelName(alert))
        .Bind("silence", alert.alarm.silent_until)
        .Bind("assignee", alert.assigned_to)
        .Bind("commentaire", comment)
        .Bind("fait", what)
        .Run();
    Note(alert, what, at, author);
    events_.push_back({index, change, std::move(alert), comment.value_or(""), std::string(what)});
  }

  // A line of the audit without an event.
  void Note(const Alert& alert, std::string_view what, Micros at, const AlertAuthor& author) {
    audit_.push_back(
        {0, alert.id, alert.patient->id, at, std::string(what), alert.level, author.user_id, author.detail});
  }

  std::size_t size() const { return events_.size(); }

  // Takes the commit number, when there is something to number, and commits.
  std::vector<AlertEvent> Commit(Micros now) {
    AppendAudit(lease_, audit_);
    const std::int64_t number = events_.empty() ? 0 : TakeCommitNumber(lease_, lot_, now);
    lease_.Commit();
    for (AlertEvent& event : events_) event.cursor = MakeCursor(number, event.cursor);
    return std::move(events_);
  }

 private:
  Lease& lease_;
  std::int64_t lot_ = 0;
  std::vector<AlertEvent> events_;  // cursor: only the index until the commit
  std::vector<AuditEntry> audit_;
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
