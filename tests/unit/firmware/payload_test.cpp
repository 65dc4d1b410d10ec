#include "firmware/core/payload.h"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <limits>
#include <memory>
#include <string>

namespace fajma::firmware {
namespace {

class PayloadTest : public testing::Test {
 protected:
  TextBuffer Out() { return {buffer_.data(), buffer_.size()}; }

  static Sample MakeSample(SampleTime time) {
    Sample sample(time);
    sample.Set(Measure::kHeartRate, 75);
    sample.Set(Measure::kTemperature, 36.5);
    return sample;
  }
  static Sample MakeFullSample() {
    Sample sample({TimeBase::kWall, 1767225600000});
    const std::array<double, 9> values = {36.56, 75.5, 120.5, 80.5, 97.5, 999.5, 15.5, 100, 100};
    for (std::size_t i = 0; i < values.size(); ++i) {
      EXPECT_TRUE(sample.Set(static_cast<Measure>(i), values[i]));
    }
    return sample;
  }

  std::array<char, kMaxPayloadBytes> buffer_{};
};

constexpr SampleTime kWall = {TimeBase::kWall, 1767225600000};
constexpr SampleTime kUptime = {TimeBase::kUptime, 81234};
constexpr MacAddress kMac = {{0xAA, 0xBB, 0xCC, 0xDD, 0xEE, 0xFF}};

TEST_F(PayloadTest, WritesNativeFormWithWallTime) {
  EXPECT_EQ(WritePayload({12, 345, std::nullopt, MakeSample(kWall)}, Out()),
            R"({"b":12,"s":345,"t":1767225600000,"m":{"temperature":36.5,"heart_rate":75}})");
}

TEST_F(PayloadTest, WritesUptimeWhenTheClockIsNotSet) {
  EXPECT_EQ(WritePayload({12, 345, std::nullopt, MakeSample(kUptime)}, Out()),
            R"({"b":12,"s":345,"u":81234,"m":{"temperature":36.5,"heart_rate":75}})");
}

TEST_F(PayloadTest, WritesLowestHeldSeq) {
  EXPECT_EQ(WritePayload({4294967295, 345, 340, MakeSample(kWall)}, Out()),
            R"({"b":4294967295,"s":345,"f":340,"t":1767225600000,"m":{"temperature":36.5,"heart_rate":75}})");
}

TEST_F(PayloadTest, WritesEveryMeasureByItsWireName) {
  EXPECT_EQ(WritePayload({1, 2, std::nullopt, MakeFullSample()}, Out()),
            R"({"b":1,"s":2,"t":1767225600000,"m":{"temperature":36.56,"heart_rate":75.5,"systolic_pressure":120.5,)"
            R"("diastolic_pressure":80.5,"oxygen_saturation":97.5,"glucose":999.5,"respiratory_rate":15.5,)"
            R"("battery_level":100,"signal_quality":100}})");
}

TEST_F(PayloadTest, LargestRecordFitsItsDeclaredRoom) {
  Sample sample = MakeFullSample();
  sample.set_time({TimeBase::kWall, 18446744073709551615U});
  constexpr std::uint32_t kMax = 4294967295;
  char out[kMaxRecordBytes];
  EXPECT_FALSE(WritePayload({kMax, kMax, kMax, sample}, {out, sizeof out}).empty());
  EXPECT_FALSE(WriteSensorData({kMac, sample, kMax, kMax, kMax}, {out, sizeof out}).empty());
}

TEST_F(PayloadTest, PutsOneRecordAloneAndSeveralInAnArray) {
  const Record first = {12, 1, 1, MakeSample(kWall)};
  const Record second = {12, 2, std::nullopt, MakeSample(kUptime)};
  BatchWriter one(Out());
  ASSERT_TRUE(one.Append(first));
  EXPECT_EQ(one.Finish(), R"({"b":12,"s":1,"f":1,"t":1767225600000,"m":{"temperature":36.5,"heart_rate":75}})");
  BatchWriter two(Out());
  ASSERT_TRUE(two.Append(first));
  ASSERT_TRUE(two.Append(second));
  EXPECT_EQ(two.Finish(), R"([{"b":12,"s":1,"f":1,"t":1767225600000,"m":{"temperature":36.5,"heart_rate":75}},)"
                          R"({"b":12,"s":2,"u":81234,"m":{"temperature":36.5,"heart_rate":75}}])");
}

TEST_F(PayloadTest, RecordThatDoesNotFitLeavesTheBatchWhole) {
  BatchWriter batch({buffer_.data(), 200});
  ASSERT_TRUE(batch.Append({1, 1, std::nullopt, MakeSample(kWall)}));
  ASSERT_TRUE(batch.Append({1, 2, std::nullopt, MakeSample(kWall)}));
  EXPECT_FALSE(batch.Append({1, 3, std::nullopt, MakeSample(kWall)}));
  EXPECT_EQ(batch.count(), 2U);
  EXPECT_EQ(batch.Finish(), R"([{"b":1,"s":1,"t":1767225600000,"m":{"temperature":36.5,"heart_rate":75}},)"
                            R"({"b":1,"s":2,"t":1767225600000,"m":{"temperature":36.5,"heart_rate":75}}])");
}

TEST_F(PayloadTest, EmptyBatchIsNoMessage) { EXPECT_TRUE(BatchWriter(Out()).Finish().empty()); }

TEST_F(PayloadTest, NeverWritesPastTheBuffer) {
  const Record record = {12, 345, 340, MakeFullSample()};
  const std::size_t full = WritePayload(record, Out()).size();
  for (std::size_t size = 0; size < full; ++size) {
    // A heap block of exactly this size, so that AddressSanitizer sees one byte too many.
    const std::unique_ptr<char[]> out = std::make_unique<char[]>(size);
    EXPECT_TRUE(WritePayload(record, {out.get(), size}).empty()) << size;
  }
}

TEST_F(PayloadTest, WritesDocumentedSensorMessage) {
  EXPECT_EQ(WriteSensorData({kMac, MakeSample(kWall), {}, {}, {}}, Out()),
            R"({"type":"sensor_data","device_mac":"AA:BB:CC:DD:EE:FF","data":{"temperature":36.5,"heart_rate":75,)"
            R"("timestamp":"2026-01-01T00:00:00.000Z"}})");
  EXPECT_EQ(WriteSensorData({kMac, MakeSample(kUptime), 12, 345, {}}, Out()),
            R"({"type":"sensor_data","device_mac":"AA:BB:CC:DD:EE:FF","b":12,"s":345,)"
            R"("data":{"temperature":36.5,"heart_rate":75,"timestamp":81234}})");
}

TEST_F(PayloadTest, WritesStatusAndWill) {
  EXPECT_EQ(WriteStatus({true, "1.2.0", 88, 72, 12}, Out()),
            R"({"status":"online","firmware":"1.2.0","battery":88,"signal":72,"boot":12})");
  EXPECT_EQ(WriteStatus({false, "1.2.0", {}, {}, 12}, Out()), R"({"status":"offline","firmware":"1.2.0","boot":12})");
}

TEST_F(PayloadTest, EscapesText) {
  EXPECT_EQ(WriteStatus({true, "1\"\\\n", {}, {}, 1}, Out()),
            R"({"status":"online","firmware":"1\"\\\u000a","boot":1})");
}

TEST(Mac, IsWrittenAndParsedInBothForms) {
  const std::array<char, 12> topic = TopicMac(kMac);
  const std::array<char, 17> colon = ColonMac(kMac);
  EXPECT_EQ(std::string_view(topic.data(), topic.size()), "aabbccddeeff");
  EXPECT_EQ(std::string_view(colon.data(), colon.size()), "AA:BB:CC:DD:EE:FF");
  for (const std::string_view text : {"aabbccddeeff", "AA:BB:CC:DD:EE:FF", "aa:BB:cc:dd:EE:ff"}) {
    const std::optional<MacAddress> mac = ParseMac(text);
    ASSERT_TRUE(mac) << text;
    EXPECT_EQ(mac->bytes, kMac.bytes);
  }
  for (const std::string_view text : {"", "aabbccddeef", "aabbccddeefg", "AA-BB-CC-DD-EE-FF", "AA:BB:CC:DD:EE:F:"}) {
    EXPECT_FALSE(ParseMac(text)) << text;
  }
}

TEST(TextWriter, DropsTrailingZerosOnly) {
  const auto write = [](std::int32_t scaled, unsigned decimals) {
    std::array<char, 32> out{};
    TextWriter writer({out.data(), out.size()});
    writer.PutScaled(scaled, decimals);
    return std::string(writer.text());
  };
  EXPECT_EQ(write(3650, 2), "36.5");
  EXPECT_EQ(write(3605, 2), "36.05");
  EXPECT_EQ(write(3600, 2), "36");
  EXPECT_EQ(write(100, 0), "100");
  EXPECT_EQ(write(0, 2), "0");
  EXPECT_EQ(write(-5, 2), "-0.05");
  EXPECT_EQ(write(std::numeric_limits<std::int32_t>::min(), 1), "-214748364.8");
}

TEST(Sample, RefusesWhatTheServerWouldRefuse) {
  for (std::size_t i = 0; i < kMeasures.size(); ++i) {
    const auto measure = static_cast<Measure>(i);
    Sample sample;
    EXPECT_FALSE(sample.Set(measure, kMeasures[i].minimum - 0.01));
    EXPECT_FALSE(sample.Set(measure, kMeasures[i].maximum + 0.01));
    EXPECT_FALSE(sample.Set(measure, std::nan("")));
    EXPECT_FALSE(sample.Set(measure, std::numeric_limits<double>::infinity()));
    EXPECT_TRUE(sample.empty());
    for (const double edge : {kMeasures[i].minimum, kMeasures[i].maximum}) {
      EXPECT_TRUE(sample.Set(measure, edge));
      EXPECT_DOUBLE_EQ(*sample.Find(measure), edge);
    }
  }
}

TEST(Sample, RoundsToTheNearestStep) {
  Sample sample;
  sample.Set(Measure::kTemperature, 36.5625);
  sample.Set(Measure::kHeartRate, 74.96);
  EXPECT_EQ(sample.scaled(Measure::kTemperature), 3656);
  EXPECT_EQ(sample.scaled(Measure::kHeartRate), 750);
  EXPECT_FALSE(sample.Find(Measure::kGlucose));
}

}  // namespace
}  // namespace fajma::firmware
