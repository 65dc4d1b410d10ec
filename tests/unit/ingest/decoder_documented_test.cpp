// The documented message, with the documented server's answers to what it does not take.
#include "tests/unit/ingest/decoding.h"

namespace fajma::test {
namespace {

std::string ErrorsOf(std::string_view payload) {
  const DecodedMessage message = DecodeSocketText(payload);
  EXPECT_TRUE(message.rejection) << payload;
  return message.socket_errors;
}

TEST(DecodeDocumented, TakesTheDocumentedExample) {
  const DecodedMessage message = DecodeSocketText(
      R"({"type": "sensor_data", "device_mac": "AA:BB:CC:00:00:01", "data": {"temperature": 36.5, "heart_rate": 75, "timestamp": "2025-01-20T10:30:00Z"}})");
  ASSERT_EQ(CodeOf(message), "");
  EXPECT_EQ(message.mac, Mac::FromBits(0xAABBCC000001));
  ASSERT_EQ(message.values.size(), 2U);
  EXPECT_EQ(message.values[0].measure, MeasureId::kTemperature);
  EXPECT_FALSE(message.values[0].integral);
  EXPECT_EQ(message.values[1].value, 75);
  EXPECT_TRUE(message.values[1].integral);
  EXPECT_EQ(message.time.kind, DeviceTime::Kind::kWall);
  EXPECT_EQ(message.time.value, ParseIso("2025-01-20T10:30:00Z"));
  EXPECT_EQ(message.time.token, R"("2025-01-20T10:30:00Z")");
  EXPECT_FALSE(message.identity);
}

TEST(DecodeDocumented, TakesMillisLowerCaseAndBattery) {
  const DecodedMessage message = DecodeSocketText(
      R"({"type": "sensor_data", "device_mac": "aa:bb:cc:00:00:01", "data": {"heart_rate": 76, "battery_level": 88, "timestamp": 123456}})");
  ASSERT_EQ(CodeOf(message), "");
  EXPECT_EQ(message.mac, Mac::FromBits(0xAABBCC000001));
  EXPECT_EQ(message.time.kind, DeviceTime::Kind::kUptime);
  EXPECT_EQ(message.time.value, 123'456'000);
  EXPECT_EQ(message.time.token, "123456");
  EXPECT_EQ(ValueOf(message, MeasureId::kBatteryLevel), 88);
}

TEST(DecodeDocumented, AnswersAsDocumented) {
  const struct {
    const char* payload;
    const char* code;
    const char* errors;
  } rows[] = {
      {"{", "invalid_json", ""},
      {"[1]", "invalid_message", ""},
      {R"({"type": "x"})", "unknown_type", ""},
      {R"({"data": {}})", "unknown_type", ""},
      {R"({"type": "sensor_data"})", "invalid_data",
       R"({"device_mac":["This field is required."],"data":["This field is required."]})"},
      {R"({"type": "sensor_data", "device_mac": "zz", "data": {"temperature": "36"}})", "invalid_data",
       R"({"device_mac":["Adresse MAC invalide (format attendu AA:BB:CC:DD:EE:FF)."],"data":{"temperature":["A valid number is required."]}})"},
      {R"({"type": "sensor_data", "device_mac": "AA:BB:CC:00:00:01", "data": {"temperature": 99, "heart_rate": 75}})",
       "out_of_range", R"({"data":{"temperature":["Valeur hors plage (25 à 45 °C)."]}})"},
      {R"({"type": "sensor_data", "device_mac": "AA:BB:CC:00:00:01", "data": {"inconnu": 1}})", "no_measure",
       R"({"data":{"non_field_errors":["Aucune mesure reconnue."]}})"},
      {R"({"type": "sensor_data", "device_mac": "AA:BB:CC:00:00:01", "data": [1]})", "invalid_data",
       R"({"data":["Expected a dictionary."]})"},
  };
  for (const auto& row : rows) {
    const DecodedMessage message = DecodeSocketText(row.payload);
    EXPECT_EQ(CodeOf(message), row.code) << row.payload;
    EXPECT_EQ(message.socket_errors, row.errors) << row.payload;
  }
}

TEST(DecodeDocumented, TellsAllFaultsAtOnce) {
  EXPECT_EQ(
      ErrorsOf(Documented(R"({"temperature":"x","heart_rate":1e3,"oxygen_saturation":true,"glucose":null})")),
      R"({"data":{"temperature":["A valid number is required."],"heart_rate":["Valeur hors plage (20 à 300 bpm)."],)"
      R"("oxygen_saturation":["A valid number is required."],"glucose":["A valid number is required."]}})");
}

TEST(DecodeDocumented, RangesIncludeTheirEnds) {
  for (const Measure& measure : Measures()) {
    const auto with = [&](double value) {
      return CodeOf(
          DecodeSocketText(Documented("{\"" + std::string(measure.name) + "\":" + std::to_string(value) + "}")));
    };
    EXPECT_EQ(with(measure.min), "") << measure.name;
    EXPECT_EQ(with(measure.max), "") << measure.name;
    EXPECT_EQ(with(measure.min - 0.001), "out_of_range") << measure.name;
    EXPECT_EQ(with(measure.max + 0.001), "out_of_range") << measure.name;
  }
}

TEST(DecodeDocumented, OneBadValueRefusesTheWholeMessage) {
  EXPECT_EQ(CodeOf(DecodeSocketText(Documented(R"({"heart_rate":75,"temperature":99})"))), "out_of_range");
  EXPECT_EQ(CodeOf(DecodeSocketText(Documented(R"({"heart_rate":75,"temperature":"36.5"})"))), "invalid_data");
}

TEST(DecodeDocumented, IgnoresUnknownNames) {
  const DecodedMessage message =
      DecodeSocketText(Documented(R"({"inconnu":{"deep":[1,2]},"heart_rate":75,"":null,"Heart_Rate":300})"));
  EXPECT_EQ(CodeOf(message), "");
  EXPECT_EQ(message.values.size(), 1U);
}

TEST(DecodeDocumented, RefusesAMeasureThatStandsTwice) {
  EXPECT_EQ(CodeOf(DecodeSocketText(Documented(R"({"heart_rate":75,"heart_rate":175})"))), "duplicate_key");
  EXPECT_EQ(ErrorsOf(Documented(R"({"heart_rate":75,"heart_rate":175})")),
            R"({"data":{"heart_rate":["Mesure en double."]}})");
}

TEST(DecodeDocumented, RefusesAMemberThatStandsTwice) {
  for (
      const char* payload :
      {R"({"type":"sensor_data","device_mac":"AA:BB:CC:00:00:01","data":{"heart_rate":75},"data":{"heart_rate":175}})",
       R"({"type":"sensor_data","device_mac":"AA:BB:CC:00:00:01","device_mac":"AA:BB:CC:00:00:02","data":{"heart_rate":75}})",
       R"({"type":"sensor_data","type":"sensor_data","device_mac":"AA:BB:CC:00:00:01","data":{"heart_rate":75}})",
       R"({"type":"sensor_data","device_mac":"AA:BB:CC:00:00:01","b":1,"s":1,"s":2,"data":{"heart_rate":75}})",
       R"({"type":"sensor_data","device_mac":"AA:BB:CC:00:00:01","data":{"heart_rate":75,"timestamp":1,"timestamp":2}})"}) {
    const DecodedMessage message = DecodeSocketText(payload);
    EXPECT_EQ(CodeOf(message), "duplicate_key") << payload;
    EXPECT_NE(message.socket_errors, "") << payload;
  }
}

TEST(DecodeDocumented, KeepsATimestampOfUpTo64Characters) {
  const std::string accents(128, 'x');
  std::string sixty_four;
  for (int i = 0; i < 64; ++i) sixty_four += "é";
  const DecodedMessage kept = DecodeSocketText(Documented(R"({"heart_rate":75,"timestamp":")" + sixty_four + "\"}"));
  EXPECT_EQ(CodeOf(kept), "");
  EXPECT_EQ(kept.time.kind, DeviceTime::Kind::kUnreadable);
  EXPECT_EQ(kept.time.token, "\"" + sixty_four + "\"");
  EXPECT_EQ(ErrorsOf(Documented(R"({"heart_rate":75,"timestamp":")" + sixty_four + "e\"}")),
            R"({"data":{"timestamp":["Ensure this field has no more than 64 characters."]}})");
}

TEST(DecodeDocumented, RefusesATimestampThatIsNone) {
  for (const char* value : {"true", "[1]", "{}", "{\"a\":1}"}) {
    EXPECT_EQ(ErrorsOf(Documented(R"({"heart_rate":75,"timestamp":)" + std::string(value) + "}")),
              R"({"data":{"timestamp":["Not a valid string."]}})");
  }
  EXPECT_EQ(ErrorsOf(Documented(R"({"heart_rate":75,"timestamp":"a\u0000b"})")),
            R"({"data":{"timestamp":["Null characters are not allowed."]}})");
  EXPECT_EQ(DecodeSocketText(Documented(R"({"heart_rate":75,"timestamp":null})")).time.kind, DeviceTime::Kind::kNone);
}

TEST(DecodeDocumented, TellsUptimeFromDates) {
  const auto kind_of = [](const std::string& number) {
    const DecodedMessage message = DecodeSocketText(Documented(R"({"heart_rate":75,"timestamp":)" + number + "}"));
    EXPECT_EQ(CodeOf(message), "") << number;
    return message.time.kind;
  };
  EXPECT_EQ(kind_of("0"), DeviceTime::Kind::kUptime);
  EXPECT_EQ(kind_of("4294967295"), DeviceTime::Kind::kUptime);
  EXPECT_EQ(kind_of("123456.789"), DeviceTime::Kind::kUptime);
  EXPECT_EQ(kind_of("1767225600000"), DeviceTime::Kind::kWall);
  EXPECT_EQ(kind_of("4102444800000"), DeviceTime::Kind::kWall);
  EXPECT_EQ(kind_of("-1"), DeviceTime::Kind::kUnreadable);
  EXPECT_EQ(kind_of("1e300"), DeviceTime::Kind::kUnreadable);
  EXPECT_EQ(kind_of("123456789012345678901234567890"), DeviceTime::Kind::kUnreadable);
  EXPECT_EQ(kind_of("18446744073709551615"), DeviceTime::Kind::kUnreadable);
  EXPECT_EQ(kind_of("253402300799999"), DeviceTime::Kind::kWall);
}

TEST(DecodeDocumented, TakesANumberOfItsBoot) {
  const DecodedMessage message = DecodeSocketText(
      R"({"type":"sensor_data","device_mac":"AA:BB:CC:00:00:01","b":4294967295,"s":345,"f":340,"data":{"heart_rate":75}})");
  ASSERT_EQ(CodeOf(message), "");
  EXPECT_EQ(message.identity, (BootSeq{4294967295U, 345}));
  EXPECT_EQ(message.floor, 340U);
}

TEST(DecodeDocumented, ShowsAMacThatIsNone) {
  for (const auto& [mac, text] : std::vector<std::pair<std::string, std::string>>{
           {"null", "This field may not be null."}, {"12", "Not a valid string."}, {"[]", "Not a valid string."}}) {
    EXPECT_EQ(ErrorsOf(R"({"type":"sensor_data","device_mac":)" + mac + R"(,"data":{"heart_rate":75}})"),
              R"({"device_mac":[")" + text + "\"]}");
  }
}

}  // namespace
}  // namespace fajma::test
