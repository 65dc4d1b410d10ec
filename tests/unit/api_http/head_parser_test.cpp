#include "api/http/head_parser.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <variant>

namespace fajma::http {
namespace {

constexpr HeadLimits kLimits{16 * 1024, 1024 * 1024};

std::variant<Head, Refusal> Parse(std::string_view text) { return ParseHead(text, kLimits); }

Head ParseGood(std::string_view text) {
  auto parsed = Parse(text);
  if (const auto* refusal = std::get_if<Refusal>(&parsed)) {
    ADD_FAILURE() << refusal->status << " " << refusal->detail << "\n" << text;
    return {};
  }
  return std::get<Head>(std::move(parsed));
}

// A request with these header lines, each with its CRLF.
std::string With(std::string_view lines, std::string_view request_line = "GET / HTTP/1.1") {
  return std::string(request_line) + "\r\nHost: a\r\n" + std::string(lines) + "\r\n";
}

TEST(ParseHead, ReadsAnOrdinaryRequest) {
  const Head head = ParseGood(
      "POST /api/iot/donnees/?a=1 HTTP/1.1\r\nhost: fajma.example:8000\r\nX-One:  two words \t\r\n"
      "X-Empty:\r\nContent-Length: 12\r\n\r\n");
  EXPECT_EQ(head.request.method, "POST");
  EXPECT_EQ(head.request.raw_target, "/api/iot/donnees/?a=1");
  EXPECT_EQ(head.request.path, "/api/iot/donnees/");
  EXPECT_EQ(*head.request.FindQuery("a"), "1");
  EXPECT_EQ(head.request.host, "fajma.example:8000");
  EXPECT_EQ(*head.request.FindHeader("x-one"), "two words");
  EXPECT_EQ(*head.request.FindHeader("x-empty"), "");
  EXPECT_EQ(head.body_bytes, 12U);
  EXPECT_TRUE(head.request.keep_alive);
  EXPECT_FALSE(head.asks_for_websocket);
}

TEST(ParseHead, KeepsTheConnectionAsAsked) {
  EXPECT_TRUE(ParseGood(With("")).request.keep_alive);
  EXPECT_FALSE(ParseGood(With("Connection: close\r\n")).request.keep_alive);
  EXPECT_FALSE(ParseGood(With("Connection: keep-alive, Close\r\n")).request.keep_alive);
  EXPECT_FALSE(ParseGood(With("Connection: x\r\nConnection: close\r\n")).request.keep_alive);
  EXPECT_TRUE(ParseGood(With("Connection: closed\r\n")).request.keep_alive);
  EXPECT_FALSE(ParseGood("GET / HTTP/1.0\r\n\r\n").request.keep_alive);
  EXPECT_TRUE(ParseGood("GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n").request.keep_alive);
}

TEST(ParseHead, TakesTheHostFromAnAbsoluteTarget) {
  EXPECT_EQ(ParseGood("GET http://b:1/x HTTP/1.1\r\nHost: a\r\n\r\n").request.host, "b:1");
}

TEST(ParseHead, AllowsOddButHarmlessHeaders) {
  // Pistache's own parser answers 415 or 500 to these.
  ParseGood(
      With("Accept: nonsense;;q=x\r\nContent-Type: ???\r\nCookie: =;=\r\nDate: yesterday\r\n"
           "X-Latin: \xE9\r\n"));
}

struct BadHead {
  int status;
  std::string text;
};

TEST(ParseHead, RefusesWhatIsMalformed) {
  const BadHead kBad[] = {
      {400, "\r\n\r\n"},
      {400, "GET\r\n\r\n"},
      {400, "GET /\r\n\r\n"},
      {400, "GET / \r\n\r\n"},
      {400, "GET  / HTTP/1.1\r\nHost: a\r\n\r\n"},
      {400, "GET / HTTP/1.1 \r\nHost: a\r\n\r\n"},
      {400, " GET / HTTP/1.1\r\nHost: a\r\n\r\n"},
      {400, "G@T / HTTP/1.1\r\nHost: a\r\n\r\n"},
      {400, "GET / http/1.1\r\nHost: a\r\n\r\n"},
      {400, "GET / HTTP/1\r\nHost: a\r\n\r\n"},
      {400, "GET / HTTP/1.11\r\nHost: a\r\n\r\n"},
      {400, "GET / HTTP/x.y\r\nHost: a\r\n\r\n"},
      {505, "GET / HTTP/2.0\r\nHost: a\r\n\r\n"},
      {505, "PRI * HTTP/2.0\r\n\r\n"},
      {501, "BREW / HTTP/1.1\r\nHost: a\r\n\r\n"},
      {501, "get / HTTP/1.1\r\nHost: a\r\n\r\n"},
      {501, "CONNECT a:80 HTTP/1.1\r\nHost: a\r\n\r\n"},
      {501, "TRACE / HTTP/1.1\r\nHost: a\r\n\r\n"},
      {400, "GET x HTTP/1.1\r\nHost: a\r\n\r\n"},
      {400, "GET /%zz HTTP/1.1\r\nHost: a\r\n\r\n"},
      {400, "GET /%00 HTTP/1.1\r\nHost: a\r\n\r\n"},
      {400, "GET /a b HTTP/1.1\r\nHost: a\r\n\r\n"},
      {400, "GET / HTTP/1.1\r\n\r\n"},
      {400, With("Host: b\r\n")},
      {400, With("Host: a\r\n")},
      {400, "GET / HTTP/1.1\r\nHost: a/b\r\n\r\n"},
      {400, "GET / HTTP/1.1\r\nHost: a b\r\n\r\n"},
      {400, With("NoColon\r\n")},
      {400, With(": empty name\r\n")},
      {400, With("Space : x\r\n")},
      {400, With("Sp ace: x\r\n")},
      {400, With("X: a\r\n folded\r\n")},
      {400, With("X: a\r\n\tfolded\r\n")},
      {400, With("X: a\rb\r\n")},
      {400, With(std::string("X: a\0b\r\n", 8))},
      {400, With("X: a\x1F\r\n")},
      {400, With("X: a\x7F\r\n")},
      {400, With("Content-Length:\r\n")},
      {400, With("Content-Length: abc\r\n")},
      {400, With("Content-Length: -1\r\n")},
      {400, With("Content-Length: +1\r\n")},
      {400, With("Content-Length: 1 2\r\n")},
      {400, With("Content-Length: 0x10\r\n")},
      {400, With("Content-Length: 1.5\r\n")},
      {400, With("Content-Length: 5, 5\r\n")},
      {400, With("Content-Length: 5\r\nContent-Length: 5\r\n")},
      {400, With("Content-Length: 5\r\nContent-Length: 6\r\n")},
      {400, With("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n")},
      {413, With("Content-Length: 1048577\r\n")},
      {413, With("Content-Length: 99999999999999999999999999\r\n")},
      {411, With("Transfer-Encoding: chunked\r\n")},
      {411, With("Transfer-Encoding: CHUNKED\r\n")},
      {501, With("Transfer-Encoding: gzip\r\n")},
      {501, With("Transfer-Encoding:\r\n")},
      {417, With("Expect: the unexpected\r\n")},
      {400, With("Upgrade: websocket\r\n")},
  };
  for (const BadHead& bad : kBad) {
    const auto parsed = Parse(bad.text);
    const auto* refusal = std::get_if<Refusal>(&parsed);
    ASSERT_NE(refusal, nullptr) << bad.text;
    EXPECT_EQ(refusal->status, bad.status) << bad.text;
    EXPECT_FALSE(refusal->detail.empty());
  }
}

TEST(ParseHead, BoundsTheNumberOfHeaders) {
  std::string lines;
  for (int i = 0; i < 99; ++i) lines += "X: y\r\n";
  ParseGood(With(lines));
  EXPECT_EQ(std::get<Refusal>(Parse(With(lines + "X: y\r\n"))).status, 431);
}

TEST(ParseHead, UnderstandsExpectInHttp11Only) {
  EXPECT_TRUE(ParseGood(With("Expect: 100-Continue\r\n")).expects_continue);
  EXPECT_FALSE(ParseGood("GET / HTTP/1.0\r\nExpect: 100-continue\r\n\r\n").expects_continue);
}

TEST(ParseHead, SeesAWebSocketHandshake) {
  EXPECT_TRUE(ParseGood(With("Connection: keep-alive, Upgrade\r\nUpgrade: WebSocket\r\n")).asks_for_websocket);
  EXPECT_FALSE(ParseGood(With("Connection: Upgrade\r\nUpgrade: h2c\r\n")).asks_for_websocket);
  EXPECT_FALSE(ParseGood("GET / HTTP/1.0\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n").asks_for_websocket);
}

TEST(FindHeadEnd, GoesOnWhereItStopped) {
  const std::string text = "GET / HTTP/1.1\r\nHost: a\r\n\r\nbody";
  std::size_t from = 0;
  for (std::size_t size = 1; size <= 27; ++size) {
    const HeadEnd end = FindHeadEnd(std::string_view(text).substr(0, size), from);
    if (size < 27) {
      ASSERT_EQ(end.state, HeadEnd::State::kMissing) << size;
      from = end.size;
    } else {
      ASSERT_EQ(end.state, HeadEnd::State::kFound);
      EXPECT_EQ(end.size, 27U);
    }
  }
}

TEST(FindHeadEnd, RefusesABareLineFeed) {
  EXPECT_EQ(FindHeadEnd("GET / HTTP/1.1\n", 0).state, HeadEnd::State::kBareLineFeed);
  EXPECT_EQ(FindHeadEnd("GET / HTTP/1.1\r\nHost: a\n\n", 0).state, HeadEnd::State::kBareLineFeed);
  EXPECT_EQ(FindHeadEnd("\n", 0).state, HeadEnd::State::kBareLineFeed);
}

TEST(CheckWebSocketHandshake, ChecksMethodVersionAndKey) {
  const std::string good = "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";
  const auto status = [](const std::string& lines, const char* line = "GET / HTTP/1.1", std::size_t body = 0) {
    return CheckWebSocketHandshake(ParseGood(With(lines, line)).request, body).status;
  };
  EXPECT_EQ(status(good), 0);
  EXPECT_EQ(status(good, "POST / HTTP/1.1"), 400);
  EXPECT_EQ(status(good, "GET / HTTP/1.1", 3), 400);
  EXPECT_EQ(status("Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"), 426);
  EXPECT_EQ(status("Sec-WebSocket-Version: 8\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"), 426);
  EXPECT_EQ(status("Sec-WebSocket-Version: 13\r\n"), 400);
  for (const char* key : {"", "short==", "dGhlIHNhbXBsZSBub25jZQ", "dGhlIHNhbXBsZSBub25jZQ=A",
                          "dGhlIHNhbXBsZSBub25jZ!==", "dGhlIHNhbXBsZSBub25jZQ==AAAA"}) {
    EXPECT_EQ(status("Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: " + std::string(key) + "\r\n"), 400) << key;
  }
}

TEST(HasToken, LooksAtWholeTokens) {
  EXPECT_TRUE(HasToken("keep-alive, UPGRADE", "upgrade"));
  EXPECT_TRUE(HasToken(" ,upgrade,", "upgrade"));
  EXPECT_FALSE(HasToken("upgraded", "upgrade"));
  EXPECT_FALSE(HasToken("", "upgrade"));
}

}  // namespace
}  // namespace fajma::http
