#include "core/json/writer.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <string>

namespace fajma::json {
namespace {

std::string Written(double number) {
  std::string out;
  AppendJsonNumber(out, number);
  return out;
}

std::string Written(std::string_view text) {
  std::string out;
  AppendJsonString(out, text);
  return out;
}

TEST(AppendJsonNumber, WritesAsPythonsRepr) {
  const std::pair<double, const char*> cases[] = {
      {71, "71.0"},
      {36.5, "36.5"},
      {0, "0.0"},
      {-0.0, "-0.0"},
      {1e16, "1e+16"},
      {1e15, "1000000000000000.0"},
      {9999999999999998, "9999999999999998.0"},
      {1.5e300, "1.5e+300"},
      {0.0001, "0.0001"},
      {0.00001, "1e-05"},
      {0.1 + 0.2, "0.30000000000000004"},
      {-12.25, "-12.25"},
      {5e-324, "5e-324"},
      {1e100, "1e+100"},
      {123456789.125, "123456789.125"},
  };
  for (const auto& [number, text] : cases) EXPECT_EQ(Written(number), text);
  EXPECT_EQ(Written(std::numeric_limits<double>::infinity()), "null");
  EXPECT_EQ(Written(std::nan("")), "null");
}

TEST(AppendJsonString, EscapesAsDjangoRestFrameworkDoes) {
  EXPECT_EQ(Written("é\"\\/\n\r\t\f\b\x01\x7f"), "\"é\\\"\\\\/\\n\\r\\t\\f\\b\\u0001\x7f\"");
  EXPECT_EQ(Written("\u2028x\u2029€\u2030"), "\"\\u2028x\\u2029€\u2030\"");
  EXPECT_EQ(Written(std::string_view("\0", 1)), "\"\\u0000\"");
  EXPECT_EQ(Written(""), "\"\"");
}

TEST(ObjectWriter, SeparatesMembers) {
  std::string out;
  ObjectWriter writer(out);
  writer.Integer("id", -3);
  writer.String("nom", "É");
  writer.Number("valeur", 2);
  writer.Bool("ok", true);
  writer.Null("rien");
  writer.Time("date", 1'000'000);
  writer.TimeOrNull("jamais", std::nullopt);
  writer.IntegerOrNull("batterie", 5);
  ObjectWriter inner(writer.Key("objet"));
  inner.End();
  writer.End();
  EXPECT_EQ(out, R"({"id":-3,"nom":"É","valeur":2.0,"ok":true,"rien":null,"date":"1970-01-01T00:00:01Z",)"
                 R"("jamais":null,"batterie":5,"objet":{}})");
}

}  // namespace
}  // namespace fajma::json
