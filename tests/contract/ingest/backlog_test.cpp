// What lay in a journal for long is judged by the times of its receipt, also by those that pass without a value.
#include "core/journal/journal.h"
#include "core/store/threshold_store.h"
#include "tests/contract/ingest/ingest_contract.h"

namespace fajma::test {
namespace {

constexpr Micros kSecond = kMicrosPerSecond;
constexpr Micros kDelay = 60 * kSecond;

class Backlog : public IngestContract {
 protected:
  void SetUp() override {
    Database database(DatabaseOptions{url_, 1, 1});
    Threshold threshold;
    threshold.measure = MeasureId::kHeartRate;
    threshold.level = AlertLevel::kWarning;
    threshold.bounds = {50, 100};
    threshold.on_delay = kDelay;
    threshold.repeats = 1;
    ASSERT_TRUE(ThresholdStore(database).Create(threshold));
  }

  // Before the process starts.
  void Lay(Micros received_at, const std::string& payload, std::uint64_t mac = kMac) {
    if (!journal_) {
      JournalOptions options;
      options.folder = folder_;
      journal_.emplace(options);
    }
    RawMessage message;
    message.received_at = received_at;
    message.mac_bits = mac;
    message.payload = payload;
    ASSERT_TRUE(journal_->Append(message));
  }
  void Begin() {
    journal_.reset();
    Start();
    Drain();
  }

  const Micros begin_ = SystemNow() - 1'000 * kSecond;
  std::optional<Journal> journal_;
};

TEST_F(Backlog, ADelayEndsInItsPlace) {
  limits_.max_readings = 50;
  Lay(begin_, R"({"heart_rate":105})");
  for (int i = 1; i <= 900; ++i) Lay(begin_ + i * kSecond, R"({"heart_rate":75})", kOtherMac);
  Begin();
  ASSERT_EQ(collected_.alerts().size(), 1U);
  const AlertEvent event = collected_.alerts().front();
  EXPECT_EQ(event.alert.patient->id, patient_);
  EXPECT_EQ(event.alert.created_at, begin_ + kDelay);
  EXPECT_LT(event.cursor, collected_.messages().back().cursor) << "not after all else was stored";
}

TEST_F(Backlog, WhatLeavesNoReadingLetsNoTimePassThatIsStillToCome) {
  limits_.max_readings = 1;
  Lay(begin_, R"({"heart_rate":105})");
  Lay(begin_ + kSecond, R"({"heart_rate":75})", 0xAABBCC000099);  // of an unknown device: a commit without a reading
  Lay(begin_ + 2 * kSecond, R"({"heart_rate":75})");
  Begin();
  EXPECT_EQ(Readings(), 2);
  EXPECT_TRUE(collected_.alerts().empty());
}

}  // namespace
}  // namespace fajma::test
