// The parts of the REST door that need no database.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <memory>
#include <string>

#include "api/rest/hosts.h"
#include "api/rest/list_cache.h"
#include "api/rest/pages.h"
#include "api/rest/routes.h"
#include "api/rest/static_files.h"

namespace fajma::rest {
namespace {

http::Request RequestWith(std::vector<http::QueryParameter> query) {
  http::Request request;
  request.method = "GET";
  request.query = std::move(query);
  return request;
}

TEST(ReadPageNumber, TakesWhatDjangoTakes) {
  const auto number = [](const char* text) {
    const auto page = ReadPageNumber(RequestWith({{"page", text}}));
    return !page ? -1 : page->last ? 0 : page->number;
  };
  EXPECT_EQ(number("2"), 2);
  EXPECT_EQ(number(" 2 "), 2);
  EXPECT_EQ(number(""), 1);
  EXPECT_EQ(number("last"), 0);
  for (const char* bad : {"0", "-1", "x", "1.0", "9999999999999999999999", "9000000000000000000", "LAST"}) {
    EXPECT_EQ(number(bad), -1) << bad;
  }
}

TEST(BeginPage, KeepsTheOtherParametersInItsLinks) {
  std::string out;
  BeginPage(out, 2, 45, "http://h/l/", RequestWith({{"z", "a b&c"}, {"page", "2"}, {"é", ""}, {"a", "1"}, {"a", "0"}}));
  EXPECT_EQ(out, R"({"count":45,"next":"http://h/l/?a=1&a=0&page=3&z=a+b%26c&%C3%A9=",)"
                 R"("previous":"http://h/l/?a=1&a=0&z=a+b%26c&%C3%A9=","results":[)");
  out.clear();
  BeginPage(out, 1, 20, "http://h/l/", RequestWith({}));
  EXPECT_EQ(out, R"({"count":20,"next":null,"previous":null,"results":[)");
}

TEST(AllowedHosts, FollowsDjangosRules) {
  const AllowedHosts hosts({"fajma.example", ".hopital.example", "[::1]"});
  for (const char* good : {"fajma.example", "FAJMA.example:8000", "fajma.example.", "hopital.example",
                           "a.b.hopital.example", "[::1]:8000"}) {
    EXPECT_TRUE(hosts.Allows(good)) << good;
  }
  for (const char* bad :
       {"", "x.fajma.example", "evilhopital.example", "127.0.0.1", "localhost", "[::2]", "[::1", ":80"}) {
    EXPECT_FALSE(hosts.Allows(bad)) << bad;
  }
  EXPECT_TRUE(AllowedHosts({"*"}).Allows("anything"));
  EXPECT_TRUE(AllowedHosts({}).Allows("127.0.0.1:21280"));
  EXPECT_FALSE(AllowedHosts({}).Allows("fajma.example"));
}

TEST(SchemeOf, BelievesTrustedProxiesOnly) {
  http::Request request;
  request.headers = {{"x-forwarded-proto", "https"}};
  request.peer_address = "10.0.0.1";
  EXPECT_EQ(SchemeOf(request, {}), "http");
  EXPECT_EQ(SchemeOf(request, [](std::string_view peer) { return peer == "10.0.0.1"; }), "https");
  EXPECT_EQ(SchemeOf(request, [](std::string_view peer) { return peer == "10.0.0.2"; }), "http");
}

TEST(ClientAddressOf, IsPlainWhereAProxyNamesAnIpv4ClientAsIpv6) {
  http::Request request;
  request.peer_address = "10.0.0.1";
  const auto is_trusted = [](std::string_view peer) { return peer == "10.0.0.1" || peer == "10.0.0.2"; };
  request.headers = {{"X-Forwarded-For", "::ffff:1.2.3.4"}};
  EXPECT_EQ(ClientAddressOf(request, is_trusted), "1.2.3.4");
  request.headers = {{"X-Forwarded-For", "9.9.9.9, ::ffff:1.2.3.4, ::ffff:10.0.0.2"}};
  EXPECT_EQ(ClientAddressOf(request, is_trusted), "1.2.3.4");
}

std::shared_ptr<const std::string> Body(std::size_t bytes) { return std::make_shared<const std::string>(bytes, 'x'); }

TEST(ListCache, ForgetsWhatIsOfAnotherStamp) {
  ListCache cache(10, 1000);
  cache.Put("a", {1, 1}, Body(3));
  EXPECT_NE(cache.Find("a", {1, 1}), nullptr);
  EXPECT_EQ(cache.Find("a", {2, 1}), nullptr);
  EXPECT_EQ(cache.Find("a", {1, 1}), nullptr);
  cache.Put("a", {2, 1}, Body(4));
  EXPECT_EQ(cache.Find("a", {2, 2}), nullptr);
}

TEST(ListCache, DropsWhatWasNotAskedForLongest) {
  ListCache cache(2, 1000);
  cache.Put("a", {}, Body(1));
  cache.Put("b", {}, Body(1));
  EXPECT_NE(cache.Find("a", {}), nullptr);
  cache.Put("c", {}, Body(1));
  EXPECT_EQ(cache.Find("b", {}), nullptr);
  EXPECT_NE(cache.Find("a", {}), nullptr);
  cache.Put("a", {}, Body(2));
  EXPECT_EQ(cache.Find("a", {})->size(), 2u);
}

TEST(ListCache, StaysWithinItsBytes) {
  ListCache cache(100, 1000);
  cache.Put("large", {}, Body(251));
  EXPECT_EQ(cache.Find("large", {}), nullptr);
  for (const char* key : {"a", "b", "c", "d"}) cache.Put(key, {}, Body(249));
  EXPECT_NE(cache.Find("a", {}), nullptr);
  cache.Put("e", {}, Body(249));
  EXPECT_EQ(cache.Find("b", {}), nullptr);
  EXPECT_NE(cache.Find("e", {}), nullptr);
}

TEST(Router, FindsLiteralSegmentsBeforeIds) {
  const Router router(Routes());
  const auto pattern = [&](std::string_view path) {
    const auto match = router.Find(path);
    return match ? std::string(match->resource->pattern()) + " " + std::string(match->id) : "none";
  };
  EXPECT_EQ(pattern("/api/iot/dispositifs/12/"), "/api/iot/dispositifs/{id}/ 12");
  EXPECT_EQ(pattern("/api/iot/dispositifs/12/latest-data/"), "/api/iot/dispositifs/{id}/latest-data/ 12");
  EXPECT_EQ(pattern("/api/iot/alertes/active/"), "/api/iot/alertes/active/ ");
  for (const char* path : {"/api/iot/dispositifs/1.5/", "/api/iot/dispositifs//", "/api/iot/dispositifs/1", "/api/",
                           "/api/iot/dispositifs/1/2/", "//api/iot/", "/api/iot/dispositifs/../", "*", "/api/token"}) {
    EXPECT_EQ(pattern(path), "none") << path;
  }
}

TEST(Router, AllowsInDjangosOrder) {
  const Router router(Routes());
  EXPECT_EQ(router.Find("/api/iot/dispositifs/1/")->resource->allow(), "GET, PUT, PATCH, DELETE, HEAD, OPTIONS");
  EXPECT_EQ(router.Find("/api/token/")->resource->allow(), "POST, OPTIONS");
  EXPECT_EQ(router.Find("/api/iot/donnees/")->resource->allow(), "GET, POST, HEAD, OPTIONS");
}

class StaticFilesTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string name = (std::filesystem::temp_directory_path() / "fajma-page-XXXXXX").string();
    ASSERT_NE(mkdtemp(name.data()), nullptr);
    folder_ = name;
    std::filesystem::create_directories(folder_ / "page" / "assets");
    std::ofstream(folder_ / "page" / "index.html") << "<!doctype html>";
    std::ofstream(folder_ / "page" / "assets" / "index-1a2b.js") << "let a;";
    std::ofstream(folder_ / "secret") << "secret";
    std::filesystem::create_symlink(folder_ / "secret", folder_ / "page" / "link");
    files_ = std::make_unique<StaticFiles>(folder_ / "page");
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  std::optional<http::Response> Get(const std::string& path, std::vector<http::Header> headers = {},
                                    const std::string& method = "GET") {
    http::Request request;
    request.method = method;
    request.path = path;
    request.headers = std::move(headers);
    return files_->Serve(request);
  }
  static std::string HeaderOf(const http::Response& response, std::string_view name) {
    for (const auto& [header, value] : response.headers) {
      if (header == name) return value;
    }
    return "";
  }

  std::filesystem::path folder_;
  std::unique_ptr<StaticFiles> files_;
};

TEST_F(StaticFilesTest, ServesThePageAndItsAssets) {
  const auto page = Get("/");
  ASSERT_TRUE(page);
  EXPECT_EQ(page->BodyView(), "<!doctype html>");
  EXPECT_EQ(HeaderOf(*page, "Content-Type"), "text/html; charset=utf-8");
  EXPECT_EQ(HeaderOf(*page, "Cache-Control"), "no-cache");
  EXPECT_EQ(HeaderOf(*page, "Content-Security-Policy"), kContentSecurityPolicy);
  const auto script = Get("/assets/index-1a2b.js");
  ASSERT_TRUE(script);
  EXPECT_EQ(HeaderOf(*script, "Content-Type"), "text/javascript; charset=utf-8");
  EXPECT_EQ(HeaderOf(*script, "Cache-Control"), "public, max-age=31536000, immutable");
  EXPECT_EQ(Get("/", {}, "POST")->status, 405);
}

TEST_F(StaticFilesTest, NeverLeavesItsFolder) {
  for (const char* path : {"/../secret", "/assets/../../secret", "//secret", "/link", "/secret", "/assets/", "/assets",
                           "", "/./index.html", "/%2e%2e/secret"}) {
    EXPECT_FALSE(Get(path)) << path;
  }
  EXPECT_FALSE(StaticFiles(folder_ / "none").Serve(RequestWith({})));
}

TEST_F(StaticFilesTest, SendsAFileOnceToACacheThatKnowsIt) {
  const std::string tag = HeaderOf(*Get("/"), "ETag");
  EXPECT_EQ(Get("/", {{"If-None-Match", "W/\"x\", " + tag}})->status, 304);
  EXPECT_EQ(Get("/", {{"If-None-Match", tag}})->BodyView(), "");
  EXPECT_EQ(Get("/", {{"If-None-Match", "\"other\""}})->status, 200);
}

}  // namespace
}  // namespace fajma::rest
