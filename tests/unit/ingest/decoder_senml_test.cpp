// SenML JSON (RFC 8428).
#include "tests/unit/ingest/decoding.h"

namespace fajma::test {
namespace {

constexpr MeasureId kHeart = MeasureId::kHeartRate;
constexpr MeasureId kTemperature = MeasureId::kTemperature;

TEST(DecodeSenml, TakesARecord) {
  const DecodedMessage message = DecodeOne(R"([{"n":"urn:dev:mac:aabbcc000001:heart_rate","u":"beat/min","v":75}])");
  EXPECT_EQ(CodeOf(message), "");
  EXPECT_EQ(ValueOf(message, kHeart), 75);
  EXPECT_TRUE(message.values[0].integral);
  EXPECT_EQ(message.time.kind, DeviceTime::Kind::kNone);
}

TEST(DecodeSenml, BaseFieldsHoldUntilTheyChange) {
  const auto messages = DecodeAll(
      R"([{"bn":"urn:dev:ow:1:","bt":1767225600,"bu":"Cel","n":"temperature","v":36.5},{"n":"heart_rate","u":"1/min","v":75},)"
      R"({"n":"temperature","v":36.6,"t":1},{"bt":1767225660,"n":"temperature","v":36.7}])");
  ASSERT_EQ(messages.size(), 3U);
  EXPECT_EQ(messages[0].values.size(), 2U);
  EXPECT_EQ(messages[0].time.value, kReceived);
  EXPECT_EQ(messages[0].time.token, R"("2026-01-01T00:00:00Z")");
  EXPECT_EQ(messages[1].time.value, kReceived + kMicrosPerSecond);
  EXPECT_EQ(messages[2].time.value, kReceived + kMicrosPerMinute);
  EXPECT_EQ(ValueOf(messages[2], kTemperature), 36.7);
}

TEST(DecodeSenml, ABaseRecordMayStandAlone) {
  const DecodedMessage message = DecodeOne(R"([{"bn":"d/","bt":1767225600,"bver":10},{"n":"heart_rate","v":75}])");
  EXPECT_EQ(CodeOf(message), "");
  EXPECT_EQ(message.time.value, kReceived);
}

TEST(DecodeSenml, BaseValueIsAdded) {
  const DecodedMessage message = DecodeOne(R"([{"bn":"d/","bv":30,"n":"temperature","u":"Cel","v":6.5}])");
  EXPECT_EQ(ValueOf(message, kTemperature), 36.5);
  EXPECT_EQ(CodeOf(DecodeOne(R"([{"bv":300,"n":"heart_rate","v":75}])")), "out_of_range");
}

TEST(DecodeSenml, TimesBelow2To28AreRelativeToNow) {
  const auto messages = DecodeAll(
      R"([{"n":"heart_rate","v":75,"t":-10},{"n":"heart_rate","v":76,"t":-5},{"n":"heart_rate","v":77,"t":0},{"n":"heart_rate","v":78}])");
  ASSERT_EQ(messages.size(), 3U) << "the last two are of now, and the measure stands twice then";
  EXPECT_EQ(messages[0].time.value, kReceived - 10 * kMicrosPerSecond);
  EXPECT_EQ(messages[1].time.value, kReceived - 5 * kMicrosPerSecond);
  EXPECT_EQ(CodeOf(messages[2]), "duplicate_key");
  const DecodedMessage base = DecodeOne(R"([{"bt":-20,"n":"heart_rate","v":75,"t":5}])");
  EXPECT_EQ(base.time.value, kReceived - 15 * kMicrosPerSecond);
}

TEST(DecodeSenml, UnitsMustBeTheMeasures) {
  const auto code = [](const char* name, const char* unit) {
    return CodeOf(DecodeOne("[{\"n\":\"" + std::string(name) + "\",\"u\":\"" + unit + "\",\"v\":40}]"));
  };
  EXPECT_EQ(code("temperature", "Cel"), "");
  EXPECT_EQ(code("temperature", "°C"), "");
  EXPECT_EQ(code("temperature", "K"), "wrong_unit");
  EXPECT_EQ(code("heart_rate", "bpm"), "");
  EXPECT_EQ(code("heart_rate", "beat/min"), "");
  EXPECT_EQ(code("heart_rate", "Hz"), "wrong_unit");
  EXPECT_EQ(code("respiratory_rate", "1/min"), "");
  EXPECT_EQ(code("battery_level", "%EL"), "");
  EXPECT_EQ(code("battery_level", "%"), "");
  EXPECT_EQ(code("glucose", "mmol/L"), "wrong_unit");
  EXPECT_EQ(CodeOf(DecodeOne(R"([{"bu":"K","n":"temperature","v":40}])")), "wrong_unit");
}

TEST(DecodeSenml, RefusesValuesThatAreNoNumbers) {
  EXPECT_EQ(CodeOf(DecodeOne(R"([{"n":"heart_rate","vs":"75"}])")), "invalid_data");
  EXPECT_EQ(CodeOf(DecodeOne(R"([{"n":"heart_rate","v":"75"}])")), "invalid_data");
  EXPECT_EQ(CodeOf(DecodeOne(R"([{"n":"heart_rate"}])")), "invalid_data");
}

TEST(DecodeSenml, UnknownNamesAreIgnored) {
  const DecodedMessage message = DecodeOne(R"([{"n":"humidity","u":"%RH","v":40},{"n":"heart_rate","v":75}])");
  EXPECT_EQ(CodeOf(message), "");
  EXPECT_EQ(message.values.size(), 1U);
  EXPECT_EQ(CodeOf(DecodeOne(R"([{"n":"humidity","v":40}])")), "no_measure");
  EXPECT_EQ(CodeOf(DecodeOne(R"([{"bn":"only"}])")), "no_measure");
}

TEST(DecodeSenml, RefusesTooManyTimesOrNoRecords) {
  std::string many = "[";
  for (std::size_t i = 0; i <= kMaxMessagesPerPayload; ++i) {
    many += (i == 0 ? "" : ",") + std::string(R"({"n":"heart_rate","v":75,"t":-)") + std::to_string(i + 1) + "}";
  }
  EXPECT_EQ(CodeOf(DecodeOne(many + "]")), "invalid_message");
  EXPECT_EQ(CodeOf(DecodeOne(R"([{"n":"heart_rate","v":75},7])")), "invalid_message");
}

TEST(DecodeSenml, SurvivesAbsurdTimesAndValues) {
  for (const char* record :
       {R"("t":1e300)", R"("t":-1e300)", R"("t":253402300800)", R"("bt":1e308,"t":1e308)", R"("t":-253402300799)",
        R"("t":253402300799)", R"("bt":-1e308,"t":1e308)", R"("t":268435455.9999999)", R"("t":"x")"}) {
    const auto messages = DecodeAll("[{\"n\":\"heart_rate\",\"v\":75," + std::string(record) + "}]");
    EXPECT_EQ(messages.size(), 1U) << record;
  }
  EXPECT_EQ(CodeOf(DecodeOne(R"([{"bv":1e308,"n":"heart_rate","v":1e308}])")), "out_of_range");
  EXPECT_EQ(CodeOf(DecodeOne(R"([{"bv":-1e308,"n":"heart_rate","v":-1e308}])")), "out_of_range");
}

}  // namespace
}  // namespace fajma::test
