// A probe of the self-test goes the way of every reading, and is nobody's.
#include "core/store/commit_log.h"
#include "core/store/self_test_store.h"
#include "tests/contract/ingest/ingest_contract.h"

namespace fajma::test {
namespace {

class SelfTest : public IngestContract {
 protected:
  // What the prober sends.
  void Probe(const BootSeq& number, int value = kSelfTestValue) {
    run_->probes.Note(number);
    Give(Native(number.boot, number.seq, value), kSelfTestMac.bits());
  }
  CommitPtr FindEcho(std::int64_t due_at) const {
    for (const CommitPtr& commit : collected_.commits()) {
      if (commit->echo && commit->echo->due_at == due_at) return commit;
    }
    return nullptr;
  }
  CommitPtr FindProbe(std::int64_t due_at) const {
    for (const CommitPtr& commit : collected_.commits()) {
      if (commit->probe && commit->probe->due_at == due_at) return commit;
    }
    return nullptr;
  }
};

TEST_F(SelfTest, IsStoredWithACommitAndEvaluatedWithALaterOne) {
  Start();
  Give(R"({"heart_rate":75})");
  Probe({12, 1000});
  Give(R"({"heart_rate":76})");
  const CommitPtr stored = FindProbe(1000);
  const CommitPtr echo = FindEcho(1000);
  ASSERT_NE(stored, nullptr);
  ASSERT_NE(echo, nullptr);
  EXPECT_EQ(stored->probe->value, kSelfTestValue);
  EXPECT_EQ(CommitOf(stored->probe->cursor), stored->number);
  EXPECT_EQ(CommitOf(echo->echo->cursor), echo->number);
  EXPECT_GT(echo->number, stored->number);
  ExpectDense();
}

TEST_F(SelfTest, IsOneCommitWithTheReadingsOfItsBatch) {
  Start();
  run_->probes.Note({12, 1000});
  Send(R"([{"heart_rate":75},{"heart_rate":76}])");
  Send(Native(12, 1000, kSelfTestValue), kSelfTestMac.bits());
  Send(R"({"heart_rate":77})");
  Drain();
  EXPECT_NE(FindEcho(1000), nullptr);
  EXPECT_EQ(Readings(), 3);
  ExpectDense();
}

TEST_F(SelfTest, IsNoReadingOfAnybody) {
  Start();
  for (std::uint64_t i = 0; i < 5; ++i) Probe({12, 1000 + i});
  EXPECT_EQ(Readings(), 0);
  for (const char* table : {"fajma_serie", "fajma_cumul", "fajma_alertesiot", "fajma_alerte_evenement",
                            "fajma_condition", "fajma_quarantaine", "fajma_alerte_audit", "fajma_demarrage"}) {
    EXPECT_EQ(Count(table), 0) << table;
  }
  EXPECT_EQ(Count("fajma_autotest"), 1);
  EXPECT_EQ(Count("fajma_dispositivesiot"), 2);
  EXPECT_TRUE(collected_.messages().empty());
  EXPECT_TRUE(collected_.alerts().empty());
  EXPECT_TRUE(collected_.statuses().empty());
  EXPECT_TRUE(collected_.settled().empty());
}

TEST_F(SelfTest, CountsAsStored) {
  Start();
  Probe({12, 1000});
  Probe({13, 1030});
  EXPECT_EQ(Settled()[static_cast<std::size_t>(Disposition::kStored)], 2U);
  EXPECT_EQ(run_->counters.Get(Door::kMqtt).received, 2U);
  std::string page;
  run_->ingest->AppendMetrics(page);
  EXPECT_NE(page.find("fajma_self_test_stored_total 2\n"), std::string::npos) << page;
}

TEST_F(SelfTest, OfAStrangerIsRefused) {
  Start();
  run_->probes.Note({12, 1000});
  const std::uint64_t mac = kSelfTestMac.bits();
  for (const std::string& forged : {Native(13, 1000, 250), Native(12, 1001, 250), std::string(R"({"heart_rate":250})"),
                                    std::string("?"), std::string(R"({"b":12,"s":1000,"m":{"nothing":1}})")}) {
    Give(forged, mac);
  }
  SendKind(RawKind::kStatus, R"({"status":"online"})", mac);
  SendKind(RawKind::kCommandResult, "1\n{\"status\":\"done\"}", mac);
  Give(Native(12, 1000, 250), mac, kRetained);
  EXPECT_EQ(Settled()[static_cast<std::size_t>(Disposition::kRefused)], 8U);
  EXPECT_EQ(FindProbe(1000), nullptr);
  EXPECT_EQ(Count("fajma_quarantaine"), 0);
  EXPECT_EQ(Count("fajma_autotest", "evenement <> 0"), 0);
}

TEST_F(SelfTest, IsNotTakenFromASocket) {
  Start();
  run_->probes.Note({12, 1000});
  SendSocket(R"({"type":"sensor_data","device_mac":"02:FA:4A:00:00:01","b":12,"s":1000,"data":{"heart_rate":250}})",
             patient_);
  Drain();
  EXPECT_EQ(FindProbe(1000), nullptr);
  ASSERT_EQ(collected_.outcomes().size(), 1U);
  EXPECT_EQ(collected_.outcomes()[0].rejection->code, "unknown_device");
}

TEST_F(SelfTest, OfAnEarlierRunIsRefused) {
  Start();
  run_->probes.Note({12, 1000});
  Restart();
  Give(Native(12, 1000, 250), kSelfTestMac.bits());
  EXPECT_EQ(FindProbe(1000), nullptr);
}

TEST_F(SelfTest, ThatAsksForNoAlertIsNotTold) {
  Start();
  Probe({12, 1000}, 75);
  EXPECT_NE(FindProbe(1000), nullptr);
  EXPECT_EQ(FindEcho(1000), nullptr);
}

TEST_F(SelfTest, ThatWasNotEvaluatedIsEvaluatedAfterARestart) {
  Start();
  Probe({12, 1000});
  ASSERT_NE(FindEcho(1000), nullptr);
  Stop();
  {
    Database database(DatabaseOptions{url_, 1, 1});
    Lease lease = database.Write();
    RunSql(lease, "UPDATE fajma_autotest SET evaluee = 0");
  }
  collected_.Clear();
  Start();
  EXPECT_TRUE(testing::Eventually([this] { return FindEcho(1000) != nullptr; }));
}

TEST_F(SelfTest, IsReadFromTheDatabaseByWhoDidNotHearOfIt) {
  Start();
  Probe({12, 1000});
  const CommitPtr stored = FindProbe(1000);
  const CommitPtr echo = FindEcho(1000);
  ASSERT_TRUE(stored && echo);
  CommitLog log(run_->database);
  const auto commits = log.Load(stored->number, echo->number);
  ASSERT_EQ(commits.size(), static_cast<std::size_t>(echo->number - stored->number + 1));
  EXPECT_EQ(commits.front()->probe, stored->probe);
  EXPECT_EQ(commits.back()->echo, echo->echo);
  EXPECT_EQ(commits.back()->probe, std::nullopt);
}

}  // namespace
}  // namespace fajma::test
