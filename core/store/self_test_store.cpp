#include "core/store/self_test_store.h"

#include "core/store/alert_store.h"
#include "core/store/ownership_store.h"
#include "core/store/sql.h"

namespace fajma {
namespace {

struct ProbeRow {
  SelfTestProbe probe;
  std::int64_t stored_in = 0;     // lot * 8192 + index
  std::int64_t evaluated_in = 0;  // likewise
};

ProbeRow ReadRow(Lease& lease) {
  ProbeRow row;
  Statement(lease, "SELECT prevue, recue, valeur, evenement, evaluee FROM fajma_autotest WHERE id = 1")
      .Into(row.probe.due_at, row.probe.received_at, row.probe.value, row.stored_in, row.evaluated_in)
      .Next();
  return row;
}

// Absent: its commit was cut, or there is none yet.
std::optional<SelfTestProbe> InCommit(Lease& lease, SelfTestProbe probe, std::int64_t place) {
  if (place == 0) return std::nullopt;
  std::int64_t number = 0;
  Statement query(lease, "SELECT numero FROM fajma_commit WHERE lot = :lot");
  if (!query.Bind("lot", place / kCursorsPerCommit).Into(number).Next()) return std::nullopt;
  probe.cursor = MakeCursor(number, place % kCursorsPerCommit);
  return probe;
}

}  // namespace

void WriteProbe(Lease& lease, const SelfTestProbe& probe, std::int64_t lot) {
  Statement(lease,
            "UPDATE fajma_autotest SET prevue = :prevue, recue = :recue, valeur = :valeur, evenement = :evenement,"
            " evaluee = 0 WHERE id = 1")
      .Bind("prevue", probe.due_at)
      .Bind("recue", probe.received_at)
      .Bind("valeur", probe.value)
      .Bind("evenement", lot * kCursorsPerCommit + probe.cursor)
      .Run();
}

std::optional<SelfTestProbe> SelfTestStore::FindUnevaluated() {
  Lease lease = database_.Read();
  const ProbeRow row = ReadRow(lease);
  return row.evaluated_in == 0 ? InCommit(lease, row.probe, row.stored_in) : std::nullopt;
}

SelfTestProbe SelfTestStore::Evaluated(SelfTestProbe probe, Micros now, const std::string& owner) {
  Lease lease = database_.Write();
  lease.Begin();
  if (!owner.empty()) RequireOwnership(lease, kAlertConsumer, owner);
  const std::int64_t lot = TakeLot(lease);
  Statement(lease, "UPDATE fajma_autotest SET evaluee = :evaluee WHERE id = 1 AND prevue = :prevue")
      .Bind("evaluee", lot * kCursorsPerCommit)
      .Bind("prevue", probe.due_at)
      .Run();
  probe.cursor = MakeCursor(TakeCommitNumber(lease, lot, now), 0);
  lease.Commit();
  return probe;
}

SelfTestStore::Commits SelfTestStore::FindCommits() {
  Lease lease = database_.Read();
  const ProbeRow row = ReadRow(lease);
  return {InCommit(lease, row.probe, row.stored_in), InCommit(lease, row.probe, row.evaluated_in)};
}

}  // namespace fajma
