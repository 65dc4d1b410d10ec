#include "core/store/database.h"

#include "core/store/pool.h"
#include "core/store/sql.h"

namespace fajma {
namespace {

Dialect DialectOf(const std::string& url) {
  if (url.starts_with("sqlite:///")) return Dialect::kSqlite;
  if (url.starts_with("postgresql://") || url.starts_with("postgres://")) return Dialect::kPostgres;
  throw DatabaseError("the database URL is neither sqlite:///path nor postgresql://…", false);
}

}  // namespace

Lease::Lease(Lease&& other) noexcept
    : database_(other.database_),
      slot_(std::exchange(other.slot_, nullptr)),
      in_transaction_(other.in_transaction_),
      commit_number_(other.commit_number_) {}

Lease::~Lease() {
  if (slot_ == nullptr) return;
  try {
    if (in_transaction_) Rollback();
  } catch (const DatabaseError&) {
    slot_->broken = true;
  }
  database_->GiveBack(*slot_);
}

soci::session& Lease::sql() { return *slot_->session; }

Dialect Lease::dialect() const { return database_->dialect(); }

void Lease::Begin() {
  constexpr std::string_view kReader = "BEGIN ISOLATION LEVEL REPEATABLE READ";
  Execute(*this, slot_->writes ? For(dialect(), "BEGIN IMMEDIATE", "BEGIN") : For(dialect(), "BEGIN", kReader));
  in_transaction_ = true;
  commit_number_ = 0;
}

void Lease::Commit() {
  if (TransactionFailed(*slot_)) throw DatabaseError("the transaction has failed and cannot be committed", true);
  database_->committing_.fetch_add(1, std::memory_order_acq_rel);
  const auto done = [](std::atomic<int>* committing) { committing->fetch_sub(1, std::memory_order_acq_rel); };
  const std::unique_ptr<std::atomic<int>, decltype(done)> in_progress(&database_->committing_, done);
  Execute(*this, "COMMIT");
  in_transaction_ = false;
  if (commit_number_ != 0) database_->NoteCommit(commit_number_);
}

void Lease::Rollback() {
  in_transaction_ = false;
  // Some errors have ended SQLite's transaction already.
  if (dialect() == Dialect::kSqlite && TransactionFailed(*slot_)) return;
  Execute(*this, "ROLLBACK");
}

Database::Database(DatabaseOptions options)
    : options_(std::move(options)),
      dialect_(DialectOf(options_.url)),
      readers_(std::make_unique<Pool>(options_.readers, false)),
      writers_(std::make_unique<Pool>(dialect_ == Dialect::kSqlite ? 1 : options_.writers, true)) {}

Database::~Database() = default;

Lease Database::Read(std::chrono::milliseconds timeout) { return Take(*readers_, Priority::kInteractive, timeout); }

Lease Database::Write(Priority priority, std::chrono::milliseconds timeout) {
  return Take(*writers_, priority, timeout);
}

std::size_t Database::waiting_writers() const { return writers_->waiting(); }

Lease Database::Take(Pool& pool, Priority priority, std::chrono::milliseconds timeout) {
  Lease::Slot* slot = pool.Take(priority, timeout);
  if (slot == nullptr) throw DatabaseBusy();
  Lease lease(*this, *slot);  // gives it back if the opening throws
  if (!LooksAlive(*slot)) OpenSession(*slot, options_, dialect_);
  return lease;
}

void Database::GiveBack(Lease::Slot& slot) {
  if (slot.broken) slot.Close();
  (slot.writes ? *writers_ : *readers_).GiveBack(slot);
}

void Database::NoteCommit(std::int64_t number) {
  std::int64_t known = last_commit_.load(std::memory_order_relaxed);
  while (known < number && !last_commit_.compare_exchange_weak(known, number, std::memory_order_acq_rel)) {
  }
}

// PostgreSQL takes and notes it in one round trip: others wait from here on.
std::int64_t TakeCommitNumber(Lease& lease, std::int64_t lot, Micros now) {
  constexpr std::string_view kNext =
      "UPDATE fajma_base SET commit_numero = commit_numero + 1 WHERE id = 1 RETURNING commit_numero";
  constexpr std::string_view kNote = "INSERT INTO fajma_commit (numero, lot, instant) ";
  std::int64_t number = 0;
  const auto take = [&number](Statement& statement) {
    if (!statement.Into(number).Next()) throw DatabaseError("the database has not been migrated", false);
  };
  if (lease.dialect() == Dialect::kPostgres) {
    Statement both(lease, "WITH n AS (" + std::string(kNext) + ") " + std::string(kNote) +
                              "SELECT n.commit_numero, CAST(:lot AS BIGINT), CAST(:instant AS BIGINT) FROM n"
                              " RETURNING numero");
    take(both.Bind("lot", lot).Bind("instant", now));
  } else {
    {
      Statement next(lease, kNext);
      take(next);
    }
    Statement note(lease, std::string(kNote) + "VALUES (:numero, :lot, :instant)");
    note.Bind("numero", number).Bind("lot", lot).Bind("instant", now).Run();
  }
  lease.commit_number_ = number;
  return number;
}

std::int64_t TakeLot(Lease& lease) {
  std::int64_t lot = 0;
  Statement next(lease, For(lease.dialect(), "SELECT commit_numero + 1 FROM fajma_base WHERE id = 1",
                            "SELECT nextval('fajma_lot_seq')"));
  if (!next.Into(lot).Next()) throw DatabaseError("the database has not been migrated", false);
  return lot;
}

DatabaseState ReadDatabaseState(Lease& lease) {
  DatabaseState state;
  Statement query(lease, "SELECT epoque, commit_numero FROM fajma_base WHERE id = 1");
  if (!query.Into(state.epoch, state.last_commit).Next())
    throw DatabaseError("the database has not been migrated", false);
  return state;
}

}  // namespace fajma
