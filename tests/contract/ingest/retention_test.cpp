// What was stored and cut does not come back as new.
#include "core/store/retention_store.h"
#include "tests/contract/ingest/ingest_contract.h"

namespace fajma::test {
namespace {

constexpr Micros kDay = 24 * 60 * kMicrosPerMinute;

class CutReadingsOfDevices : public IngestContract {
 protected:
  CutReadingsOfDevices() { limits_.device_rate = 0; }

  static std::string At(Micros time, int heart_rate) {
    return R"({"ts":)" + std::to_string(time / 1000) + R"(,"values":{"heart_rate":)" + std::to_string(heart_rate) +
           "}}";
  }
  // All commits so far were made two days before the others, and are cut.
  void CutAll() {
    Stop();  // with its checkpoints written
    Database database(DatabaseOptions{.url = url_});
    {
      Lease lease = database.Write();
      lease.Begin();
      RunSql(lease, "UPDATE fajma_commit SET instant = instant - " + std::to_string(2 * kDay));
      lease.Commit();
    }
    AlertStore(database).SaveCheckpoint(kAlertConsumer, MakeCursor(NextCommit(database), -1));
    RetentionStore retention(database);
    const CutEdge plan = retention.Plan(now_ - kDay);
    while (!retention.Cut(plan, 1000).complete) {
    }
    Start();
    ASSERT_EQ(Readings(), 0);
  }
  static std::int64_t NextCommit(Database& database) {
    Lease lease = database.Read();
    return ReadDatabaseState(lease).last_commit + 1;
  }

  const Micros now_ = SystemNow();
};

TEST_F(CutReadingsOfDevices, ANumberIsADuplicateWhateverWasCut) {
  Start();
  for (std::uint64_t seq = 1; seq <= 5; ++seq) Send(Native(12, seq));
  Drain();
  CutAll();
  for (std::uint64_t seq = 1; seq <= 5; ++seq) Send(Native(12, seq));
  Give(Native(12, 6));
  EXPECT_EQ(Settled()[1], 5U);
  EXPECT_EQ(Readings(), 1);
  EXPECT_EQ(LastSettled().durable, 6U);
}

TEST_F(CutReadingsOfDevices, ATimeBeforeWhatIsKeptIsRefusedForGood) {
  Start();
  SendAt(now_ - 2 * kDay, At(now_ - 2 * kDay, 70));
  Drain();
  CutAll();
  SendAt(now_, At(now_, 75));  // its clock is right
  Drain();
  SendAt(now_, At(now_ - 2 * kDay, 70));
  Drain();
  EXPECT_EQ(Readings(), 1) << "the one that was cut has come back";
  EXPECT_EQ(Settled()[3], 1U);
  std::string page;
  run_->counters.AppendTo(page);
  EXPECT_NE(page.find("fajma_rejections_total{code=\"too_old\"} 1\n"), std::string::npos) << page;
  EXPECT_EQ(Count("fajma_quarantaine"), 0) << "it may be a duplicate: nobody has to mend that device";
}

TEST_F(CutReadingsOfDevices, WhatIsKeptIsStillADuplicateAndABacklogOfYesterdayPasses) {
  Start();
  SendAt(now_ - 2 * kDay, At(now_ - 2 * kDay, 70));
  Drain();
  CutAll();
  SendAt(now_, At(now_, 75));
  SendAt(now_, At(now_ - kDay / 2, 71));
  SendAt(now_, At(now_ - kDay / 2, 71));
  Drain();
  EXPECT_EQ(Readings(), 2);
  EXPECT_EQ(Settled()[1], 1U);
}

TEST_F(CutReadingsOfDevices, ALongOutagesBacklogPassesBecauseNothingSoYoungWasEverStored) {
  Start();
  SendAt(now_ - 40 * kDay, At(now_ - 40 * kDay, 70));
  Drain();
  CutAll();
  for (int day = 39; day > 30; --day) SendAt(now_, At(now_ - day * kDay, 70));  // oldest first
  Drain();
  EXPECT_EQ(Readings(), 9);
  SendAt(now_, At(now_ - 40 * kDay, 70));
  Drain();
  EXPECT_EQ(Readings(), 9);
}

}  // namespace
}  // namespace fajma::test
