// What is stored once, what is told to its sender, also across restarts.
#include <algorithm>
#include <random>

#include "tests/contract/ingest/ingest_contract.h"

namespace fajma::test {
namespace {

TEST_F(IngestContract, ANumberIsStoredOnceAcrossRestarts) {
  Start();
  for (int round = 0; round < 3; ++round) {
    for (std::uint64_t seq = 1; seq <= 20; ++seq) Send(Native(12, seq));
    Drain();
    Restart();
  }
  EXPECT_EQ(Readings(), 20);
  EXPECT_EQ(LastSettled().durable, 20U);
}

TEST_F(IngestContract, TimeAndContentAreStoredOnceAcrossRestarts) {
  Start();
  const Micros now = SystemNow();
  const auto at = [now](int millis, int value) {
    return R"({"ts":)" + std::to_string(now / 1000 + millis) + R"(,"values":{"heart_rate":)" + std::to_string(value) +
           "}}";
  };
  for (int round = 0; round < 3; ++round) {
    for (int i = 0; i < 10; ++i) SendAt(now, at(i, 70));
    SendAt(now, at(3, 71));  // two values in one millisecond
    SendAt(now, at(-7'200'000, 72));
    Drain();
    EXPECT_EQ(Settled()[1], round == 0 ? 0U : 12U);
    Restart();
  }
  EXPECT_EQ(Readings(), 12);
}

TEST_F(IngestContract, UptimeAndContentAreStoredOnceAcrossRestarts) {
  Start();
  const Micros now = SystemNow();
  for (int round = 0; round < 3; ++round) {
    for (int i = 0; i < 10; ++i) {
      SendAt(now + i * kMicrosPerSecond,
             Documented(R"({"heart_rate":75,"timestamp":)" + std::to_string(60'000 + i * 1000) + "}"));
    }
    Drain();
    Restart();
  }
  EXPECT_EQ(Readings(), 10);
}

TEST_F(IngestContract, TheSameMessageTwiceInABatchIsStoredOnce) {
  run_ = std::make_unique<Process>(url_, folder_, &collected_);
  const std::string timed = R"({"ts":)" + std::to_string(SystemNow() / 1000) + R"(,"values":{"heart_rate":70}})";
  for (int i = 0; i < 10; ++i) {
    Send(timed);
    Send(Native(1, 1));
  }
  Drain();
  EXPECT_EQ(Readings(), 2);
  EXPECT_EQ(Settled()[1], 18U);
}

TEST_F(IngestContract, AProvenRedeliveryIsADuplicate) {
  Start();
  Give(R"({"heart_rate":75})");
  Give(R"({"heart_rate":75})", kMac, kRedelivered);
  EXPECT_EQ(Readings(), 1);
  EXPECT_EQ(Settled()[1], 1U);
}

TEST_F(IngestContract, DurableNeverJumpsOverAHole) {
  Start();
  Send(Native(5, 1));
  Send(Native(5, 3));
  Drain();
  EXPECT_EQ(LastSettled().durable, 1U);
  Restart();
  Give(Native(5, 2));
  EXPECT_EQ(LastSettled().durable, 3U);
  Give(R"({"b":5,"s":10,"f":9,"m":{"heart_rate":75}})");
  EXPECT_EQ(LastSettled().durable, 8U) << "it still holds 9";
  Give(Native(5, 9));
  EXPECT_EQ(LastSettled().durable, 10U);
  EXPECT_EQ(LastSettled().boot, 5U);
}

TEST_F(IngestContract, AFloorIsKeptEvenWithADuplicate) {
  Start();
  Give(Native(5, 10));
  Give(R"({"b":5,"s":10,"f":10,"m":{"heart_rate":75}})");
  EXPECT_EQ(LastSettled().durable, 10U);
  Restart();
  Give(Native(5, 10));
  EXPECT_EQ(LastSettled().durable, 10U) << "what was acknowledged was in the database";
}

TEST_F(IngestContract, WhatIsRefusedForGoodIsSettled) {
  Start();
  Send(Native(5, 1, 999));
  Send(Native(5, 2));
  Send(R"({"type":"sensor_data","device_mac":"AA:BB:CC:00:00:02","b":5,"s":3,"data":{"heart_rate":75}})");
  Drain();
  EXPECT_EQ(LastSettled().durable, 3U);
  const auto outcomes = collected_.outcomes();
  ASSERT_EQ(outcomes.size(), 2U) << "who numbered them is told";
  EXPECT_EQ(outcomes[0].rejection->code, "out_of_range");
  EXPECT_EQ(outcomes[0].identity, (BootSeq{5, 1}));
  EXPECT_EQ(outcomes[1].rejection->code, "forbidden_device");
  EXPECT_EQ(Readings(), 1);
}

// Whoever holds another patient's socket must not make a device's readings into duplicates.
TEST_F(IngestContract, AnothersSocketSettlesNoNumberOfADevice) {
  Start();
  const std::string numbered =
      R"({"type":"sensor_data","device_mac":"AA:BB:CC:00:00:01","b":5,"s":1,"data":{"heart_rate":)";
  SendSocket(numbered + "80}}", other_patient_);
  SendSocket(numbered + "81}}", other_patient_, other_device_);
  SendSocket(numbered + "999}}", other_patient_, other_device_);
  Drain();
  EXPECT_EQ(Readings(), 0);
  Give(Native(5, 1));
  EXPECT_EQ(Readings(), 1);
}

TEST_F(IngestContract, ADuplicateIsConfirmedToItsSocket) {
  Start();
  const std::string message =
      R"({"type":"sensor_data","device_mac":"AA:BB:CC:00:00:01","b":5,"s":1,"data":{"heart_rate":75}})";
  SendSocket(message, patient_);
  SendSocket(message, patient_);
  Drain();
  const auto outcomes = collected_.outcomes();
  ASSERT_EQ(outcomes.size(), 2U);
  EXPECT_EQ(outcomes[0].disposition, Disposition::kStored);
  EXPECT_EQ(outcomes[0].stored_readings, 1U);
  EXPECT_EQ(outcomes[1].disposition, Disposition::kDuplicate);
  EXPECT_EQ(outcomes[1].mac, Mac::FromBits(kMac));
}

TEST_F(IngestContract, ManyStartsOfADeviceAreSurvived) {
  Start();
  for (std::uint32_t boot = 1; boot <= 60; ++boot) {
    Send(Native(boot, 1));
    Send(Native(boot, 2));
    if (boot % 20 == 0) Drain();
  }
  Drain();
  EXPECT_EQ(Readings(), 120);
  EXPECT_LE(Count("fajma_demarrage"), 60);
  Give(Native(60, 2));
  EXPECT_EQ(Readings(), 120);
  Give(Native(60, 3));
  EXPECT_EQ(LastSettled().durable, 3U);
}

TEST_F(IngestContract, RandomOrderWithRepeatsAndRestartsStoresEachOnce) {
  std::vector<std::uint64_t> numbers;
  for (std::uint64_t seq = 1; seq <= 150; ++seq) numbers.insert(numbers.end(), 2, seq);
  std::shuffle(numbers.begin(), numbers.end(), std::mt19937(4));
  Start();
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    Send(Native(9, numbers[i]));
    if (i % 100 == 99) Restart();
  }
  Drain();
  EXPECT_EQ(Readings(), 150);
  EXPECT_EQ(LastSettled().durable, 150U);
  ExpectDense();
}

}  // namespace
}  // namespace fajma::test
