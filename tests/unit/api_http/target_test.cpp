#include "api/http/target.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace fajma::http {
namespace {

TEST(ParseTarget, DecodesThePath) {
  EXPECT_EQ(ParseTarget("/", "GET")->path, "/");
  EXPECT_EQ(ParseTarget("/api/iot/donnees/", "GET")->path, "/api/iot/donnees/");
  EXPECT_EQ(ParseTarget("/a%20b%C3%A9%2Fc", "GET")->path, "/a bé/c");
  EXPECT_EQ(ParseTarget("/a+b", "GET")->path, "/a+b");
  EXPECT_EQ(ParseTarget("/\xC3\xA9", "GET")->path, "/é");
}

TEST(ParseTarget, LeavesDotSegmentsToTheHandler) { EXPECT_EQ(ParseTarget("/a/../b//c", "GET")->path, "/a/../b//c"); }

TEST(ParseTarget, DecodesTheQueryInOrder) {
  const auto target = ParseTarget("/p?a=1&b=x+y%2B&a=2&empty=&bare&&c=d=e", "GET");
  ASSERT_TRUE(target);
  EXPECT_EQ(target->path, "/p");
  const std::vector<QueryParameter> expected{{"a", "1"},    {"b", "x y+"}, {"a", "2"},
                                             {"empty", ""}, {"bare", ""},  {"c", "d=e"}};
  EXPECT_EQ(target->query, expected);
}

TEST(ParseTarget, KeepsAQuestionMarkInsideTheQuery) {
  EXPECT_EQ(ParseTarget("/?q=a?b", "GET")->query.at(0).second, "a?b");
}

TEST(ParseTarget, TakesTheAbsoluteForm) {
  const auto target = ParseTarget("HTTP://example.org:8000/a?b=c", "GET");
  ASSERT_TRUE(target);
  EXPECT_EQ(target->authority, "example.org:8000");
  EXPECT_EQ(target->path, "/a");
  EXPECT_EQ(target->query.size(), 1U);
  EXPECT_EQ(ParseTarget("http://example.org", "GET")->path, "/");
  EXPECT_EQ(ParseTarget("https://[::1]:8000?x", "GET")->authority, "[::1]:8000");
}

TEST(ParseTarget, TakesTheAsteriskForOptionsOnly) {
  EXPECT_EQ(ParseTarget("*", "OPTIONS")->path, "*");
  EXPECT_FALSE(ParseTarget("*", "GET"));
}

TEST(ParseTarget, RefusesWhatIsMalformed) {
  for (const std::string_view raw : {"",
                                     "a",
                                     "api/x",
                                     "example.org:80",
                                     "http://",
                                     "http:///x",
                                     "http://user@host/",
                                     "http://ho st/",
                                     "ftp://host/",
                                     "/%",
                                     "/%4",
                                     "/%zz",
                                     "/%4g",
                                     "/%00",
                                     "/a%",
                                     "/\xFF",
                                     "/%FF",
                                     "/%C0%80",
                                     "/%ED%A0%80",
                                     "/a#b",
                                     "/a b",
                                     "/a\tb",
                                     "/a\x7F",
                                     "/?a=%",
                                     "/?%zz=1",
                                     "/?a=%00",
                                     "/?a=%FF"}) {
    EXPECT_FALSE(ParseTarget(raw, "GET")) << raw;
  }
}

TEST(PercentDecode, TurnsPlusIntoASpaceOnlyWhenAsked) {
  EXPECT_EQ(PercentDecode("a+b%2b", true), "a b+");
  EXPECT_EQ(PercentDecode("a+b%2B", false), "a+b+");
  EXPECT_EQ(PercentDecode("%4", false), std::nullopt);
}

TEST(IsValidHost, KnowsNamesAndAddresses) {
  for (const std::string_view host : {"", "localhost", "a-b.example.org:8000", "127.0.0.1", "[::1]:80"}) {
    EXPECT_TRUE(IsValidHost(host)) << host;
  }
  for (const std::string_view host : {"a b", "a/b", "a@b", "a?b", "a\\b", "<a>", "a,b"}) {
    EXPECT_FALSE(IsValidHost(host)) << host;
  }
}

}  // namespace
}  // namespace fajma::http
