// Alert events in commit order.
#include <algorithm>

#include "core/store/alert_row.h"
#include "core/store/alert_store.h"
#include "core/store/commit_window.h"

namespace fajma {
namespace {

// What an event keeps of the alert as it was then, over what the alert is now.
struct EventRow {
  std::int64_t commit = 0;
  std::int64_t lot = 0;
  std::int64_t id = 0;
  int change = 0;
  std::string level;
  std::string message;
  bool acknowledged = false;
  std::optional<std::int64_t> acknowledged_by;
  std::optional<Micros> acknowledged_at;
  std::optional<Micros> resolved_at;
  int signal = 0;
  std::optional<std::string> condition_level;
  Micros silent_until = 0;
  std::optional<std::int64_t> assigned_to;
  std::optional<std::string> comment;
  std::optional<std::string> what;

  AlertEvent Get(Alert alert) const {
    alert.level = FindAlertLevel(level).value_or(AlertLevel::kInfo);
    alert.message = message;
    alert.acknowledged = acknowledged;
    alert.acknowledged_by = acknowledged_by;
    alert.acknowledged_at = acknowledged_at;
    alert.resolved_at = resolved_at;
    alert.alarm.presence = SignalPresenceOf(signal);
    alert.alarm.level = alert.level;
    alert.alarm.condition = condition_level ? FindAlertLevel(*condition_level) : std::nullopt;
    alert.alarm.silent_until = silent_until;
    alert.assigned_to = assigned_to;
    return {MakeCursor(commit, id - lot * kCursorsPerCommit), static_cast<AlertChange>(change), std::move(alert),
            comment.value_or(""), what.value_or("")};
  }
};

// The event's columns under names of their own, so that the alert's keep theirs.
constexpr std::string_view kEvents =
    "(SELECT id AS e_id, alerte_id AS e_alerte, patient_id AS e_patient, changement AS e_changement,"
    " niveau AS e_niveau, message AS e_message, acquittee AS e_acquittee, acquittee_par_id AS e_par,"
    " date_acquittement AS e_date, resolue_le AS e_resolue, \"signal\" AS e_signal, niveau_condition AS e_condition,"
    " silence_jusqu AS e_silence, assignee_a_id AS e_assignee, commentaire AS e_commentaire, fait AS e_fait"
    " FROM fajma_alerte_evenement) e";

}  // namespace

FeedPage<AlertEvent> AlertStore::EventsAfter(Cursor after, std::int64_t limit, std::optional<std::int64_t> patient_id,
                                             Cursor up_to) {
  const auto wanted = static_cast<std::size_t>(std::clamp<std::int64_t>(limit, 1, kMaxPageRows));
  Lease lease = database_.Read();
  CommitWindows windows(lease, after, up_to);
  FeedPage<AlertEvent> page;
  for (CommitWindow window = windows.Next(); !window.empty() && page.complete; window = windows.Next()) {
    Statement query(lease,
                    "SELECT numero, lot, e_id, e_changement, e_niveau, e_message, e_acquittee, e_par, e_date,"
                    " e_resolue, e_signal, e_condition, e_silence, e_assignee, e_commentaire, e_fait, " +
                        std::string(kAlertColumns) + " FROM " + std::string(kEvents) +
                        " JOIN fajma_commit ON lot = e_id / 8192 JOIN fajma_alertesiot ON id = e_alerte"
                        " WHERE e_id >= :premiere AND e_id <= :derniere" +
                        (patient_id ? " AND e_patient = :patient" : "") +
                        " AND numero >= :de AND numero <= :a AND (numero > :de OR e_id > lot * 8192 + :rang)"
                        " ORDER BY numero, e_id LIMIT :limit");
    if (patient_id) query.Bind("patient", *patient_id);
    query.Bind("premiere", window.first_id).Bind("derniere", window.last_id).Bind("a", window.last_commit);
    query.Bind("de", CommitOf(after)).Bind("rang", after % kCursorsPerCommit).Bind("limit", wanted - page.rows.size());
    EventRow event;
    // As in the text: numero … e_fait, then the alert.
    AlertRow alert(query, event.commit, event.lot, event.id, event.change, event.level, event.message,
                   event.acknowledged, event.acknowledged_by, event.acknowledged_at, event.resolved_at, event.signal,
                   event.condition_level, event.silent_until, event.assigned_to, event.comment, event.what);
    while (query.Next()) page.rows.push_back(event.Get(alert.Get(lease, refs_)));
    if (!page.rows.empty()) after = page.rows.back().cursor;
    page.complete = page.rows.size() < wanted;
  }
  page.next = page.complete ? std::max(after, MakeCursor(windows.last(), kCursorsPerCommit - 1)) : after;
  return page;
}

}  // namespace fajma
