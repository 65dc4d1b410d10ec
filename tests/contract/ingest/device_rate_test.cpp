// What is refused because a device sends too much: not settled, told once a second, and nobody else's loss.
#include "core/ingest/device_limiter.h"
#include "tests/contract/ingest/ingest_contract.h"

namespace fajma::test {
namespace {

constexpr int kBurst = kBurstSeconds;  // of a limit of one message a second

class DeviceRateContract : public IngestContract {
 protected:
  DeviceRateContract() { limits_.device_rate = 1; }

  // Numbers `first` to `last` in one instant.
  void Flood(int first, int last, Micros at) {
    for (int seq = first; seq <= last; ++seq) {
      ASSERT_TRUE(SendAt(at, Native(7, static_cast<std::uint64_t>(seq))));
    }
  }
  std::uint64_t Refused(Door door = Door::kMqtt) const {
    return Settled(door)[static_cast<std::size_t>(Disposition::kRefused)];
  }
  std::uint64_t Stored(Door door = Door::kMqtt) const {
    return Settled(door)[static_cast<std::size_t>(Disposition::kStored)];
  }
  std::size_t Told() const {
    std::size_t told = 0;
    for (const Outcome& outcome : collected_.outcomes()) {
      told += outcome.rejection && outcome.rejection->code == "rate_limited" ? 1U : 0U;
    }
    return told;
  }

  const Micros now_ = SystemNow();
};

TEST_F(DeviceRateContract, WhatIsTooMuchIsRefusedAndNotSettled) {
  Start();
  Flood(1, kBurst + 5, now_);
  Drain();
  EXPECT_EQ(Readings(), kBurst);
  EXPECT_EQ(LastSettled().durable, static_cast<std::uint64_t>(kBurst));
  EXPECT_EQ(Stored(), static_cast<std::uint64_t>(kBurst));
  EXPECT_EQ(Refused(), 5U) << "each is counted";
  EXPECT_EQ(Count("fajma_quarantaine"), 0);
}

TEST_F(DeviceRateContract, WhatWasRefusedIsStoredWhenItIsSentAgain) {
  Start();
  Flood(1, kBurst + 5, now_);
  Flood(kBurst + 1, kBurst + 5, now_ + 5 * kMicrosPerSecond);
  Drain();
  EXPECT_EQ(Readings(), kBurst + 5);
  EXPECT_EQ(LastSettled().durable, static_cast<std::uint64_t>(kBurst + 5));
}

TEST_F(DeviceRateContract, TheDeviceIsToldOnceASecond) {
  Start();
  Flood(1, kBurst + 50, now_);
  Flood(kBurst + 1, kBurst + 50, now_ + kMicrosPerSecond);
  Drain();
  EXPECT_EQ(Refused(), 50U + 49U);
  EXPECT_EQ(Told(), 2U);
}

TEST_F(DeviceRateContract, EachMessageOfAnArrayCounts) {
  Start();
  std::string array = "[";
  for (int i = 0; i < kBurst + 5; ++i) array += std::string(i == 0 ? "" : ",") + R"({"heart_rate":75})";
  Give(array + "]");
  EXPECT_EQ(Stored(), static_cast<std::uint64_t>(kBurst));
  EXPECT_EQ(Refused(), 5U);
}

TEST_F(DeviceRateContract, WhatCannotBeStoredCountsToo) {
  Start();
  for (int i = 0; i < kBurst + 5; ++i) ASSERT_TRUE(SendAt(now_, "{"));
  Drain();
  EXPECT_EQ(Count("fajma_quarantaine"), kBurst) << "a flood does not fill it";
  EXPECT_EQ(Refused(), 5U);
}

TEST_F(DeviceRateContract, AnotherDeviceIsNotTouched) {
  Start();
  Flood(1, 500, now_);
  for (int seq = 1; seq <= kBurst; ++seq) {
    ASSERT_TRUE(SendAt(now_, Native(9, static_cast<std::uint64_t>(seq)), kOtherMac));
  }
  Drain();
  EXPECT_EQ(Count("fajma_donneescapteursiot", "dispositif_id = " + std::to_string(other_device_)), kBurst);
}

TEST_F(DeviceRateContract, ASocketOfAnotherDoesNotUseUpTheLimit) {
  Start();
  for (int i = 0; i < 5 * kBurst; ++i) {
    ASSERT_TRUE(SendSocket(Documented(R"({"heart_rate":75})"), other_patient_, other_device_));
    ASSERT_TRUE(SendSocket(Documented(R"({"heart_rate":75})"), other_patient_));
  }
  Drain();
  Flood(1, kBurst, now_);
  Drain();
  EXPECT_EQ(Readings(), kBurst);
}

TEST_F(DeviceRateContract, ASocketHearsTheEndOfEachMessageAndOneError) {
  Start();
  for (int i = 0; i < kBurst; ++i) ASSERT_TRUE(SendAt(SystemNow(), Native(7, static_cast<std::uint64_t>(i) + 1)));
  Drain();
  const Micros before = SystemNow();
  for (int i = 0; i < 40; ++i) ASSERT_TRUE(SendSocket(Documented(R"({"heart_rate":75})"), patient_));
  Drain();
  const auto seconds = static_cast<std::size_t>((SystemNow() - before) / kMicrosPerSecond);
  std::size_t errors = 0;
  const std::vector<Outcome> outcomes = collected_.outcomes();
  for (const Outcome& outcome : outcomes) {
    errors += outcome.error_frame.find("rate_limited") == std::string::npos ? 0U : 1U;
  }
  EXPECT_EQ(outcomes.size(), 40U);
  EXPECT_GE(errors, 1U);
  EXPECT_LE(errors, 1U + seconds + 1U);
}

TEST_F(DeviceRateContract, StatusAndCommandResultsAreNotLimited) {
  Start();
  Flood(1, kBurst + 5, now_);
  for (int i = 0; i < 5 * kBurst; ++i) {
    ASSERT_TRUE(SendKind(RawKind::kStatus, i % 2 == 0 ? R"({"status":"offline"})" : R"({"status":"online"})"));
  }
  Drain();
  EXPECT_EQ(Refused(), 5U);
}

TEST_F(DeviceRateContract, TheBacklogOfAnOutagePasses) {
  Start();
  Flood(1, 1, now_ - 3600 * kMicrosPerSecond);
  Flood(2, 1000, now_);
  Drain();
  EXPECT_EQ(Readings(), 1000);
}

TEST_F(DeviceRateContract, ARestartForgetsNothingAndGivesNothing) {
  Start();
  Flood(1, kBurst, now_);
  Drain();
  Restart();
  Flood(kBurst + 1, kBurst + 5, now_);
  Drain();
  EXPECT_EQ(Readings(), kBurst);
  EXPECT_EQ(Refused(), 5U);
}

// What was in the journal when the process died is decided by the time of its receipt, not by the speed of the replay.
TEST_F(DeviceRateContract, AReplayDecidesAsTheFirstTime) {
  Start();
  for (int seq = 1; seq <= 200; ++seq) {
    ASSERT_TRUE(SendAt(now_ + seq * kMicrosPerSecond, Native(7, static_cast<std::uint64_t>(seq))));
  }
  Flood(201, 230, now_ + 200 * kMicrosPerSecond);
  Drain();
  const std::string query =
      "SELECT CAST(COUNT(*) AS VARCHAR(20)) FROM fajma_donneescapteursiot WHERE dispositif_id = " +
      std::to_string(device_);
  const std::string first = Sql(query);
  EXPECT_EQ(first, std::to_string(200 + kBurst - 1));
  const BootSettled settled = LastSettled();
  Stop();
  // As if nothing of it had been committed: another installation gets the same journal.
  url_ = NewMigratedDatabase();
  patient_ = AddPatient("patient1");
  other_patient_ = AddPatient("patient2");
  device_ = AddDevice(kMac, patient_);
  other_device_ = AddDevice(kOtherMac, other_patient_);
  collected_.Clear();
  Start();
  Drain();
  EXPECT_EQ(Sql(query), first);
  EXPECT_EQ(LastSettled().durable, settled.durable);
}

}  // namespace
}  // namespace fajma::test
