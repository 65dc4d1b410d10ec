#include "api/http/message.h"

#include <gtest/gtest.h>

#include <string>

namespace fajma::http {
namespace {

TEST(Request, FindsHeadersWhateverTheirCase) {
  Request request;
  request.headers = {{"Content-Type", "a"}, {"content-type", "b"}};
  ASSERT_NE(request.FindHeader("CONTENT-TYPE"), nullptr);
  EXPECT_EQ(*request.FindHeader("CONTENT-TYPE"), "a");
  EXPECT_EQ(request.FindHeader("Accept"), nullptr);
}

TEST(Request, LetsTheLastParameterWin) {
  Request request;
  request.query = {{"page", "1"}, {"x", ""}, {"page", "2"}};
  EXPECT_EQ(*request.FindQuery("page"), "2");
  EXPECT_EQ(*request.FindQuery("x"), "");
  EXPECT_EQ(request.FindQuery("Page"), nullptr);
  EXPECT_EQ(request.QueryValues("page"), (std::vector<std::string_view>{"1", "2"}));
}

TEST(DetailResponse, EscapesItsText) {
  const Response response = DetailResponse(400, "a \"b\" \\ \n é");
  EXPECT_EQ(response.status, 400);
  EXPECT_EQ(response.body, "{\"detail\":\"a \\\"b\\\" \\\\ \\u000a é\"}");
  EXPECT_EQ(response.headers.at(0), (Header{"Content-Type", "application/json"}));
}

TEST(Response, PrefersTheSharedBody) {
  Response response;
  response.body = "own";
  EXPECT_EQ(response.BodyView(), "own");
  response.shared_body = std::make_shared<const std::string>("shared");
  EXPECT_EQ(response.BodyView(), "shared");
}

TEST(ReasonPhrase, IsEmptyForUnknownCodes) {
  EXPECT_EQ(ReasonPhrase(404), "Not Found");
  EXPECT_EQ(ReasonPhrase(299), "");
}

}  // namespace
}  // namespace fajma::http
