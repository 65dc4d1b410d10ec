#include "firmware/core/json_reader.h"

#include <gtest/gtest.h>

#include <random>
#include <string>
#include <string_view>

namespace fajma::firmware {
namespace {

TEST(JsonObject, FindsMembersByType) {
  const auto object =
      JsonObject::Parse(R"( {"n" : 345, "text":"a\"b", "o":{"x":[1,{"y":null}]}, "neg":-1, "half":0.5, "t":true} )");
  ASSERT_TRUE(object);
  EXPECT_EQ(object->FindUnsigned("n"), 345U);
  EXPECT_EQ(object->FindString("text"), "a\\\"b");
  EXPECT_TRUE(object->FindObject("o"));
  EXPECT_TRUE(object->Has("t"));
  EXPECT_FALSE(object->Has("x"));
  for (const std::string_view name : {"text", "o", "neg", "half", "t", "missing"}) {
    EXPECT_FALSE(object->FindUnsigned(name)) << name;
  }
  EXPECT_FALSE(object->FindString("n"));
  EXPECT_FALSE(object->FindObject("n"));
}

TEST(JsonObject, ReadsTheWholeRangeOfUnsigned) {
  EXPECT_EQ(JsonObject::Parse(R"({"n":18446744073709551615})")->FindUnsigned("n"), 18446744073709551615U);
  EXPECT_FALSE(JsonObject::Parse(R"({"n":18446744073709551616})")->FindUnsigned("n"));
  EXPECT_FALSE(JsonObject::Parse(R"({"n":99999999999999999999999})")->FindUnsigned("n"));
}

TEST(JsonObject, TakesTheFirstOfEqualNames) { EXPECT_EQ(JsonObject::Parse(R"({"n":1,"n":2})")->FindUnsigned("n"), 1U); }

TEST(JsonObject, RefusesWhatIsNotOneWholeObject) {
  for (const std::string_view text : {"",
                                      " ",
                                      "1",
                                      "[]",
                                      "null",
                                      "{",
                                      "}",
                                      "{}{}",
                                      "{} x",
                                      R"({"a"})",
                                      R"({"a":})",
                                      R"({"a":1,})",
                                      R"({,"a":1})",
                                      R"({a:1})",
                                      R"({"a":01})",
                                      R"({"a":1.})",
                                      R"({"a":+1})",
                                      R"({"a":1e})",
                                      R"({"a":tru})",
                                      R"({"a":"b)",
                                      R"({"a":"\x"})",
                                      R"({"a":"\u12g4"})",
                                      R"({"a":"\)",
                                      R"({"a":[1,2})",
                                      R"({"a":{"b":1]})",
                                      "{\"a\":\"\n\"}"}) {
    EXPECT_FALSE(JsonObject::Parse(text)) << text;
  }
}

TEST(JsonObject, BoundsDepthLengthAndMembers) {
  const auto nested = [](std::size_t depth) {
    return R"({"a":)" + std::string(depth, '[') + std::string(depth, ']') + "}";
  };
  EXPECT_TRUE(JsonObject::Parse(nested(JsonObject::kMaxDepth - 1)));
  EXPECT_FALSE(JsonObject::Parse(nested(JsonObject::kMaxDepth)));
  EXPECT_FALSE(JsonObject::Parse(nested(400)));
  const std::string longest = R"({"a":")" + std::string(JsonObject::kMaxBytes - 8, 'x') + R"("})";
  EXPECT_TRUE(JsonObject::Parse(longest));
  EXPECT_FALSE(JsonObject::Parse(longest + " "));
  std::string many = "{";
  for (std::size_t i = 0; i <= JsonObject::kMaxMembers; ++i) {
    many += (i == 0 ? "\"a" : ",\"a") + std::to_string(i) + "\":1";
  }
  EXPECT_FALSE(JsonObject::Parse(many + "}"));
}

TEST(JsonObject, SurvivesRandomMutations) {
  const std::string valid =
      R"({"boot":12,"durable":345,"now":1767225600000,"x":{"a":[1,-2.5e3,"\u00e9\"",true,null]}})";
  std::mt19937 random(20260101);
  int parsed = 0;
  for (int round = 0; round < 50'000; ++round) {
    std::string text = valid;
    for (unsigned edits = static_cast<unsigned>(random() % 4); edits > 0; --edits) {
      const std::size_t at = random() % text.size();
      const char c = static_cast<char>(random() % 2 == 0 ? random() % 256
                                                         : static_cast<unsigned char>(valid[random() % valid.size()]));
      switch (random() % 3) {
        case 0:
          text[at] = c;
          break;
        case 1:
          text.insert(at, 1, c);
          break;
        default:
          text.resize(at + 1);
      }
    }
    if (const auto object = JsonObject::Parse(text)) {
      ++parsed;
      static_cast<void>(object->FindUnsigned("durable"));
      static_cast<void>(object->FindString("boot"));
      static_cast<void>(object->FindObject("x"));
    }
  }
  EXPECT_GT(parsed, 12'000) << "what was not changed is read";
  EXPECT_LT(parsed, 50'000);
}

}  // namespace
}  // namespace fajma::firmware
