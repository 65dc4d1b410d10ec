#include "core/json/document.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>

namespace fajma::json {
namespace {

Document MustParse(std::string_view text) {
  Result<Document> result = Document::Parse(text);
  if (!result) throw std::runtime_error(result.rejection().detail);
  return std::move(result).value();
}

std::string ErrorOf(std::string_view text) {
  const Result<Document> result = Document::Parse(text);
  return result ? "accepted" : result.rejection().detail;
}

TEST(Document, KeepsMembersInTheirOrder) {
  const Document document = MustParse(R"({"b":1,"a":{"x":[1,2,{}]},"c":null})");
  std::string names;
  for (const Member member : document.root()) names += member.name;
  EXPECT_EQ(names, "bac");
  EXPECT_EQ(document.root().size(), 3u);
  EXPECT_TRUE(document.root().Find("c")->IsNull());
  EXPECT_EQ(document.root().Find("a")->Find("x")->size(), 3u);
  EXPECT_FALSE(document.root().Find("x"));
}

TEST(Document, FindsTheLastOfTwoMembersOfOneName) {
  EXPECT_EQ(MustParse(R"({"a":1,"a":2})").root().Find("a")->AsInt64(), 2);
}

TEST(Document, StaysValidWhenMoved) {
  Document first = MustParse(R"({"a":"é"})");
  const Value value = *first.root().Find("a");
  const Document second = std::move(first);
  EXPECT_EQ(value.AsString(), "é");
}

TEST(Document, TellsIntegersFromDoublesAsTheyWereWritten) {
  const Document document = MustParse("[75,75.0,1e2,-0,99999999999999999999,36.6,9223372036854775807,0.1e-400]");
  std::string kinds;
  std::vector<Value> values;
  for (const Member member : document.root()) {
    values.push_back(member.value);
    kinds += member.value.IsInt64() ? 'l' : member.value.IsInt() ? 'i' : 'd';
  }
  EXPECT_EQ(kinds, "lddlidld");
  EXPECT_EQ(values[0].AsInt64(), 75);
  EXPECT_EQ(values[1].NumberText(), "75.0");
  EXPECT_EQ(values[2].AsDouble(), 100.0);
  EXPECT_EQ(values[4].AsDouble(), 1e20);
  EXPECT_EQ(values[5].AsDouble(), 36.6);
  EXPECT_EQ(values[6].AsInt64(), INT64_MAX);
  EXPECT_EQ(values[7].AsDouble(), 0.0);
}

TEST(Document, UnescapesStrings) {
  EXPECT_EQ(MustParse(R"("a\u00e9\n\ud83d\ude00\/")").root().AsString(), "aé\n😀/");
  EXPECT_EQ(MustParse(R"("\u0000")").root().AsString(), std::string_view("\0", 1));
}

TEST(Document, RefusesDeepNestingWithoutOverflow) {
  const std::string deep = std::string(kMaxDepth, '[') + std::string(kMaxDepth, ']');
  EXPECT_EQ(ErrorOf(deep), "accepted");
  EXPECT_EQ(ErrorOf("[" + deep + "]"), "Nesting too deep: line 1 column 65 (char 64)");
  EXPECT_EQ(ErrorOf(std::string(1'000'000, '[')), "Nesting too deep: line 1 column 65 (char 64)");
}

struct BadText {
  std::string text;
  std::string error;
};

// The sentences are those of Python 3.11's json module.
const BadText kBadTexts[] = {
    {"", "Expecting value: line 1 column 1 (char 0)"},
    {"   ", "Expecting value: line 1 column 4 (char 3)"},
    {"{", "Expecting property name enclosed in double quotes: line 1 column 2 (char 1)"},
    {"{a", "Expecting property name enclosed in double quotes: line 1 column 2 (char 1)"},
    {"{'a':1}", "Expecting property name enclosed in double quotes: line 1 column 2 (char 1)"},
    {"{\"a\":1,}", "Expecting property name enclosed in double quotes: line 1 column 8 (char 7)"},
    {"{\"a\" 1}", "Expecting ':' delimiter: line 1 column 6 (char 5)"},
    {"{\"a\"", "Expecting ':' delimiter: line 1 column 5 (char 4)"},
    {"{\"a\":}", "Expecting value: line 1 column 6 (char 5)"},
    {"{\"a\":", "Expecting value: line 1 column 6 (char 5)"},
    {"{\"a\":1", "Expecting ',' delimiter: line 1 column 7 (char 6)"},
    {"{\"a\":1 \"b\"", "Expecting ',' delimiter: line 1 column 8 (char 7)"},
    {"[", "Expecting value: line 1 column 2 (char 1)"},
    {"[1,]", "Expecting value: line 1 column 4 (char 3)"},
    {"[1 2]", "Expecting ',' delimiter: line 1 column 4 (char 3)"},
    {"[1]]", "Extra data: line 1 column 4 (char 3)"},
    {"{} x", "Extra data: line 1 column 4 (char 3)"},
    {"01", "Extra data: line 1 column 2 (char 1)"},
    {"1.", "Extra data: line 1 column 2 (char 1)"},
    {"[1.]", "Expecting ',' delimiter: line 1 column 3 (char 2)"},
    {"-", "Expecting value: line 1 column 1 (char 0)"},
    {"+1", "Expecting value: line 1 column 1 (char 0)"},
    {"abc", "Expecting value: line 1 column 1 (char 0)"},
    {"tru", "Expecting value: line 1 column 1 (char 0)"},
    {"\"abc", "Unterminated string starting at: line 1 column 1 (char 0)"},
    {"{\"é\":\"abc", "Unterminated string starting at: line 1 column 6 (char 5)"},
    {"\"a\nb\"", "Invalid control character at: line 1 column 3 (char 2)"},
    {"{\n \"é\": \"a\tb\"}", "Invalid control character at: line 2 column 9 (char 10)"},
    {"\"a\\x\"", "Invalid \\escape: line 1 column 3 (char 2)"},
    {"\"a\\u12g4\"", "Invalid \\uXXXX escape: line 1 column 4 (char 3)"},
    {"\"\\", "Unterminated string starting at: line 1 column 1 (char 0)"},
    {"{\n\"a\": 1\n\"b\": 2}", "Expecting ',' delimiter: line 3 column 1 (char 9)"},
    {"NaN", "Out of range float values are not JSON compliant: 'NaN'"},
    {"[-Infinity]", "Out of range float values are not JSON compliant: '-Infinity'"},
    {"1e999", "Out of range float values are not JSON compliant: '1e999'"},
    {"\xEF\xBB\xBF{}", "Unexpected UTF-8 BOM (decode using utf-8-sig): line 1 column 1 (char 0)"},
    {"\"\xFF\"", "'utf-8' codec can't decode byte 0xff in position 1: invalid start byte"},
    {"\"\xC3(\"", "'utf-8' codec can't decode byte 0xc3 in position 1: invalid continuation byte"},
    {"\"\xE2\x82", "'utf-8' codec can't decode byte 0xe2 in position 1: unexpected end of data"},
    // Python takes a lone surrogate; no text can hold one.
    {R"("\ud800")", "Invalid \\uXXXX escape: line 1 column 3 (char 2)"},
    {R"("\ude00")", "Invalid \\uXXXX escape: line 1 column 3 (char 2)"},
    {std::string("1\0", 2), "Extra data: line 1 column 2 (char 1)"},
    {std::string("\"\0\"", 3), "Invalid control character at: line 1 column 2 (char 1)"},
    {"/* */ 1", "Expecting value: line 1 column 1 (char 0)"},
};

TEST(Document, WordsErrorsAsPythonDoes) {
  for (const BadText& bad : kBadTexts) EXPECT_EQ(ErrorOf(bad.text), bad.error) << bad.text;
}

TEST(Document, RefusesOverlongAndSurrogateBytes) {
  for (const char* text : {"\"\xC0\x80\"", "\"\xE0\x80\x80\"", "\"\xED\xA0\x80\"", "\"\xF5\x80\x80\x80\"",
                           "\"\xF4\x90\x80\x80\"", "\"\x80\""}) {
    EXPECT_TRUE(ErrorOf(text).starts_with("'utf-8' codec can't decode byte 0x")) << ErrorOf(text);
  }
}

}  // namespace
}  // namespace fajma::json
