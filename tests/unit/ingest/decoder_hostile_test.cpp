// What no device sends: each is refused with a word, none is taken for something else, none harms the decoder.
#include <algorithm>
#include <random>

#include "tests/unit/ingest/decoding.h"

namespace fajma::test {
namespace {

using namespace std::string_view_literals;

constexpr std::string_view kGood = R"({"heart_rate":75})";

void ExpectInvalidJson(std::string_view payload) {
  EXPECT_EQ(CodeOf(DecodeOne(payload)), "invalid_json") << payload.substr(0, 100);
  EXPECT_EQ(CodeOf(DecodeSocketText(payload)), "invalid_json") << payload.substr(0, 100);
}

TEST(HostilePayload, EmptyIsRefused) {
  EXPECT_EQ(CodeOf(DecodeOne("")), "empty");
  EXPECT_EQ(CodeOf(DecodeSocketText("")), "invalid_json");
  ExpectInvalidJson("   ");
  ExpectInvalidJson("\xEF\xBB\xBF");
}

TEST(HostilePayload, BrokenJsonIsRefused) {
  for (const std::string_view payload :
       {"{"sv, "}"sv, "[1,]"sv, R"({"heart_rate":75)"sv, R"({"heart_rate":75}})"sv, R"({heart_rate:75})"sv,
        R"({'heart_rate':75})"sv, R"({"heart_rate":75,})"sv, R"({"heart_rate":075})"sv, R"({"heart_rate":+75})"sv,
        R"({"heart_rate":.5})"sv, R"({"heart_rate":75.})"sv, R"({"heart_rate":0x4B})"sv, R"({"heart_rate":75} x)"sv,
        R"({"heart_rate":75}{"heart_rate":76})"sv, R"({"heart_rate":75}/**/)"sv, "hello"sv, "-"sv, "\"abc"sv}) {
    ExpectInvalidJson(payload);
  }
}

TEST(HostilePayload, NumbersThatAreNoneAreRefused) {
  for (const std::string_view value : {"NaN"sv, "nan"sv, "Infinity"sv, "-Infinity"sv, "inf"sv, "1e999"sv, "-1e999"sv,
                                       "1e99999999999999999999"sv, "1e309"sv}) {
    ExpectInvalidJson(Documented("{\"heart_rate\":" + std::string(value) + "}"));
  }
  std::string digits(400, '9');
  ExpectInvalidJson(Documented("{\"heart_rate\":" + digits + "}"));
}

TEST(HostilePayload, HugeAndTinyNumbersAreOutOfRange) {
  for (const char* value : {"123456789012345678901234567890", "-123456789012345678901234567890", "1e308", "1e-400",
                            "-0", "0", "1e-999999", "18446744073709551616", "-9223372036854775809"}) {
    EXPECT_EQ(CodeOf(DecodeOne("{\"heart_rate\":" + std::string(value) + "}")), "out_of_range") << value;
  }
}

TEST(HostilePayload, NumbersAsTextAreRefused) {
  EXPECT_EQ(CodeOf(DecodeOne(R"({"heart_rate":"75"})")), "invalid_data");
  EXPECT_EQ(CodeOf(DecodeOne(R"({"heart_rate":"1e999"})")), "invalid_data");
}

TEST(HostilePayload, ANulByteIsNoJsonAnywhere) {
  const std::string good(kGood);
  for (std::size_t at = 0; at <= good.size(); ++at) {
    std::string payload = good;
    payload.insert(at, 1, '\0');
    ExpectInvalidJson(payload);
  }
  ExpectInvalidJson("\0"sv);
  ExpectInvalidJson("\0\1"sv);
  ExpectInvalidJson("{\"heart_rate\":75}\0{\"heart_rate\":76}"sv);
}

TEST(HostilePayload, InvalidUtf8IsRefused) {
  for (const std::string_view bytes :
       {"\x80"sv, "\xC3"sv, "\xC0\x80"sv, "\xE0\x80\x80"sv, "\xED\xA0\x80"sv, "\xED\xBF\xBF"sv, "\xF4\x90\x80\x80"sv,
        "\xF8\x88\x80\x80\x80"sv, "\xFF"sv, "\xFE"sv, "\xE2\x82"sv}) {
    ExpectInvalidJson("{\"x\":\"" + std::string(bytes) + "\",\"heart_rate\":75}");
    ExpectInvalidJson("{\"" + std::string(bytes) + "\":1,\"heart_rate\":75}");
    ExpectInvalidJson(Documented("{\"heart_rate\":75,\"timestamp\":\"" + std::string(bytes) + "\"}"));
  }
}

// Half a character would be sent on to every socket, and no database takes it.
TEST(HostilePayload, ALoneSurrogateIsRefused) {
  for (const char* escape :
       {R"(\ud800)", R"(\udc00)", R"(\udfff)", R"(\ud800x)", R"(\ud800\ud800)", R"(\udc00\ud800)"}) {
    ExpectInvalidJson(Documented(R"({"heart_rate":75,"timestamp":")" + std::string(escape) + "\"}"));
    ExpectInvalidJson("{\"" + std::string(escape) + "\":1,\"heart_rate\":75}");
  }
  EXPECT_EQ(CodeOf(DecodeSocketText(Documented(R"({"heart_rate":75,"timestamp":"\ud83d\ude00"})"))), "");
  EXPECT_EQ(CodeOf(DecodeSocketText(Documented("{\"heart_rate\":75,\"timestamp\":\"\xED\x9F\xBF\"}"))), "");
}

TEST(HostilePayload, DeepNestingIsSurvived) {
  EXPECT_EQ(CodeOf(DecodeOne(std::string(100'000, '['))), "too_large");
  const std::string open(30'000, '[');
  ExpectInvalidJson(open);
  const std::string nested = open + std::string(30'000, ']');
  EXPECT_EQ(CodeOf(DecodeOne(nested)), "invalid_message");
  EXPECT_EQ(CodeOf(DecodeOne("{\"x\":" + nested + ",\"heart_rate\":75}")), "");
  std::string objects;
  for (int i = 0; i < 10'000; ++i) objects += "{\"a\":";
  ExpectInvalidJson(objects);
  objects += "1" + std::string(10'000, '}');
  EXPECT_EQ(CodeOf(DecodeOne(objects)), "no_measure");
}

TEST(HostilePayload, OverTheLimitIsRefusedUnread) {
  const std::string limit = std::string(kGood) + std::string(kMaxPayloadBytes - kGood.size(), ' ');
  EXPECT_EQ(CodeOf(DecodeOne(limit)), "");
  EXPECT_EQ(CodeOf(DecodeOne(limit + " ")), "too_large");
  EXPECT_EQ(CodeOf(DecodeSocketText(limit + " ")), "too_large");
  EXPECT_EQ(CodeOf(DecodeOne(std::string(10 << 20, 'x'))), "too_large");
}

TEST(HostilePayload, ManyMembersAreReadInReasonableTime) {
  std::string members = "{";
  for (int i = 0; i < 9'000; ++i) members += "\"a\":1,";
  EXPECT_EQ(CodeOf(DecodeOne(members + "\"heart_rate\":75}")), "");
}

// What is accepted holds what was promised, whatever the bytes.
void ExpectSane(const DecodedMessage& message) {
  if (message.rejection) {
    EXPECT_FALSE(message.rejection->code.empty());
    return;
  }
  EXPECT_FALSE(message.values.empty());
  for (const MeasureValue& value : message.values) {
    const Measure& measure = GetMeasure(value.measure);
    EXPECT_GE(value.value, measure.min);
    EXPECT_LE(value.value, measure.max);
  }
  EXPECT_LE(message.time.token.size(), 600U);
}

TEST(HostilePayload, AHundredThousandMutationsAreSurvived) {
  const std::string seeds[] = {
      Documented(R"({"temperature":36.5,"heart_rate":75,"timestamp":"2025-01-20T10:30:00Z"})"),
      Documented(R"({"heart_rate":76,"battery_level":88,"timestamp":123456})"),
      R"({"b":12,"s":345,"f":340,"t":1767225600000,"m":{"heart_rate":75,"temperature":36.5}})",
      R"([{"ts":1767225600000,"values":{"heart_rate":75}},{"heart_rate":75}])",
      R"([{"bn":"urn:dev:mac:aabbcc000001:","bt":1767225600,"bu":"Cel","bv":0,"n":"temperature","v":36.5},{"n":"heart_rate","u":"1/min","t":-1,"v":75}])",
  };
  const std::string_view pieces[] = {"[",
                                     "]",
                                     "{",
                                     "}",
                                     ",",
                                     ":",
                                     "\"",
                                     "\\u",
                                     "\\udc00",
                                     "1e999",
                                     "-",
                                     "0",
                                     "null",
                                     "true",
                                     "\"heart_rate\"",
                                     "\"n\"",
                                     "\"v\"",
                                     "\"bt\"",
                                     "9999999999999999",
                                     "\x80",
                                     "\0"sv};
  std::mt19937 random(20'260'101);
  MessageDecoder decoder;
  std::vector<DecodedMessage> out;
  std::size_t taken = 0;
  for (int i = 0; i < 100'000; ++i) {
    std::string payload = seeds[random() % std::size(seeds)];
    for (auto n = random() % 4 + 1; n > 0; --n) {
      const std::size_t at = random() % (payload.size() + 1);
      switch (random() % 5) {
        case 0:
          payload.insert(at, pieces[random() % std::size(pieces)]);
          break;
        case 1:
          payload.erase(at, random() % 4);
          break;
        case 2:
          payload.insert(at, 1, static_cast<char>(random()));
          break;
        case 3:
          payload.insert(at, payload.substr(payload.size() / 2, random() % 30));
          break;
        default:
          if (at < payload.size()) payload[at] = static_cast<char>(payload[at] ^ (1 << random() % 8));
      }
    }
    out.clear();
    decoder.DecodeData(payload, kReceived, out);
    ASSERT_FALSE(out.empty());
    ASSERT_LE(out.size(), kMaxMessagesPerPayload);
    for (const DecodedMessage& message : out) {
      ExpectSane(message);
      taken += message.rejection ? 0 : 1;
    }
    ExpectSane(decoder.DecodeSocket(payload));
    static_cast<void>(decoder.DecodeStatus(payload));
  }
  EXPECT_GT(taken, 5'000U) << "the mutations are too wild to test anything";
}

TEST(MessageDecoder, DecodesOnAfterAnyPayload) {
  MessageDecoder decoder;
  std::vector<DecodedMessage> out;
  for (const std::string& bad :
       {std::string(60'000, '['), std::string("{"), std::string(10 << 20, 'x'), std::string()}) {
    out.clear();
    decoder.DecodeData(bad, kReceived, out);
    out.clear();
    decoder.DecodeData(kGood, kReceived, out);
    ASSERT_EQ(out.size(), 1U);
    EXPECT_EQ(ValueOf(out[0], MeasureId::kHeartRate), 75);
  }
}

}  // namespace
}  // namespace fajma::test
