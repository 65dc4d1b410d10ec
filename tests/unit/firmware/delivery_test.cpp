#include "firmware/core/delivery.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>
#include <string>

#include "tests/unit/firmware/delivery_support.h"

namespace fajma::firmware {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

constexpr std::uint32_t kBoot = 12;

TEST(Delivery, SaysNothingWhileDisconnected) {
  DeliveryBench bench(kBoot);
  bench.Add(3);
  EXPECT_EQ(bench.Next(0), "");
  bench.delivery.OnConnected();
  EXPECT_NE(bench.Next(0), "");
  bench.delivery.OnDisconnected();
  bench.Add(1);
  EXPECT_EQ(bench.Next(1'000'000), "");
}

TEST(Delivery, NumbersSamplesFromOne) {
  DeliveryBench bench(kBoot);
  Sample sample;
  EXPECT_EQ(bench.delivery.Add(sample), 0U) << "an empty sample has nothing to deliver";
  sample.Set(Measure::kHeartRate, 75);
  EXPECT_EQ(bench.delivery.Add(sample), 1U);
  EXPECT_EQ(bench.delivery.Add(sample), 2U);
}

TEST(Delivery, FirstMessageOfAConnectionTellsTheLowestSeqHeld) {
  DeliveryBench bench(kBoot);
  bench.delivery.OnConnected();
  bench.Add(1);
  EXPECT_EQ(bench.Next(0), R"({"b":12,"s":1,"f":1,"u":1000,"m":{"heart_rate":61}})");
  bench.Add(1);
  EXPECT_EQ(bench.Next(0), R"({"b":12,"s":2,"u":2000,"m":{"heart_rate":62}})");
}

TEST(Delivery, DatesSamplesByTheClockKnownWhenTheyAreSent) {
  DeliveryBench bench(kBoot);
  bench.delivery.OnConnected();
  bench.Add(1);
  bench.clock.SetWall(1767225600000, ClockSource::kServer, 61'000);
  EXPECT_EQ(bench.Next(0), R"({"b":12,"s":1,"f":1,"t":1767225540000,"m":{"heart_rate":61}})");
}

TEST(Delivery, CatchesUpInBatchesWithinTheWindow) {
  DeliverySettings settings;
  settings.window = 10;
  settings.max_batch = 4;
  DeliveryBench bench(kBoot, settings);
  bench.Add(20);
  bench.delivery.OnConnected();
  EXPECT_THAT(ReadSeqs(bench.Next(0)), ElementsAre(1, 2, 3, 4));
  EXPECT_THAT(ReadSeqs(bench.Next(0)), ElementsAre(5, 6, 7, 8));
  EXPECT_THAT(ReadSeqs(bench.Next(0)), ElementsAre(9, 10));
  EXPECT_EQ(bench.Next(0), "");
  bench.delivery.OnAck(AckText(kBoot, 3), 0);
  EXPECT_THAT(ReadSeqs(bench.Next(0)), ElementsAre(11, 12, 13));
}

TEST(Delivery, BatchNeverExceedsTheBuffer) {
  DeliverySettings settings;
  settings.max_batch = 100;
  DeliveryBench bench(kBoot, settings);
  bench.delivery.OnConnected();
  for (int i = 0; i < 32; ++i) {
    Sample sample({TimeBase::kUptime, 1});
    for (std::size_t k = 0; k < kMeasures.size(); ++k) {
      sample.Set(static_cast<Measure>(k), kMeasures[k].maximum);
    }
    bench.delivery.Add(sample);
  }
  std::size_t records = 0;
  for (std::string payload = bench.Next(0); !payload.empty(); payload = bench.Next(0)) {
    EXPECT_LE(payload.size(), kMaxPayloadBytes);
    records += ReadRecords(payload).size();
  }
  EXPECT_EQ(records, 32U);
}

TEST(Delivery, SendsNothingIntoTooSmallABuffer) {
  DeliveryBench bench(kBoot);
  bench.delivery.OnConnected();
  bench.Add(1);
  char small[kMaxRecordBytes - 1];
  EXPECT_TRUE(bench.delivery.Next(0, bench.clock, {small, sizeof small}).empty());
  EXPECT_THAT(ReadSeqs(bench.Next(0)), ElementsAre(1));
}

TEST(Delivery, ResendsEverythingAfterReconnect) {
  DeliveryBench bench(kBoot);
  bench.delivery.OnConnected();
  bench.Add(3);
  EXPECT_THAT(bench.SendAll(0), ElementsAre(1, 2, 3));
  bench.delivery.OnAck(AckText(kBoot, 1), 0);
  bench.delivery.OnDisconnected();
  bench.Add(1);
  bench.delivery.OnConnected();
  EXPECT_EQ(ReadRecords(bench.Next(10))[0].first_held, 2U);
  EXPECT_EQ(bench.delivery.counters().sent_again, 2U);
}

TEST(Delivery, ResendsOldestFirstAfterTimeoutWithBackoff) {
  DeliverySettings settings;
  settings.ack_timeout_ms = 1000;
  settings.max_ack_timeout_ms = 8000;
  DeliveryBench bench(kBoot, settings);
  bench.delivery.OnConnected();
  bench.Add(2);
  EXPECT_THAT(bench.SendAll(0), ElementsAre(1, 2));
  std::uint64_t last_ms = 0;
  for (const std::uint64_t whole_ms : {1000U, 2000U, 4000U, 8000U, 8000U, 8000U}) {
    std::uint64_t now_ms = last_ms;
    while (now_ms < last_ms + 20'000 && bench.Next(now_ms).empty()) {
      now_ms += 10;
    }
    EXPECT_GE(now_ms - last_ms, whole_ms * 3 / 4);
    EXPECT_LE(now_ms - last_ms, whole_ms + 10);
    last_ms = now_ms;
  }
  EXPECT_EQ(bench.delivery.counters().timeouts, 6U);
  bench.delivery.OnAck(AckText(kBoot, 1), last_ms);
  EXPECT_THAT(bench.SendAll(last_ms + 1010), ElementsAre(2)) << "progress starts the time-out afresh";
}

TEST(Delivery, AckedSamplesAreGoneForGood) {
  DeliveryBench bench(kBoot);
  bench.delivery.OnConnected();
  bench.Add(5);
  bench.SendAll(0);
  ASSERT_TRUE(bench.delivery.OnAck(AckText(kBoot, 5), 0));
  EXPECT_EQ(bench.delivery.held_count(), 0U);
  EXPECT_THAT(bench.SendAll(1'000'000), IsEmpty());
  bench.delivery.OnConnected();
  EXPECT_THAT(bench.SendAll(2'000'000), IsEmpty());
}

TEST(Delivery, AckNeverGoesBackward) {
  DeliveryBench bench(kBoot);
  bench.delivery.OnConnected();
  bench.Add(5);
  bench.SendAll(0);
  bench.delivery.OnAck(AckText(kBoot, 4), 0);
  EXPECT_TRUE(bench.delivery.OnAck(AckText(kBoot, 2), 0)) << "late, but true: its time may be used";
  EXPECT_EQ(bench.delivery.durable(), 4U);
  EXPECT_EQ(bench.delivery.counters().acknowledged, 4U);
  EXPECT_EQ(bench.delivery.held_count(), 1U);
}

TEST(Delivery, IgnoresAcksOfAnotherBootAndImpossibleOnes) {
  DeliveryBench bench(kBoot);
  bench.delivery.OnConnected();
  bench.Add(5);
  bench.Next(0);
  bench.Add(1);
  EXPECT_FALSE(bench.delivery.OnAck(AckText(kBoot + 1, 5), 0));
  EXPECT_FALSE(bench.delivery.OnAck(AckText(kBoot, 6), 0)) << "6 was never sent";
  EXPECT_FALSE(bench.delivery.OnAck(R"({"boot":12})", 0));
  EXPECT_FALSE(bench.delivery.OnAck(R"({"boot":4294967308,"durable":5})", 0)) << "12 modulo 2^32";
  EXPECT_EQ(bench.delivery.durable(), 0U);
  EXPECT_EQ(bench.delivery.counters().ignored, 4U);
  EXPECT_EQ(bench.delivery.held_count(), 6U);
}

TEST(Delivery, FullMemoryDropsTheOldestAndTellsTheServer) {
  DeliverySettings settings;
  settings.capacity = 4;
  DeliveryBench bench(kBoot, settings);
  bench.Add(10);
  EXPECT_EQ(bench.delivery.counters().dropped, 6U);
  EXPECT_EQ(bench.delivery.first_held(), 7U);
  bench.delivery.OnConnected();
  const std::vector<SentRecord> records = ReadRecords(bench.Next(0));
  ASSERT_THAT(records, SizeIs(4));
  EXPECT_EQ(records[0].seq, 7U);
  EXPECT_EQ(records[0].first_held, 7U);
  EXPECT_FALSE(records[1].first_held);
}

TEST(Delivery, RepeatsTheLowestSeqHeldUntilTheGapIsClosed) {
  DeliverySettings settings;
  settings.capacity = 4;
  settings.max_batch = 1;
  DeliveryBench bench(kBoot, settings);
  bench.Add(6);
  bench.delivery.OnConnected();
  EXPECT_EQ(ReadRecords(bench.Next(0))[0].first_held, 3U);
  EXPECT_EQ(ReadRecords(bench.Next(0))[0].first_held, 3U);
  bench.delivery.OnAck(AckText(kBoot, 3), 0);
  EXPECT_FALSE(ReadRecords(bench.Next(0))[0].first_held);
}

TEST(Delivery, DroppingWhatIsUnderWayKeepsTheOrder) {
  DeliverySettings settings;
  settings.capacity = 4;
  DeliveryBench bench(kBoot, settings);
  bench.delivery.OnConnected();
  bench.Add(4);
  EXPECT_THAT(bench.SendAll(0), ElementsAre(1, 2, 3, 4));
  bench.Add(6);
  EXPECT_THAT(bench.SendAll(0), ElementsAre(7, 8, 9, 10));
  bench.delivery.OnAck(AckText(kBoot, 2), 0);
  EXPECT_EQ(bench.delivery.held_count(), 4U);
  bench.delivery.OnAck(AckText(kBoot, 10), 0);
  EXPECT_EQ(bench.delivery.held_count(), 0U);
  const DeliveryCounters& counters = bench.delivery.counters();
  EXPECT_EQ(counters.added, counters.dropped + counters.acknowledged);
}

TEST(Delivery, RejectedSampleIsSettledAndNeverSentAgain) {
  DeliveryBench bench(kBoot);
  bench.delivery.OnConnected();
  bench.Add(4);
  bench.SendAll(0);
  EXPECT_TRUE(bench.delivery.OnReject(RejectText(kBoot, 2, "out_of_range"), 0));
  EXPECT_FALSE(bench.delivery.OnReject(RejectText(kBoot, 2, "out_of_range"), 0)) << "only once";
  EXPECT_EQ(bench.delivery.counters().rejected, 1U);
  EXPECT_EQ(bench.delivery.held_count(), 3U);
  bench.delivery.OnConnected();
  EXPECT_THAT(bench.SendAll(0), ElementsAre(1, 3, 4));
  bench.delivery.OnAck(AckText(kBoot, 4), 0);
  EXPECT_EQ(bench.delivery.counters().acknowledged, 3U);
  EXPECT_EQ(bench.delivery.held_count(), 0U);
}

TEST(Delivery, RejectingTheOldestFreesItsPlace) {
  DeliveryBench bench(kBoot);
  bench.delivery.OnConnected();
  bench.Add(3);
  bench.SendAll(0);
  bench.delivery.OnReject(RejectText(kBoot, 2, "bad"), 0);
  bench.delivery.OnReject(RejectText(kBoot, 1, "bad"), 0);
  EXPECT_EQ(bench.delivery.first_held(), 3U);
}

TEST(Delivery, RateLimitedSampleIsKeptAndSentLater) {
  DeliverySettings settings;
  settings.rate_limit_pause_ms = 1000;
  DeliveryBench bench(kBoot, settings);
  bench.delivery.OnConnected();
  bench.Add(4);
  bench.SendAll(0);
  bench.delivery.OnAck(AckText(kBoot, 1), 0);
  for (const std::uint32_t seq : {3U, 4U, 2U}) {
    EXPECT_TRUE(bench.delivery.OnReject(RejectText(kBoot, seq, "rate_limited"), 0));
  }
  EXPECT_EQ(bench.delivery.held_count(), 3U);
  EXPECT_THAT(bench.SendAll(749), IsEmpty());
  EXPECT_THAT(bench.SendAll(1000), ElementsAre(2, 3, 4)) << "one burst makes one pause";
}

TEST(Delivery, IgnoresRejectsThatNameNothing) {
  DeliveryBench bench(kBoot);
  bench.delivery.OnConnected();
  bench.Add(2);
  bench.SendAll(0);
  bench.Add(1);
  for (const std::string& text :
       {RejectText(kBoot + 1, 1, "bad"), RejectText(kBoot, 0, "bad"), RejectText(kBoot, 3, "bad"),
        RejectText(kBoot, 99, "bad"), std::string(R"({"boot":12,"code":"bad"})"), std::string(R"({"boot":12,"seq":1})"),
        std::string("reject")}) {
    EXPECT_FALSE(bench.delivery.OnReject(text, 0)) << text;
  }
  EXPECT_EQ(bench.delivery.held_count(), 3U);
}

TEST(Delivery, FailedPublishIsSentAgainAtOnce) {
  DeliverySettings settings;
  settings.max_batch = 2;
  DeliveryBench bench(kBoot, settings);
  bench.delivery.OnConnected();
  bench.Add(4);
  EXPECT_THAT(ReadSeqs(bench.Next(0)), ElementsAre(1, 2));
  EXPECT_THAT(ReadSeqs(bench.Next(0)), ElementsAre(3, 4));
  bench.delivery.OnPublishFailed();
  EXPECT_THAT(ReadSeqs(bench.Next(0)), ElementsAre(3, 4));
}

TEST(Delivery, SendsDocumentedMessagesOneByOne) {
  DeliverySettings settings;
  settings.form = PayloadForm::kSensorData;
  settings.mac = {{0xAA, 0xBB, 0xCC, 0, 0, 1}};
  DeliveryBench bench(kBoot, settings);
  bench.delivery.OnConnected();
  bench.Add(2);
  EXPECT_EQ(bench.Next(0), R"({"type":"sensor_data","device_mac":"AA:BB:CC:00:00:01","b":12,"s":1,"f":1,)"
                           R"("data":{"heart_rate":61,"timestamp":1000}})");
  EXPECT_EQ(bench.Next(0), R"({"type":"sensor_data","device_mac":"AA:BB:CC:00:00:01","b":12,"s":2,)"
                           R"("data":{"heart_rate":62,"timestamp":2000}})");
  EXPECT_TRUE(bench.delivery.OnAck(R"({"type":"ack","boot":12,"durable":2})", 0));
  EXPECT_EQ(bench.delivery.held_count(), 0U);
}

TEST(Delivery, CountsAddUpWhateverComesIn) {
  std::mt19937 random(7);
  DeliverySettings settings;
  settings.capacity = 16;
  DeliveryBench bench(kBoot, settings);
  bench.delivery.OnConnected();
  std::uint64_t now_ms = 0;
  for (int round = 0; round < 30'000; ++round) {
    now_ms += random() % 3000;
    bench.Add(static_cast<int>(random() % 3));
    static_cast<void>(bench.Next(now_ms));
    const std::uint32_t seq = bench.delivery.next_seq() - static_cast<std::uint32_t>(random() % 20);
    std::string text =
        random() % 2 == 0 ? AckText(kBoot, seq) : RejectText(kBoot, seq, random() % 2 == 0 ? "bad" : "rate_limited");
    for (unsigned edits = static_cast<unsigned>(random() % 3); edits > 0; --edits) {
      text[random() % text.size()] = static_cast<char>(random() % 256);
    }
    const std::uint32_t durable = bench.delivery.durable();
    bench.delivery.OnAck(text, now_ms);
    bench.delivery.OnReject(text, now_ms);
    ASSERT_GE(bench.delivery.durable(), durable);
    ASSERT_LT(bench.delivery.durable(), bench.delivery.next_seq());
    const DeliveryCounters& counters = bench.delivery.counters();
    ASSERT_LE(bench.delivery.held_count(), 16U);
    ASSERT_EQ(counters.added, bench.delivery.next_seq() - 1);
  }
  EXPECT_GT(bench.delivery.counters().acknowledged, 0U);
  EXPECT_GT(bench.delivery.counters().rejected, 0U);
  EXPECT_GT(bench.delivery.counters().dropped, 0U);
}

}  // namespace
}  // namespace fajma::firmware
