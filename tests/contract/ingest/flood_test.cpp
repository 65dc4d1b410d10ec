// A device whose messages are refused for now costs the others no write, and delays them by few batches.
#include "core/ingest/device_limiter.h"
#include "core/journal/journal.h"
#include "tests/contract/ingest/ingest_contract.h"

namespace fajma::test {
namespace {

constexpr int kBurst = kBurstSeconds;  // of a limit of one message a second

class FloodContract : public IngestContract {
 protected:
  FloodContract() { limits_.device_rate = 1; }

  // What is allowed is used up, and the device was told: what comes in this second is refused unseen.
  void UseUp() {
    Flood(kBurst + 1);
    Drain();
    ASSERT_EQ(Refused(), 1U);
  }
  void Flood(int messages) {
    for (int i = 0; i < messages; ++i) ASSERT_TRUE(SendAt(now_, Native(7, ++seq_)));
  }
  std::uint64_t Refused() const { return Settled()[static_cast<std::size_t>(Disposition::kRefused)]; }
  std::uint64_t Stored() const { return Settled()[static_cast<std::size_t>(Disposition::kStored)]; }
  bool AwaitRefused(std::uint64_t count) const {
    return testing::Eventually([&] { return Refused() == count; });
  }
  std::uint64_t Received() const { return run_->counters.Get(Door::kMqtt).received; }
  int Batches() const {
    constexpr std::string_view kName = "\nfajma_batches_total ";
    std::string text;
    run_->ingest->AppendMetrics(text);
    return std::stoi(text.substr(text.find(kName) + kName.size()));
  }
  StoredPosition Position() {
    return IngestStore(run_->database).FindPosition(run_->mqtt_journal.uuid()).value_or(StoredPosition{});
  }

  const Micros now_ = SystemNow();
  std::uint64_t seq_ = 0;
};

TEST_F(FloodContract, WhatIsRefusedUnseenTakesNoTransactionOfItsOwn) {
  Start();
  UseUp();
  const int before = Batches();
  const auto begun = std::chrono::steady_clock::now();
  for (std::uint64_t round = 1; round <= 100; ++round) {
    Flood(5);
    ASSERT_TRUE(AwaitRefused(1 + 5 * round));  // so it is a batch
  }
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(std::chrono::steady_clock::now() - begun);
  EXPECT_LE(Batches() - before, 1 + seconds.count());
}

TEST_F(FloodContract, MessagesAreGatheredBesideWhatIsRefused) {
  Start();
  UseUp();
  Flood(1);
  ASSERT_TRUE(AwaitRefused(2));
  const auto begun = std::chrono::steady_clock::now();
  for (std::uint64_t round = 1; round <= 100; ++round) {
    Flood(1);
    ASSERT_TRUE(AwaitRefused(2 + round));
  }
  EXPECT_GE(std::chrono::steady_clock::now() - begun, std::chrono::milliseconds(2 * 99)) << "2 ms before each batch";
}

TEST_F(FloodContract, TheCheckpointBehindItIsWrittenSoonAfter) {
  Start();
  UseUp();
  const StoredPosition before = Position();
  Flood(5);
  ASSERT_TRUE(AwaitRefused(6));
  EXPECT_TRUE(testing::Eventually([&] { return Position().offset > before.offset; }));
}

TEST_F(FloodContract, TheNextThatIsStoredTakesTheCheckpointAlong) {
  Start();
  UseUp();
  const StoredPosition before = Position();
  Flood(5);
  ASSERT_TRUE(AwaitRefused(6));
  ASSERT_TRUE(SendSocket(Documented(R"({"heart_rate":75})", kOtherMac), other_patient_));  // of the other journal
  Drain();
  EXPECT_GT(Position().offset, before.offset) << "long before it would be written by itself";
  Restart();
  EXPECT_EQ(Received(), 0U) << "nothing of it is read again";
}

TEST_F(FloodContract, AnEndWritesTheCheckpoint) {
  Start();
  UseUp();
  Flood(5);
  ASSERT_TRUE(AwaitRefused(6));
  Restart();
  EXPECT_EQ(Received(), 0U);
}

TEST_F(FloodContract, AfterACrashItIsRefusedAgainAndNothingIsStoredTwice) {
  Start();
  UseUp();
  ASSERT_TRUE(SendAt(now_, Native(9, 1), kOtherMac));
  Drain();
  const StoredPosition crashed_at = Position();
  Flood(50);
  ASSERT_TRUE(AwaitRefused(51));
  Restart();
  {
    Lease lease = run_->database.Write(Database::Priority::kInteractive);
    lease.Begin();
    RunSql(lease, "UPDATE fajma_point_journal SET segment = " + std::to_string(crashed_at.segment) + ", position = " +
                      std::to_string(crashed_at.offset) + " WHERE journal = '" + crashed_at.journal_uuid + "'");
    lease.Commit();
  }
  Restart();
  Drain();
  EXPECT_EQ(Received(), 50U);
  EXPECT_EQ(Refused(), 50U);
  EXPECT_EQ(Readings(), kBurst + 1);
  EXPECT_EQ(LastSettled().durable, 1U) << "of the other device; nothing of the flood was settled since";
}

// All of it is there when ingest begins: how often it writes does not depend on the machine.
TEST_F(FloodContract, OthersBehindAFloodAreStoredInFewBatches) {
  constexpr int kFlood = 20'000;
  constexpr int kOthers = 200;
  {
    JournalOptions options;
    options.folder = folder_;
    options.segment_bytes = 1 << 20;
    Journal journal(options);
    for (int i = 1; i <= kFlood; ++i) {
      const std::string flood = Native(7, ++seq_);
      RawMessage message;
      message.received_at = now_;
      message.mac_bits = kMac;
      message.payload = flood;
      ASSERT_TRUE(journal.Append(message));
      if (i % (kFlood / kOthers) != 0) continue;
      const int other = i / (kFlood / kOthers);
      const std::string payload = Native(9, static_cast<std::uint64_t>(other));
      message.received_at = now_ + other * kMicrosPerSecond;
      message.mac_bits = kOtherMac;
      message.payload = payload;
      ASSERT_TRUE(journal.Append(message));
    }
  }
  Start();
  ASSERT_TRUE(testing::Eventually([this] { return run_->counters.Get(Door::kMqtt).in_flight == 0; }));
  EXPECT_EQ(Count("fajma_donneescapteursiot", "dispositif_id = " + std::to_string(other_device_)), kOthers);
  EXPECT_EQ(Stored(), static_cast<std::uint64_t>(kBurst + kOthers));
  EXPECT_EQ(Refused(), static_cast<std::uint64_t>(kFlood - kBurst));
  EXPECT_EQ(Received(), Stored() + Refused());
  EXPECT_LE(Batches(), kFlood / static_cast<int>(limits_.max_messages) + 2);
}

}  // namespace
}  // namespace fajma::test
