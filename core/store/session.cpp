// Opening a session, and what its errors mean: the only file that knows SOCI's two backends.
#include <soci/postgresql/soci-postgresql.h>
#include <soci/sqlite3/soci-sqlite3.h>

#include <string>

#include "core/store/sql.h"

namespace fajma {
namespace {

using soci::postgresql_session_backend;
using soci::sqlite3_session_backend;

// The libraries do not export the backends' type information: no dynamic_cast.
PGconn* PostgresOf(soci::session& session) {
  if (session.get_backend_name() != "postgresql") return nullptr;
  return static_cast<postgresql_session_backend*>(session.get_backend())->conn_;
}

sqlite_api::sqlite3* SqliteOf(soci::session& session) {
  return static_cast<sqlite3_session_backend*>(session.get_backend())->conn_;
}

// How many virtual-machine steps between two looks at the clock: about a millisecond.
constexpr int kStepsBetweenLooks = 20'000;

int PastDeadline(void* slot) {
  return std::chrono::steady_clock::now() > static_cast<Lease::Slot*>(slot)->deadline ? 1 : 0;
}

// synchronous=FULL: a commit is on the disk when it returns, as an acknowledgement promises. wal_autocheckpoint: 1000,
// 4000 and 16000 pages gave the same rows/s (batches of 20 and of 1000) and the same slowest commit within the noise;
// 4000 keeps the write-ahead log at 16 MB. mmap_size: no gain on the lists at a million rows, and an I/O error would be
// a SIGBUS: left off.
void SetUpSqlite(Lease::Slot& slot) {
  soci::session& session = *slot.session;
  std::string mode;
  session << "PRAGMA busy_timeout = 5000", soci::into(mode);
  session << "PRAGMA journal_mode = WAL", soci::into(mode);
  session << "PRAGMA synchronous = FULL";
  session << "PRAGMA foreign_keys = ON";
  if (slot.writes) {
    session << "PRAGMA cache_size = -8192";
    session << "PRAGMA wal_autocheckpoint = 4000", soci::into(mode);
    return;
  }
  session << "PRAGMA cache_size = -2048";
  session << "PRAGMA query_only = ON";
  sqlite_api::sqlite3_progress_handler(SqliteOf(session), kStepsBetweenLooks, PastDeadline, &slot);
}

// Notices stand in the server's log, and what ends a statement is an error: nothing of it belongs on our stderr.
void IgnoreNotice(void*, const char*) {}

// A plan for the values at hand: one for any values once read a patient's page through the wrong index, and planning
// takes 0.2 ms. No statement here is long enough for compiling it to pay.
void SetUpPostgres(Lease::Slot& slot) {
  PQsetNoticeProcessor(PostgresOf(*slot.session), IgnoreNotice, nullptr);
  *slot.session << "SET statement_timeout = " << slot.statement_timeout.count()
                << "; SET TIME ZONE 'UTC'; SET jit = off"
                << (slot.writes ? "; SET idle_in_transaction_session_timeout = 60000"
                                : "; SET default_transaction_read_only = on; SET plan_cache_mode = force_custom_plan");
}

// A server that is gone is noticed within seconds, also when it does not say goodbye. What the URL says itself wins.
std::string PostgresTarget(const std::string& url) {
  constexpr std::string_view kDefaults[] = {"application_name=fajma", "client_encoding=UTF8",  "connect_timeout=5",
                                            "keepalives_idle=10",     "keepalives_interval=5", "keepalives_count=3",
                                            "tcp_user_timeout=15000"};
  std::string target = url;
  for (std::string_view option : kDefaults) {
    if (url.find(option.substr(0, option.find('=') + 1)) != std::string::npos) continue;
    target += target.find('?') == std::string::npos ? '?' : '&';
    target += option;
  }
  return target;
}

// sqlite:///var/lib/x.db names /var/lib/x.db.
std::string SqliteTarget(const std::string& url) {
  return "dbname=\"" + url.substr(std::string_view("sqlite://").size()) + "\"";
}

struct Verdict {
  bool transient = false;
  bool broken = false;
  bool constraint = false;
};

// Another try may succeed: somebody else's lock, a statement that took too long, a disk that is full for now; a table
// that is missing or may not be written, until an operator has mended it: no value of a row is at fault there.
Verdict JudgeSqlite(int result) {
  switch (result & 0xFF) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_INTERRUPT:
    case SQLITE_FULL:
    case SQLITE_NOMEM:
    case SQLITE_ERROR:
    case SQLITE_SCHEMA:
    case SQLITE_PERM:
    case SQLITE_READONLY:
      return {.transient = true};
    case SQLITE_IOERR:
    case SQLITE_CANTOPEN:
      return {.transient = true, .broken = true};
    case SQLITE_CONSTRAINT:
      return {.constraint = true};
    default:
      return {};
  }
}

// https://www.postgresql.org/docs/15/errcodes-appendix.html
Verdict JudgePostgres(std::string_view state, bool connected) {
  const std::string_view group = state.substr(0, 2);
  if (!connected || group == "08" || state.substr(0, 4) == "57P0") return {.transient = true, .broken = true};
  // Serialization, deadlock; out of resources; cancelled by statement_timeout; lock not available.
  if (group == "40" || group == "53" || state == "57014" || state == "55P03") return {.transient = true};
  // The schema is not as expected, or not allowed to us; read only.
  if (group == "42" || group == "3F" || state == "25006") return {.transient = true};
  if (state == "25P02" || state == "25P03") return {.transient = true, .broken = state == "25P03"};
  return {.constraint = group == "23"};
}

Verdict Judge(Lease::Slot& slot, const soci::soci_error& error) {
  if (const auto* sqlite = dynamic_cast<const soci::sqlite3_soci_error*>(&error)) return JudgeSqlite(sqlite->result());
  PGconn* connection = slot.session ? PostgresOf(*slot.session) : nullptr;
  if (connection == nullptr) return {};
  const bool connected = PQstatus(connection) == CONNECTION_OK;
  if (const auto* postgres = dynamic_cast<const soci::postgresql_soci_error*>(&error)) {
    return JudgePostgres(postgres->sqlstate(), connected);
  }
  return {.transient = !connected, .broken = !connected};
}

// The server's DETAIL repeats values of the row, which are a patient's.
std::string WithoutValues(const soci::soci_error& error) {
  std::string text = error.get_error_message();
  if (const std::size_t detail = text.find("\nDETAIL"); detail != std::string::npos) text.resize(detail);
  while (!text.empty() && text.back() == '\n') text.pop_back();
  return text;
}

}  // namespace

void Lease::Slot::Close() {
  prepared.clear();
  session.reset();
  broken = false;
}

void OpenSession(Lease::Slot& slot, const DatabaseOptions& options, Dialect dialect) {
  slot.Close();
  slot.statement_timeout = options.statement_timeout;
  try {
    if (dialect == Dialect::kSqlite) {
      slot.session = std::make_unique<soci::session>(soci::sqlite3, SqliteTarget(options.url));
      SetUpSqlite(slot);
    } else {
      slot.session = std::make_unique<soci::session>(soci::postgresql, PostgresTarget(options.url));
      SetUpPostgres(slot);
    }
  } catch (const soci::soci_error& error) {
    slot.Close();
    throw DatabaseError("cannot open the database: " + WithoutValues(error), true);
  }
}

bool LooksAlive(Lease::Slot& slot) {
  if (!slot.session || slot.broken) return false;
  PGconn* connection = PostgresOf(*slot.session);
  if (connection == nullptr) return true;
  // Without waiting. The first call reads what the server has said meanwhile, a goodbye usually, the second the end.
  return PQconsumeInput(connection) == 1 && PQconsumeInput(connection) == 1 && PQstatus(connection) == CONNECTION_OK &&
         PQtransactionStatus(connection) == PQTRANS_IDLE;
}

bool TransactionFailed(Lease::Slot& slot) {
  PGconn* connection = PostgresOf(*slot.session);
  if (connection != nullptr) return PQtransactionStatus(connection) != PQTRANS_INTRANS;
  return sqlite_api::sqlite3_get_autocommit(SqliteOf(*slot.session)) != 0;
}

void RethrowAsDatabaseError(Lease::Slot& slot, std::string_view sql) {
  try {
    throw;
  } catch (const soci::soci_error& error) {
    const Verdict verdict = Judge(slot, error);
    if (verdict.broken) slot.broken = true;
    const std::string what = WithoutValues(error) + " [" + std::string(sql.substr(0, 300)) + "]";
    if (verdict.constraint) throw ConstraintError(what);
    throw DatabaseError(what, verdict.transient);
  }
}

}  // namespace fajma
