// A database that is busy, breaks off, or refuses one message: nothing is lost, nothing is stored twice, and the rest
// goes on.
#include <atomic>
#include <thread>

#include "tests/contract/ingest/ingest_contract.h"

namespace fajma::test {
namespace {

using std::chrono::steady_clock;

// Each message once: unnumbered, of its own value.
std::string Unnumbered(int i) {
  return R"({"temperature":)" + std::to_string(30 + i % 1000 * 0.01) + R"(,"glucose":)" +
         std::to_string(10 + i / 1000) + "}";
}

TEST_F(IngestContract, AWriterThatHoldsTheDatabaseDelaysAndLosesNothing) {
  Start();
  Give(R"({"heart_rate":75})");
  Database other(DatabaseOptions{url_, 1, 1, std::chrono::seconds(20)});
  {
    Lease lease = other.Write();
    lease.Begin();
    RunSql(lease, "UPDATE fajma_base SET commit_numero = commit_numero WHERE id = 1");
    for (int i = 0; i < 100; ++i) ASSERT_TRUE(Send(Unnumbered(i)));
    const auto until = steady_clock::now() + std::chrono::seconds(2);
    ASSERT_TRUE(testing::Eventually([&] { return steady_clock::now() > until; }));
    EXPECT_EQ(run_->counters.Get(Door::kMqtt).in_flight, 100U);
    lease.Rollback();
  }
  Drain();
  EXPECT_EQ(Readings(), 201);
  ExpectDense();
}

TEST_F(IngestContract, ConnectionsThatBreakLoseNothingAndStoreNothingTwice) {
  Start();
  std::atomic<bool> done{false};
  std::jthread sender([&] {
    for (int i = 0; i < 2'000; ++i) Send(Unnumbered(i));
    done = true;
  });
  while (!done) {
    const std::size_t before = collected_.commits().size();
    if (!BreakConnections(url_)) break;
    ASSERT_TRUE(testing::Eventually([&] { return done || collected_.commits().size() > before; }));
  }
  sender.join();
  Drain();
  EXPECT_EQ(Readings(), 4'000);
  EXPECT_EQ(Sql("SELECT CAST(COUNT(*) AS VARCHAR(20)) FROM (SELECT DISTINCT id FROM fajma_donneescapteursiot) x"),
            "4000");
  EXPECT_EQ(Settled()[0], 2'000U);
}

TEST_F(IngestContract, AMessageThatTheDatabaseRefusesIsIsolated) {
  {
    Database database(DatabaseOptions{url_, 1, 1, std::chrono::seconds(20)});
    Lease lease = database.Write();
    if (database.dialect() == Dialect::kSqlite) {
      RunSql(lease,
             "CREATE TRIGGER poison BEFORE INSERT ON fajma_donneescapteursiot WHEN NEW.valeur = 66.5 "
             "BEGIN SELECT RAISE(ABORT, 'poison'); END");
    } else {
      RunSql(lease, "ALTER TABLE fajma_donneescapteursiot ADD CONSTRAINT poison CHECK (valeur <> 66.5)");
    }
  }
  run_ = std::make_unique<Process>(url_, folder_, &collected_);
  for (std::uint64_t i = 1; i <= 60; ++i) {
    ASSERT_TRUE(Send(i % 20 == 7 ? R"({"heart_rate":66.5})" : Native(4, i)));
  }
  SendSocket(Documented(R"({"heart_rate":66.5})"), patient_);
  Drain();
  EXPECT_EQ(Readings(), 57);
  EXPECT_EQ(Settled()[0], 57U);
  EXPECT_EQ(Settled()[3], 3U);
  EXPECT_EQ(Settled(Door::kApi)[3], 3U) << "with the two of Drain";
  std::size_t told = 0;
  for (const Outcome& outcome : collected_.outcomes()) {
    EXPECT_EQ(outcome.disposition, Disposition::kRefused);
    told += outcome.origin.id == 9 ? 1 : 0;
  }
  EXPECT_EQ(told, 1U) << "who waits is told";
  ExpectDense();
  Restart();
  Give(R"({"heart_rate":75})");
  EXPECT_EQ(Readings(), 58);
}

// No message is given up because of what is no message's fault.
TEST_F(IngestContract, ADatabaseThatTakesNothingIsWaitedFor) {
  Start();
  Database other(DatabaseOptions{url_, 1, 1, std::chrono::seconds(20)});
  const auto rename = [&other](const std::string& from, const std::string& to) {
    Lease lease = other.Write();
    RunSql(lease, "ALTER TABLE " + from + " RENAME TO " + to);
  };
  rename("fajma_point_journal", "elsewhere");
  for (int i = 0; i < 20; ++i) ASSERT_TRUE(Send(Unnumbered(i)));
  const auto until = steady_clock::now() + std::chrono::milliseconds(500);
  ASSERT_TRUE(testing::Eventually([&] { return steady_clock::now() > until; }));
  EXPECT_EQ(run_->counters.Get(Door::kMqtt).in_flight, 20U);
  rename("elsewhere", "fajma_point_journal");
  Drain();
  EXPECT_EQ(Settled()[0], 20U);
  EXPECT_EQ(Readings(), 40);
}

// It may come back at any moment, also between a message's failure and the question whose fault it was.
TEST_F(IngestContract, NoMessageIsBlamedForADatabaseThatComesAndGoes) {
  Start();
  Database other(DatabaseOptions{url_, 1, 1, std::chrono::seconds(20)});
  for (int i = 0; i < 100; ++i) {
    for (const char* rename : {"fajma_point_journal RENAME TO elsewhere", "elsewhere RENAME TO fajma_point_journal"}) {
      ASSERT_TRUE(Send(Unnumbered(2 * i + (rename[0] == 'e' ? 1 : 0))));
      Lease lease = other.Write();
      RunSql(lease, "ALTER TABLE " + std::string(rename));
    }
  }
  Drain();
  EXPECT_EQ(Settled()[0], 200U);
  EXPECT_EQ(Readings(), 400);
}

TEST_F(IngestContract, WhatWasTakenIsStoredBeforeTheEnd) {
  Start();
  for (int i = 0; i < 1'000; ++i) ASSERT_TRUE(Send(Unnumbered(i)));
  Restart();
  Drain();
  EXPECT_EQ(Readings(), 2'000);
  EXPECT_EQ(Settled()[0], 0U) << "nothing was left over";
}

// A door goes on filling its journal while the database cannot be reached; the end does not wait for it.
TEST_F(IngestContract, ADatabaseThatNeverComesKeepsNobodyFromEnding) {
  Start();
  for (int i = 0; i < 10; ++i) Give(R"({"heart_rate":75})");
  Stop();
  const std::string nowhere =
      url_.starts_with("sqlite") ? "sqlite:///nowhere/at/all.db" : "postgresql://nobody@127.0.0.1:1/x";
  const auto begin = steady_clock::now();
  {
    Process run(nowhere, folder_, nullptr);
    RawMessage message;
    message.received_at = SystemNow();
    message.mac_bits = kMac;
    message.payload = R"({"heart_rate":76})";
    ASSERT_TRUE(run.mqtt_journal.Append(message));
    EXPECT_FALSE(run.ingest->ready());
  }
  EXPECT_LT(steady_clock::now() - begin, std::chrono::seconds(10));
  Start();
  Drain();
  EXPECT_EQ(Readings(), 11);
}

}  // namespace
}  // namespace fajma::test
