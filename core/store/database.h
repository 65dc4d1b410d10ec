// The database, SQLite or PostgreSQL: sessions by lease, dialect, migrations. SOCI stays in this folder's .cpp files.
#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>

#include "core/domain/reading.h"

namespace soci {
class session;
}

namespace fajma {

enum class Dialect { kSqlite, kPostgres };

// Any failure of the database that is not the caller's bad input. `transient`: worth another try later.
class DatabaseError : public std::runtime_error {
 public:
  DatabaseError(const std::string& what, bool transient) : std::runtime_error(what), transient_(transient) {}
  bool transient() const { return transient_; }

 private:
  bool transient_;
};

// No session within the timeout; an API answers 503.
class DatabaseBusy : public DatabaseError {
 public:
  DatabaseBusy() : DatabaseError("no database session within the timeout", true) {}
};

struct DatabaseOptions {
  std::string url;  // sqlite:///path/to/file | postgresql://user@host:port/name
  std::size_t readers = 4;
  std::size_t writers = 2;  // PostgreSQL; SQLite has one
  // The longest that one statement may take; then DatabaseError, transient. SQLite: readers only.
  std::chrono::milliseconds statement_timeout{5000};
};

class Database;

// One session, held by one thread until it goes out of scope. An open transaction is rolled back then; a session that
// broke is thrown away and opened again at the next lease.
class Lease {
 public:
  Lease(Lease&&) noexcept;
  Lease& operator=(Lease&&) = delete;
  ~Lease();
  soci::session& sql();
  void Begin();  // SQLite: IMMEDIATE for a writer. A reader sees one snapshot until the end of the transaction
  // Throws when a statement of the transaction failed, even if that was caught. Tells the database of the commit number
  // that was taken, if any.
  void Commit();
  void Rollback();
  Dialect dialect() const;

  struct Slot;  // a session of the pool, with its prepared statements (sql.h)
  Slot& slot() { return *slot_; }

 private:
  friend class Database;
  friend std::int64_t TakeCommitNumber(Lease& lease, std::int64_t lot, Micros now);
  Lease(Database& database, Slot& slot) : database_(&database), slot_(&slot) {}
  Database* database_;
  Slot* slot_;
  bool in_transaction_ = false;
  std::int64_t commit_number_ = 0;  // taken in the open transaction
};

// Thread-safe. Sessions are opened at their first lease: the constructor needs no server. SQLite has one writing
// session; ingest takes it at low priority, so that a REST write waits for one batch at most; a waiting batch is
// overtaken by four writes at most. Equal priorities are served in the order in which they came.
class Database {
 public:
  enum class Priority { kInteractive, kBulk };

  // Throws DatabaseError on a URL that is neither form.
  explicit Database(DatabaseOptions options);
  ~Database();
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  // Both throw DatabaseBusy after the timeout, DatabaseError when the server cannot be reached.
  Lease Read(std::chrono::milliseconds timeout = std::chrono::milliseconds(2000));
  Lease Write(Priority priority = Priority::kInteractive,
              std::chrono::milliseconds timeout = std::chrono::milliseconds(5000));

  Dialect dialect() const { return dialect_; }
  std::size_t waiting_writers() const;  // threads in Write that wait for a session

  // Brings the schema up to date; returns how many migrations ran. Throws DatabaseError on a newer database.
  int Migrate();
  // Empty when up to date; else a sentence for the operator.
  std::string DescribeMigrationState();

  // What no commit number tells of.
  enum class Change { kDirectory, kJudging };
  // Told of each change that was written through this process, by the thread that wrote it, after its commit. Before
  // any other thread uses the database.
  void OnOwnChange(std::function<void(Change)> listener) { on_own_change_ = std::move(listener); }
  // Another process has written such a change.
  void NoteChange(Change change) { generation(change).fetch_add(1, std::memory_order_acq_rel); }

  // Changes whenever devices, patients, assignments or users were written, as far as this process knows.
  std::int64_t directory_generation() const { return directory_generation_.load(std::memory_order_acquire); }
  void BumpDirectoryGeneration() { Bump(Change::kDirectory); }

  // Changes whenever what alerts are judged by was written by hand: thresholds, present alerts.
  std::int64_t judging_generation() const { return judging_generation_.load(std::memory_order_acquire); }
  void BumpJudgingGeneration() { Bump(Change::kJudging); }

  // The last commit number that this process has seen committed (its own, or told by the bus): a cached answer is good
  // while it does not change.
  std::int64_t last_commit() const { return last_commit_.load(std::memory_order_acquire); }
  void NoteCommit(std::int64_t number);
  // A writer of this process is between its COMMIT and NoteCommit: others may see rows that last_commit() does not tell
  // of yet. Read it before last_commit().
  bool commit_in_progress() const { return committing_.load(std::memory_order_acquire) != 0; }

 private:
  friend class Lease;
  class Pool;
  Lease Take(Pool& pool, Priority priority, std::chrono::milliseconds timeout);
  void GiveBack(Lease::Slot& slot);
  std::atomic<std::int64_t>& generation(Change change) {
    return change == Change::kDirectory ? directory_generation_ : judging_generation_;
  }
  void Bump(Change change) {
    NoteChange(change);
    if (on_own_change_) on_own_change_(change);
  }

  DatabaseOptions options_;
  std::function<void(Change)> on_own_change_;
  Dialect dialect_;
  std::unique_ptr<Pool> readers_;
  std::unique_ptr<Pool> writers_;
  std::atomic<std::int64_t> directory_generation_{0};
  std::atomic<std::int64_t> judging_generation_{0};
  std::atomic<std::int64_t> last_commit_{0};
  std::atomic<int> committing_{0};
};

// Inside a writer's transaction, as its last statement: takes the next commit number and notes `lot` under it. Other
// writers wait here until the transaction ends.
std::int64_t TakeCommitNumber(Lease& lease, std::int64_t lot, Micros now);
// Inside a writer's transaction, before its rows: the lot whose rows will be lot * 8192 + index.
std::int64_t TakeLot(Lease& lease);

// What the database says of itself. `epoch` changes with a new database: a cursor of another epoch is of no use.
struct DatabaseState {
  std::string epoch;             // 32 hex digits
  std::int64_t last_commit = 0;  // the greatest commit number, 0: none yet
};
DatabaseState ReadDatabaseState(Lease& lease);

}  // namespace fajma
