// Random and mutated heads with a fixed seed: nothing may crash, and what is accepted must hold what it promises.
#include <gtest/gtest.h>

#include <random>
#include <string>
#include <string_view>
#include <variant>

#include "api/http/head_parser.h"
#include "api/http/utf8.h"

namespace fajma::http {
namespace {

constexpr HeadLimits kLimits{16 * 1024, 1024 * 1024};

void CheckPromises(const Head& head) {
  const Request& request = head.request;
  ASSERT_FALSE(request.method.empty());
  ASSERT_TRUE(request.path == "*" || request.path.front() == '/');
  ASSERT_TRUE(IsValidUtf8(request.path));
  ASSERT_EQ(request.path.find('\0'), std::string::npos);
  for (const auto& [name, value] : request.query) ASSERT_TRUE(IsValidUtf8(name) && IsValidUtf8(value));
  for (const auto& [name, value] : request.headers) {
    ASSERT_FALSE(name.empty());
    ASSERT_EQ(value.find_first_of(std::string_view("\r\n\0", 3)), std::string::npos);
  }
  ASSERT_LE(head.body_bytes, kLimits.max_body_bytes);
}

void ParseAnything(std::string_view input) {
  const HeadEnd end = FindHeadEnd(input, 0);
  if (end.state != HeadEnd::State::kFound) return;
  const auto parsed = ParseHead(input.substr(0, end.size), kLimits);
  if (const auto* head = std::get_if<Head>(&parsed)) {
    CheckPromises(*head);
    CheckWebSocketHandshake(head->request, head->body_bytes);
  } else {
    ASSERT_GE(std::get<Refusal>(parsed).status, 400);
  }
}

TEST(HeadParserFuzz, SurvivesRandomBytes) {
  std::mt19937 random(20'260'101);
  constexpr std::string_view kAlphabet = "GETPOS /?=&%:\r\n\t*+0aF.HTP1\x80\xC3\xA9,;-";
  for (int round = 0; round < 20'000; ++round) {
    std::string input;
    const std::size_t size = random() % 200;
    for (std::size_t i = 0; i < size; ++i) {
      input += round % 4 == 0 ? static_cast<char>(random()) : kAlphabet[random() % kAlphabet.size()];
    }
    ParseAnything(input + "\r\n\r\n");
  }
}

TEST(HeadParserFuzz, SurvivesMutatedRequests) {
  const std::string seed =
      "POST /api/iot/donnees/?patient=patient%201&apres=12+3 HTTP/1.1\r\nHost: localhost:8000\r\n"
      "Connection: keep-alive, Upgrade\r\nUpgrade: websocket\r\nContent-Length: 10\r\n"
      "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"
      "Expect: 100-continue\r\nX-Name: caf\xC3\xA9\r\n\r\n";
  std::mt19937 random(42);
  for (int round = 0; round < 50'000; ++round) {
    std::string input = seed;
    for (std::size_t mutations = 1 + random() % 4; mutations > 0; --mutations) {
      const std::size_t at = random() % input.size();
      switch (random() % 4) {
        case 0:
          input[at] = static_cast<char>(random());
          break;
        case 1:
          input.erase(at, 1 + random() % 5);
          break;
        case 2:
          input.insert(at, 1, static_cast<char>(random()));
          break;
        default:
          input.insert(at, seed.substr(random() % seed.size(), random() % 40));
          break;
      }
      if (input.empty()) input = "\n";
    }
    ParseAnything(input);
  }
}

}  // namespace
}  // namespace fajma::http
