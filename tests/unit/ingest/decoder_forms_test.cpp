// The other forms of a …/data payload, arrays, status, and readings made over REST.
#include "tests/unit/ingest/decoding.h"

namespace fajma::test {
namespace {

constexpr MeasureId kHeart = MeasureId::kHeartRate;

TEST(DecodeNative, TakesTheContractsExample) {
  const DecodedMessage message =
      DecodeOne(R"({"b":12,"s":345,"t":1767225600000,"m":{"heart_rate":75,"temperature":36.5}})");
  ASSERT_EQ(CodeOf(message), "");
  EXPECT_EQ(message.identity, (BootSeq{12, 345}));
  EXPECT_EQ(message.time.kind, DeviceTime::Kind::kWall);
  EXPECT_EQ(message.time.value, kReceived);
  EXPECT_EQ(ValueOf(message, kHeart), 75);
  EXPECT_EQ(ValueOf(message, MeasureId::kTemperature), 36.5);
  EXPECT_FALSE(message.mac);
}

TEST(DecodeNative, TakesUptimeAndFloor) {
  const DecodedMessage message = DecodeOne(R"({"b":0,"s":7,"f":3,"u":98765,"m":{"heart_rate":75}})");
  ASSERT_EQ(CodeOf(message), "");
  EXPECT_EQ(message.identity, (BootSeq{0, 7}));
  EXPECT_EQ(message.floor, 3U);
  EXPECT_EQ(message.time.kind, DeviceTime::Kind::kUptime);
  EXPECT_EQ(message.time.value, 98'765'000);
}

TEST(DecodeNative, AFloorAboveTheMessageItselfSaysNoMoreThanTheMessage) {
  EXPECT_EQ(DecodeOne(R"({"b":1,"s":7,"f":100,"m":{"heart_rate":75}})").floor, 7U);
}

TEST(DecodeNative, AClockNeverSetIsADateAllTheSame) {
  const DecodedMessage message = DecodeOne(R"({"b":1,"s":1,"t":5000,"m":{"heart_rate":75}})");
  EXPECT_EQ(message.time.kind, DeviceTime::Kind::kWall);
  EXPECT_EQ(message.time.value, 5'000'000);
}

TEST(DecodeNative, NumbersComeInPairs) {
  for (const char* identity :
       {R"("b":1)", R"("s":1)", R"("b":1,"s":0)", R"("b":-1,"s":1)", R"("b":4294967296,"s":1)", R"("b":1,"s":-1)",
        R"("b":1.0,"s":1)", R"("b":"1","s":"1")", R"("b":1,"s":9007199254740993)", R"("b":null,"s":1)"}) {
    EXPECT_EQ(CodeOf(DecodeOne("{" + std::string(identity) + R"(,"m":{"heart_rate":75}})")), "invalid_data")
        << identity;
  }
  EXPECT_EQ(CodeOf(DecodeOne(R"({"b":4294967295,"s":9007199254740992,"m":{"heart_rate":75}})")), "");
}

TEST(DecodeNative, KeepsTheNumberOfWhatItRefuses) {
  const DecodedMessage message = DecodeOne(R"({"b":12,"s":346,"m":{"heart_rate":500}})");
  EXPECT_EQ(CodeOf(message), "out_of_range");
  EXPECT_EQ(message.identity, (BootSeq{12, 346}));
}

TEST(DecodeNative, RefusesWhatIsNoTimeOrNoMeasures) {
  EXPECT_EQ(CodeOf(DecodeOne(R"({"b":1,"s":1,"t":"now","m":{"heart_rate":75}})")), "invalid_data");
  EXPECT_EQ(CodeOf(DecodeOne(R"({"b":1,"s":1,"u":-5,"m":{"heart_rate":75}})")), "invalid_data");
  EXPECT_EQ(CodeOf(DecodeOne(R"({"b":1,"s":1,"m":[75]})")), "invalid_data");
  EXPECT_EQ(CodeOf(DecodeOne(R"({"b":1,"s":1,"m":{}})")), "no_measure");
  EXPECT_EQ(CodeOf(DecodeOne(R"({"b":1,"s":1,"m":{"heart_rate":"75"}})")), "invalid_data");
  EXPECT_EQ(CodeOf(DecodeOne(R"({"b":1,"s":1,"m":{"heart_rate":75,"heart_rate":75}})")), "duplicate_key");
  const DecodedMessage ambiguous = DecodeOne(R"({"b":1,"s":1,"s":2,"m":{"heart_rate":75}})");
  EXPECT_EQ(CodeOf(ambiguous), "duplicate_key");
  EXPECT_FALSE(ambiguous.identity) << "which of the two is settled?";
  EXPECT_EQ(CodeOf(DecodeOne(R"({"b":1,"s":1,"m":{"heart_rate":75},"m":{"heart_rate":90}})")), "duplicate_key");
}

TEST(DecodePlain, TakesBothThingsBoardForms) {
  const DecodedMessage timed = DecodeOne(R"({"ts":1767225600000,"values":{"heart_rate":75}})");
  EXPECT_EQ(CodeOf(timed), "");
  EXPECT_EQ(timed.time.value, kReceived);
  EXPECT_EQ(timed.time.token, "1767225600000");
  const DecodedMessage bare = DecodeOne(R"({"heart_rate":75,"temperature":36.5})");
  EXPECT_EQ(CodeOf(bare), "");
  EXPECT_EQ(bare.values.size(), 2U);
  EXPECT_EQ(bare.time.kind, DeviceTime::Kind::kNone);
}

TEST(DecodePlain, RefusesWhatIsNone) {
  EXPECT_EQ(CodeOf(DecodeOne("{}")), "no_measure");
  EXPECT_EQ(CodeOf(DecodeOne(R"({"ts":"x","values":{"heart_rate":75}})")), "invalid_data");
  EXPECT_EQ(CodeOf(DecodeOne(R"({"ts":1,"values":[75]})")), "invalid_data");
  EXPECT_EQ(CodeOf(DecodeOne(R"({"heart_rate":"75"})")), "invalid_data");
  EXPECT_EQ(CodeOf(DecodeOne(R"({"heart_rate":301})")), "out_of_range");
  EXPECT_EQ(CodeOf(DecodeOne(R"({"ts":1,"ts":2,"values":{"heart_rate":75}})")), "duplicate_key");
  EXPECT_EQ(CodeOf(DecodeOne(R"({"ts":1,"values":{"heart_rate":75},"values":{"heart_rate":76}})")), "duplicate_key");
}

TEST(DecodeArray, HasAMessageForEachElement) {
  const auto messages = DecodeAll(
      R"([{"heart_rate":75},{"b":1,"s":2,"m":{"heart_rate":76}},7,{"heart_rate":999},{"ts":1767225600000,"values":{"heart_rate":77}},)"
      R"({"type":"sensor_data","device_mac":"AA:BB:CC:00:00:01","data":{"heart_rate":78}}])");
  ASSERT_EQ(messages.size(), 6U);
  EXPECT_EQ(ValueOf(messages[0], kHeart), 75);
  EXPECT_EQ(messages[1].identity, (BootSeq{1, 2}));
  EXPECT_EQ(CodeOf(messages[2]), "invalid_message");
  EXPECT_EQ(CodeOf(messages[3]), "out_of_range");
  EXPECT_EQ(ValueOf(messages[4], kHeart), 77);
  EXPECT_EQ(messages[5].mac, Mac::FromBits(0xAABBCC000001));
}

TEST(DecodeArray, HasOneToManyElements) {
  const auto array_of = [](std::size_t n) {
    std::string text = "[";
    for (std::size_t i = 0; i < n; ++i) text += i == 0 ? R"({"heart_rate":75})" : R"(,{"heart_rate":75})";
    return text + "]";
  };
  EXPECT_EQ(DecodeAll(array_of(kMaxMessagesPerPayload)).size(), kMaxMessagesPerPayload);
  EXPECT_EQ(CodeOf(DecodeOne(array_of(kMaxMessagesPerPayload + 1))), "invalid_message");
  EXPECT_EQ(CodeOf(DecodeOne("[]")), "invalid_message");
  EXPECT_EQ(CodeOf(DecodeOne("[[]]")), "invalid_message");
}

TEST(DecodeData, WhatIsNeitherObjectNorArrayIsOneMessage) {
  for (const char* payload : {"1", "\"heart_rate\"", "null", "true", "-0.5"}) {
    EXPECT_EQ(CodeOf(DecodeOne(payload)), "invalid_message") << payload;
  }
}

TEST(ContentHash, TellsContentsApart) {
  const auto hash = [](const char* payload) { return DecodeOne(payload).content_hash; };
  EXPECT_EQ(hash(R"({"heart_rate":75})"), hash(R"({ "heart_rate" : 75.0 })"));
  EXPECT_NE(hash(R"({"heart_rate":75})"), hash(R"({"heart_rate":76})"));
  EXPECT_NE(hash(R"({"systolic_pressure":120})"), hash(R"({"diastolic_pressure":120})"));
  EXPECT_NE(hash(R"({"heart_rate":75})"), hash(R"({"heart_rate":75,"glucose":75})"));
  EXPECT_NE(hash(R"({"systolic_pressure":120,"diastolic_pressure":80})"),
            hash(R"({"systolic_pressure":80,"diastolic_pressure":120})"));
}

TEST(DecodeStatus, TakesTheContractsExample) {
  MessageDecoder decoder;
  const auto status =
      decoder.DecodeStatus(R"({"status":"online","firmware":"1.2.0","battery":88,"signal":72,"boot":12})");
  ASSERT_TRUE(status);
  EXPECT_TRUE(status.value().online);
  EXPECT_EQ(status.value().firmware, "1.2.0");
  EXPECT_EQ(status.value().battery_percent, 88);
  EXPECT_EQ(status.value().signal_percent, 72);
}

TEST(DecodeStatus, LeavesOutWhatItCannotKeep) {
  MessageDecoder decoder;
  const auto status = decoder.DecodeStatus(
      R"({"status":"offline","firmware":"a version of more than twenty","battery":101,"signal":"72"})");
  ASSERT_TRUE(status);
  EXPECT_FALSE(status.value().online);
  EXPECT_EQ(status.value().firmware, "");
  EXPECT_EQ(status.value().battery_percent, std::nullopt);
  EXPECT_EQ(status.value().signal_percent, std::nullopt);
}

TEST(DecodeStatus, RefusesWhatIsNone) {
  MessageDecoder decoder;
  const auto code = [&](std::string_view payload) {
    return std::string(decoder.DecodeStatus(payload).rejection().code);
  };
  EXPECT_EQ(code(""), "empty");
  EXPECT_EQ(code("{"), "invalid_json");
  EXPECT_EQ(code("[]"), "invalid_message");
  EXPECT_EQ(code("{}"), "invalid_data");
  EXPECT_EQ(code(R"({"status":"busy"})"), "invalid_data");
  EXPECT_EQ(code(R"({"status":1})"), "invalid_data");
  EXPECT_EQ(code(std::string(kMaxPayloadBytes + 1, ' ')), "too_large");
}

TEST(DecodeRest, ReadsBackWhatWasEncoded) {
  MessageDecoder decoder;
  DecodedRestReading reading;
  reading.device_id = 1LL << 40;
  reading.type_id = 107;
  reading.type_name = "débit \"d'air\"";
  reading.value = -0.1;
  reading.quality_percent = 12;
  reading.metadata = R"({"note":"l'été\n"})";
  const auto back = decoder.DecodeRest(EncodeRestReading(reading));
  ASSERT_TRUE(back);
  EXPECT_EQ(back.value().device_id, reading.device_id);
  EXPECT_EQ(back.value().type_id, reading.type_id);
  EXPECT_EQ(back.value().type_name, reading.type_name);
  EXPECT_EQ(back.value().value, reading.value);
  EXPECT_EQ(back.value().quality_percent, 12);
  EXPECT_EQ(back.value().metadata, reading.metadata);
}

}  // namespace
}  // namespace fajma::test
