#include <mutex>
#include <optional>
#include <thread>

#include "core/store/sql.h"
#include "tests/contract/store/rows.h"
#include "tests/contract/store/store_contract.h"

namespace fajma::test {
namespace {

using std::chrono::milliseconds;
using Priority = Database::Priority;
constexpr auto kPatience = std::chrono::seconds(20);

class Leases : public StoreContract {
 protected:
  // Until so many threads wait for the writer of one_writer_.
  void AwaitWaiting(std::size_t threads) {
    const auto deadline = std::chrono::steady_clock::now() + kPatience;
    while (one_writer_.waiting_writers() != threads) {
      ASSERT_LT(std::chrono::steady_clock::now(), deadline);
      std::this_thread::yield();
    }
  }

  static DatabaseOptions OneWriter(DatabaseOptions options) {
    options.writers = 1;
    return options;
  }

  Database one_writer_{OneWriter(Options())};
};

TEST_F(Leases, EndAWaitAfterTheTimeout) {
  std::optional<Lease> writer = one_writer_.Write();
  EXPECT_THROW(one_writer_.Write(Priority::kInteractive, milliseconds(20)), DatabaseBusy);
  EXPECT_THROW(one_writer_.Write(Priority::kBulk, milliseconds(20)), DatabaseBusy);
  EXPECT_EQ(one_writer_.waiting_writers(), 0U);
  std::vector<Lease> readers;
  for (std::size_t i = 0; i < Options().readers; ++i) readers.push_back(one_writer_.Read());
  EXPECT_THROW(one_writer_.Read(milliseconds(20)), DatabaseBusy);
  readers.clear();
  EXPECT_NO_THROW(one_writer_.Read(milliseconds(20)));
}

TEST_F(Leases, RollBackWhatWasNotCommitted) {
  {
    Lease lease = database_.Write();
    lease.Begin();
    TakeCommitNumber(lease, TakeLot(lease), kNow);
  }
  Lease lease = database_.Read();
  EXPECT_EQ(ReadDatabaseState(lease).last_commit, 0);
  EXPECT_EQ(database_.last_commit(), 0);
}

TEST_F(Leases, CanBeUsedAgainAfterAnExplicitRollback) {
  Lease lease = database_.Write();
  lease.Begin();
  TakeCommitNumber(lease, TakeLot(lease), kNow);
  lease.Rollback();
  lease.Begin();
  const std::int64_t number = TakeCommitNumber(lease, TakeLot(lease), kNow);
  lease.Commit();
  EXPECT_EQ(number, 1);
  EXPECT_EQ(database_.last_commit(), 1);
}

TEST_F(Leases, RefuseToCommitAfterAnError) {
  if (database_.dialect() == Dialect::kSqlite) return;  // there an error leaves the transaction as it was
  Lease lease = database_.Write();
  lease.Begin();
  EXPECT_THROW(RunSql(lease, "SELECT 1 FROM nowhere"), DatabaseError);
  EXPECT_THROW(lease.Commit(), DatabaseError);
}

TEST_F(Leases, GiveTheWriterToAPersonBeforeABatch) {
  std::optional<Lease> writer = one_writer_.Write();
  std::mutex mutex;
  std::string order;
  const auto write = [this, &mutex, &order](Priority priority, char name) {
    const Lease lease = one_writer_.Write(priority, kPatience);
    const std::scoped_lock lock(mutex);
    order += name;
  };
  std::jthread batch(write, Priority::kBulk, 'b');
  AwaitWaiting(1);
  std::jthread person(write, Priority::kInteractive, 'p');
  AwaitWaiting(2);
  writer.reset();
  person.join();
  batch.join();
  EXPECT_EQ(order, "pb");
}

TEST_F(Leases, LetABatchThroughAfterFourWrites) {
  std::optional<Lease> writer = one_writer_.Write();
  std::mutex mutex;
  std::string order;
  std::vector<std::jthread> threads;
  const auto write = [this, &mutex, &order](Priority priority, char name) {
    const Lease lease = one_writer_.Write(priority, kPatience);
    const std::scoped_lock lock(mutex);
    order += name;
  };
  threads.emplace_back(write, Priority::kBulk, 'b');
  AwaitWaiting(1);
  for (char name = '1'; name <= '6'; ++name) {
    threads.emplace_back(write, Priority::kInteractive, name);
    AwaitWaiting(static_cast<std::size_t>(name - '0') + 1);
  }
  writer.reset();
  threads.clear();
  EXPECT_EQ(order, "1234b56");
}

TEST_F(Leases, NumberCommitsWithoutAHole) {
  constexpr int kThreads = 4;
  constexpr int kEach = 30;
  {
    std::vector<std::jthread> threads;
    for (int thread = 0; thread < kThreads; ++thread) {
      threads.emplace_back([this, thread] {
        for (int i = 0; i < kEach; ++i) {
          Lease lease = database_.Write(thread == 0 ? Priority::kBulk : Priority::kInteractive, kPatience);
          lease.Begin();
          TakeCommitNumber(lease, TakeLot(lease), kNow);
          if ((i + thread) % 3 != 0) lease.Commit();  // the others are rolled back
        }
      });
    }
  }
  constexpr int kCommitted = kThreads * kEach * 2 / 3;
  Lease lease = database_.Read();
  EXPECT_EQ(ReadDatabaseState(lease).last_commit, kCommitted);
  EXPECT_EQ(database_.last_commit(), kCommitted);
  EXPECT_EQ(QueryText(lease, "SELECT CAST(COUNT(DISTINCT lot) AS VARCHAR(9)) FROM fajma_commit WHERE numero <= 80"),
            std::to_string(kCommitted));
}

TEST_F(Leases, ShowAReaderOneSnapshot) {
  Lease reader = database_.Read();
  reader.Begin();
  EXPECT_EQ(ReadDatabaseState(reader).last_commit, 0);
  StoreRows(database_, {});
  EXPECT_EQ(ReadDatabaseState(reader).last_commit, 0);
  reader.Rollback();
  EXPECT_EQ(ReadDatabaseState(reader).last_commit, 1);
}

TEST_F(Leases, KeepReadersFromWriting) {
  Lease reader = database_.Read();
  EXPECT_THROW(RunSql(reader, "DELETE FROM fajma_commit"), DatabaseError);
}

TEST_F(Leases, EndAStatementThatTakesTooLong) {
  DatabaseOptions options = Options();
  options.statement_timeout = milliseconds(50);
  Database database(options);
  Lease lease = database.Read();
  try {
    QueryText(lease,
              "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2000000000)"
              " SELECT CAST(MAX(i) AS VARCHAR(20)) FROM n");
    FAIL() << "it ended";
  } catch (const DatabaseError& error) {
    EXPECT_TRUE(error.transient());
  }
  EXPECT_EQ(QueryText(lease, "SELECT 'still here'"), "still here");
}

TEST_F(Leases, OpenABrokenSessionAgain) {
  Lease lease = database_.Write();
  lease.Begin();
  TakeCommitNumber(lease, TakeLot(lease), kNow);
  if (!BreakConnections(url_)) return;  // a file has no connections
  try {
    lease.Commit();
    FAIL() << "the session was ended by the server";
  } catch (const DatabaseError& error) {
    EXPECT_TRUE(error.transient()) << error.what();
  }
  { const Lease given_back = std::move(lease); }
  EXPECT_EQ(StoreRows(database_, {}), 1);
}

TEST_F(Leases, NoticeSessionsThatBrokeWhileNobodyUsedThem) {
  StoreRows(database_, {});
  EXPECT_FALSE(devices_.Find(1));
  if (!BreakConnections(url_)) return;
  EXPECT_EQ(StoreRows(database_, {}), 2);
  EXPECT_FALSE(devices_.Find(1));
}

TEST_F(Leases, SayThatAnUnreachableDatabaseMayComeBack) {
  for (const char* url : {"sqlite:///no/such/folder/x.db", "postgresql://nobody@127.0.0.1:1/x"}) {
    DatabaseOptions options;
    options.url = url;
    Database database(options);
    try {
      database.Read();
      FAIL() << url;
    } catch (const DatabaseError& error) {
      EXPECT_TRUE(error.transient());
    }
  }
}

// A row's values are at fault when a rule about values says so, and never when the table is not there.
TEST_F(Leases, TellAMissingTableFromARefusedRow) {
  Lease lease = database_.Write();
  try {
    RunSql(lease, "INSERT INTO fajma_nowhere (id) VALUES (1)");
    FAIL() << "there is no such table";
  } catch (const DatabaseError& error) {
    EXPECT_TRUE(error.transient()) << error.what();
  }
  RunSql(lease, "CREATE TABLE fajma_rule (n INTEGER CHECK (n < 5))");
  try {
    RunSql(lease, "INSERT INTO fajma_rule (n) VALUES (5)");
    FAIL() << "the rule says less";
  } catch (const ConstraintError& error) {
    EXPECT_FALSE(error.transient()) << error.what();
  }
}

TEST_F(Leases, RefuseAnUrlOfAnotherKind) {
  DatabaseOptions options;
  options.url = "mysql://x";
  EXPECT_THROW(Database{options}, DatabaseError);
}

}  // namespace
}  // namespace fajma::test
