#include "core/store/retention_store.h"

#include <algorithm>
#include <chrono>
#include <map>
#include <optional>
#include <span>
#include <vector>

#include "core/store/alert_store.h"
#include "core/store/conditions.h"
#include "core/store/cut_readings.h"
#include "core/store/ownership_store.h"
#include "core/store/reading_bounds.h"
#include "core/store/rollup_rows.h"

namespace fajma {
namespace {

constexpr std::chrono::milliseconds kPatience{1000};  // for the writer's session: a stop does not wait for longer
constexpr std::int64_t kMaxCommitsOfStep = 100;
constexpr Micros kHour = 60 * kMicrosPerMinute;

// What counts as a row's age, and which rows stay whatever their age. Readings, chat and commits are cut in commit
// order, by the time at which they were stored: a cursor is the edge. docs/operations says why for each.
struct AgeRow {
  CutTable table;
  std::string_view from;
  std::string_view old;  // the condition; :avant is the limit, and what it holds for never becomes younger
};
constexpr AgeRow kByAge[] = {
    {CutTable::kAlerts, "fajma_alertesiot",
     "(supprime_le < :avant OR (supprime_le IS NULL AND \"signal\" = 0 AND (resolue_le < :avant OR"
     " (resolue_le IS NULL AND condition_code = '')))) AND date_creation < :avant"
     " AND (date_acquittement IS NULL OR date_acquittement < :avant) AND NOT EXISTS (SELECT 1 FROM"
     " fajma_alerte_evenement e JOIN fajma_commit c ON c.lot = e.id / 8192"
     " WHERE e.alerte_id = fajma_alertesiot.id)"},
    {CutTable::kQuarantine, "fajma_quarantaine", "recu < :avant"},
    {CutTable::kCommands, "fajma_commande",
     "date_creation < :avant AND (date_reponse < :avant OR (date_reponse IS NULL AND date_expiration < :avant))"},
    {CutTable::kAccesses, "fajma_journal_acces", "minute < :avant"},
};

constexpr std::string_view kNames[kCutTableCount] = {
    "commit",           "donneescapteursiot", "messagechat", "cumul",         "alertesiot",
    "alerte_evenement", "quarantaine",        "commande",    "journal_acces",
};

std::int64_t& Of(CutTally& rows, CutTable table) { return rows[static_cast<std::size_t>(table)]; }

CutEdge ReadEdge(Lease& lease, std::string_view lock) {
  CutEdge edge;
  Statement query(lease, "SELECT curseur, instant FROM fajma_retention WHERE id = 1" + std::string(lock));
  query.Into(edge.cursor, edge.stored_before).Next();
  return edge;
}

void MoveEdge(Lease& lease, const CutEdge& to) {
  Statement(lease,
            "UPDATE fajma_retention SET curseur = :curseur, instant = :instant WHERE id = 1 AND curseur <= :curseur"
            " AND instant <= :instant AND (curseur < :curseur OR instant < :instant)")
      .Bind("curseur", to.cursor)
      .Bind("instant", to.stored_before)
      .Run();
}

// The first commit that stays. Of those that are young enough the oldest are looked at: a clock that was set back may
// have put them out of the order of their numbers.
std::int64_t FirstKept(Lease& lease, Micros before) {
  std::optional<std::int64_t> first;
  Statement(lease,
            "SELECT MIN(numero) FROM (SELECT numero FROM fajma_commit WHERE instant >= :avant ORDER BY instant"
            " LIMIT 1000) AS jeunes")
      .Bind("avant", before)
      .Into(first)
      .Next();
  return first.value_or(ReadDatabaseState(lease).last_commit + 1);
}

struct OldCommit {
  std::int64_t number = 0;
  std::int64_t lot = 0;
};

std::vector<OldCommit> OldestCommits(Lease& lease, std::int64_t before) {
  std::vector<OldCommit> commits;
  OldCommit row;
  Statement query(lease, "SELECT numero, lot FROM fajma_commit WHERE numero < :avant ORDER BY numero LIMIT :nombre");
  query.Bind("avant", before).Bind("nombre", kMaxCommitsOfStep).Into(row.number, row.lot);
  while (query.Next()) commits.push_back(row);
  return commits;
}

std::int64_t DeleteRange(Lease& lease, std::string_view from, std::int64_t first, std::int64_t last) {
  return Statement(lease, "DELETE FROM " + std::string(from) + " >= :premiere AND " +
                              std::string(from.substr(from.rfind(' ') + 1)) + " <= :derniere")
      .Bind("premiere", first)
      .Bind("derniere", last)
      .Run();
}

// Whole hours of measured time: an hour that is kept tells what it always told. Rows that somebody else is writing are
// left for the next time, so that nobody waits for another in a circle.
std::int64_t CutRollups(Lease& lease, Micros before, std::int64_t max_rows) {
  constexpr std::string_view kKey = "echelle, debut, patient_id, dispositif_id, type_id";
  std::int64_t cut = 0;
  for (const int scale : {kMinuteScale, kHourScale, kTotalMinuteScale, kTotalHourScale}) {
    if (cut >= max_rows) break;
    cut +=
        Statement(lease, "DELETE FROM fajma_cumul WHERE (" + std::string(kKey) + ") IN (SELECT " + std::string(kKey) +
                             " FROM fajma_cumul WHERE echelle = :echelle AND debut < :avant ORDER BY debut"
                             " LIMIT :nombre" +
                             std::string(For(lease.dialect(), "", " FOR UPDATE SKIP LOCKED")) + ")")
            .Bind("echelle", scale)
            .Bind("avant", StartOf(before, kHour))
            .Bind("nombre", max_rows - cut)
            .Run();
  }
  return cut;
}

std::vector<std::int64_t> FindOld(Lease& lease, const AgeRow& row, Micros before, std::int64_t after,
                                  std::int64_t max_rows) {
  std::vector<std::int64_t> ids;
  std::int64_t id = 0;
  Statement query(lease, "SELECT id FROM " + std::string(row.from) + " WHERE id > :apres AND " + std::string(row.old) +
                             " ORDER BY id LIMIT :nombre");
  query.Bind("apres", after).Bind("avant", before).Bind("nombre", max_rows).Into(id);
  while (query.Next()) ids.push_back(id);
  return ids;
}

void DeleteOld(Lease& lease, const AgeRow& row, Micros before, const std::vector<std::int64_t>& ids, CutTally& rows) {
  const std::string list = ListText(lease.dialect(), ids);
  const auto deleted = Statement(lease, "DELETE FROM " + std::string(row.from) + " WHERE " +
                                            InList(lease.dialect(), "id", "ids") + " AND " + std::string(row.old))
                           .Bind("ids", list)
                           .Bind("avant", before)
                           .Run();
  Of(rows, row.table) += deleted;
  if (row.table != CutTable::kAlerts || deleted == 0) return;
  Of(rows, CutTable::kAlertEvents) +=
      Statement(lease, "DELETE FROM fajma_alerte_evenement WHERE " + InList(lease.dialect(), "alerte_id", "ids") +
                           " AND NOT EXISTS (SELECT 1 FROM fajma_alertesiot a WHERE a.id = alerte_id)")
          .Bind("ids", list)
          .Run();
}

}  // namespace

std::string_view NameOf(CutTable table) { return kNames[static_cast<std::size_t>(table)]; }

CutEdge ReadCutEdge(Lease& lease) { return ReadEdge(lease, ""); }

CutEdge LockCutEdge(Lease& lease) { return ReadEdge(lease, For(lease.dialect(), "", " FOR SHARE")); }

Micros ForgottenBefore(const CutEdge& edge) { return edge.cursor == 0 ? 0 : edge.stored_before + kLongestAhead; }

CutEdge RetentionStore::Edge() {
  Lease lease = database_.Read();
  return ReadCutEdge(lease);
}

CutEdge RetentionStore::Plan(Micros before) {
  CutEdge edge = Edge();
  std::int64_t first_kept = 0;
  {
    Lease lease = database_.Read();
    first_kept = FirstKept(lease, before);
  }
  const Cursor evaluated = AlertStore(database_).GetCheckpoint(kAlertConsumer);
  const FeedPage<StoredMessage> waiting = ReadingStore(database_).MessagesAfter(
      std::nullopt, std::max(evaluated, edge.cursor), 1, MakeCursor(first_kept, -1));
  if (!waiting.rows.empty()) first_kept = std::min(first_kept, CommitOf(waiting.rows.front().cursor));
  if (first_kept > 1) edge.cursor = std::max(edge.cursor, MakeCursor(first_kept, -1));
  edge.stored_before = std::max(edge.stored_before, before);
  return edge;
}

CutStep RetentionStore::Cut(const CutEdge& plan, std::int64_t max_rows) {
  if (plan != plan_) {
    plan_ = plan;
    phase_ = 0;
    walked_ = 0;
  }
  CutStep step = phase_ == 0 ? CutCommits(plan, max_rows) : CutByAge(plan, max_rows);
  if (!step.complete) return step;
  walked_ = 0;
  step.complete = ++phase_ > std::size(kByAge) + 1;
  if (step.complete) phase_ = 0;
  return step;
}

CutStep RetentionStore::CutCommits(const CutEdge& plan, std::int64_t max_rows) {
  Lease lease = database_.Write(Database::Priority::kBulk, kPatience);
  const auto begin = std::chrono::steady_clock::now();
  lease.Begin();
  if (!owner_.empty()) RequireOwnership(lease, kRetentionWork, owner_);
  MoveEdge(lease, plan);
  CutStep step;
  CutReadings readings(lease);
  const std::vector<OldCommit> commits = OldestCommits(lease, CommitOf(plan.cursor + 1));
  step.complete = static_cast<std::int64_t>(commits.size()) < kMaxCommitsOfStep;
  for (const OldCommit& commit : commits) {
    const std::int64_t room = max_rows - readings.count();
    const std::int64_t first = commit.lot * kCursorsPerCommit;
    const std::int64_t last = first + kCursorsPerCommit - 1;
    if (room <= 0 || readings.Delete(first, last, room) == room) {
      step.complete = false;
      break;
    }
    Of(step.rows, CutTable::kChat) += DeleteRange(lease, "fajma_messagechat WHERE evenement", first, last);
    Of(step.rows, CutTable::kCommits) += DeleteRange(lease, "fajma_commit WHERE numero", commit.number, commit.number);
  }
  Of(step.rows, CutTable::kReadings) = readings.count();
  readings.Finish();
  lease.Commit();
  step.held = std::chrono::steady_clock::now() - begin;
  return step;
}

CutStep RetentionStore::CutByAge(const CutEdge& plan, std::int64_t max_rows) {
  CutStep step;
  const bool rollups = phase_ == 1;
  std::vector<std::int64_t> ids;
  if (!rollups) {  // looked for beside the writer: most rows stay
    Lease reader = database_.Read();
    ids = FindOld(reader, kByAge[phase_ - 2], plan.stored_before, walked_, max_rows);
    step.complete = static_cast<std::int64_t>(ids.size()) < max_rows;
    if (ids.empty()) return step;
    walked_ = ids.back();
  }
  Lease lease = database_.Write(Database::Priority::kBulk, kPatience);
  const auto begin = std::chrono::steady_clock::now();
  lease.Begin();
  if (!owner_.empty()) RequireOwnership(lease, kRetentionWork, owner_);
  if (rollups) {
    const std::int64_t cut = CutRollups(lease, plan.stored_before, max_rows);
    Of(step.rows, CutTable::kStatistics) = cut;
    step.complete = cut < max_rows;
  } else {
    DeleteOld(lease, kByAge[phase_ - 2], plan.stored_before, ids, step.rows);
  }
  lease.Commit();
  step.held = std::chrono::steady_clock::now() - begin;
  return step;
}

}  // namespace fajma
