// The framing of requests, without a socket.
#include "api/http/connection.h"

#include <gtest/gtest.h>

#include <array>
#include <functional>
#include <stdexcept>
#include <string>
#include <string_view>

namespace fajma::http {
namespace {

using std::chrono::milliseconds;

class EchoHandler : public Handler {
 public:
  Response Handle(const Request& request) override {
    if (request.path == "/throw") throw std::runtime_error("the disk is on fire");
    if (request.path == "/large") {
      Response response;
      response.shared_body = std::make_shared<const std::string>(300'000, 'x');
      return response;
    }
    return JsonResponse(200, request.method + " " + request.path + " " + request.body);
  }
  UpgradeDecision DecideUpgrade(const Request& request) override {
    if (request.path == "/refused") return DetailResponse(403, "no");
    return UpgradeAccept{"chat", 7};
  }
};

class HttpConnectionTest : public ::testing::Test {
 protected:
  HttpConnectionTest() {
    options_.on_error = [this](auto where, auto) { where_ = where; };
  }

  void Receive(std::string_view bytes) {
    connection_.BeginTurn();
    connection_.Receive(bytes, now_);
  }
  void Resume() {
    connection_.BeginTurn();
    connection_.Resume(now_);
  }
  // All that is to be sent, sent.
  std::string Take() {
    std::string out;
    while (!connection_.output().empty()) {
      std::array<iovec, 16> parts;
      const std::size_t used = connection_.output().Gather(parts);
      std::size_t size = 0;
      for (std::size_t i = 0; i < used; ++i) {
        out.append(static_cast<const char*>(parts[i].iov_base), parts[i].iov_len);
        size += parts[i].iov_len;
      }
      connection_.output().Consume(size);
    }
    connection_.NoteProgress(now_);
    return out;
  }
  static int CountOf(std::string_view text, std::string_view part) {
    int count = 0;
    for (auto at = text.find(part); at != text.npos; at = text.find(part, at + 1)) ++count;
    return count;
  }

  Options options_;
  EchoHandler handler_;
  Counters counters_;
  Connection::Environment environment_{options_, handler_, counters_};
  Connection::Clock::time_point now_{std::chrono::hours(1)};
  Connection connection_{environment_, "127.0.0.1", now_};
  std::string where_;
};

constexpr std::string_view kGet = "GET /a HTTP/1.1\r\nHost: h\r\n\r\n";
constexpr std::string_view kUpgrade =
    "GET /ws HTTP/1.1\r\nHost: h\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
    "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";

TEST_F(HttpConnectionTest, AnswersPipelinedRequestsInOrder) {
  std::string input;
  for (int i = 0; i < 10; ++i) {
    input += "POST /" + std::to_string(i) + " HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\nb" + std::to_string(i);
  }
  Receive(input);
  const std::string out = Take();
  EXPECT_EQ(CountOf(out, "HTTP/1.1 200 OK"), 10);
  std::size_t at = 0;
  for (int i = 0; i < 10; ++i) {
    at = out.find("POST /" + std::to_string(i) + " b" + std::to_string(i), at);
    ASSERT_NE(at, out.npos) << i;
  }
}

TEST_F(HttpConnectionTest, TakesBytesOneAtATime) {
  const std::string input =
      "\r\n\r\nPOST /x HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\nabc\r\n" + std::string(kGet);
  for (const char c : input) Receive({&c, 1});
  const std::string out = Take();
  EXPECT_NE(out.find("POST /x abc"), out.npos);
  EXPECT_NE(out.find("GET /a "), out.npos);
}

TEST_F(HttpConnectionTest, LetsOthersHaveTheirTurn) {
  std::string input;
  for (int i = 0; i < 100; ++i) input += kGet;
  Receive(input);
  EXPECT_EQ(CountOf(Take(), "200 OK"), 32);
  EXPECT_TRUE(connection_.HasWaitingInput());
  EXPECT_FALSE(connection_.WantsInput());
  int answered = 32;
  while (connection_.HasWaitingInput()) {
    Resume();
    answered += CountOf(Take(), "200 OK");
  }
  EXPECT_EQ(answered, 100);
}

TEST_F(HttpConnectionTest, AnswersNoMoreWhileTheClientDoesNotRead) {
  std::string input;
  for (int i = 0; i < 20; ++i) input += "GET /large HTTP/1.1\r\nHost: h\r\n\r\n";
  Receive(input);
  EXPECT_LT(connection_.output().bytes(), 700'000U);
  EXPECT_FALSE(connection_.WantsInput());
  int answered = 0;
  while (!connection_.output().empty()) {
    answered += CountOf(Take(), "200 OK");
    Resume();
  }
  EXPECT_EQ(answered, 20);
}

TEST_F(HttpConnectionTest, ClosesAfterARefusalAndReadsNoMore) {
  Receive("GET / HTTP/1.1\r\nHost: h\r\nContent-Length: abc\r\n\r\n" + std::string(kGet));
  EXPECT_TRUE(connection_.closing());
  Receive(kGet);
  const std::string out = Take();
  EXPECT_TRUE(out.starts_with("HTTP/1.1 400 Bad Request\r\n"));
  EXPECT_NE(out.find("\r\nConnection: close\r\n"), out.npos);
  EXPECT_EQ(CountOf(out, "HTTP/1.1"), 1);
  EXPECT_EQ(counters_.refused_bad_request.Get(), 1U);
}

TEST_F(HttpConnectionTest, BoundsTheHead) {
  Receive("GET / HTTP/1.1\r\nHost: h\r\nX: " + std::string(17'000, 'x'));
  EXPECT_TRUE(Take().starts_with("HTTP/1.1 431 "));
}

TEST_F(HttpConnectionTest, BoundsTheTarget) {
  Receive("GET /" + std::string(17'000, 'x'));
  EXPECT_TRUE(Take().starts_with("HTTP/1.1 414 "));
}

TEST_F(HttpConnectionTest, RefusesALargeBodyBeforeItComes) {
  Receive("POST / HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 2000000\r\n\r\n");
  EXPECT_TRUE(Take().starts_with("HTTP/1.1 413 "));
}

TEST_F(HttpConnectionTest, TellsToContinueOnce) {
  Receive("POST /p HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 4\r\n\r\n");
  EXPECT_EQ(Take(), "HTTP/1.1 100 Continue\r\n\r\n");
  Receive("ab");
  EXPECT_EQ(Take(), "");
  Receive("cd");
  EXPECT_NE(Take().find("POST /p abcd"), std::string::npos);
}

TEST_F(HttpConnectionTest, DoesNotTellToContinueWhenTheBodyIsThere) {
  Receive("POST /p HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\nab");
  EXPECT_TRUE(Take().starts_with("HTTP/1.1 200 "));
}

TEST_F(HttpConnectionTest, AnswersHeadLikeGetWithoutTheBody) {
  Receive("HEAD /a HTTP/1.1\r\nHost: h\r\n\r\n");
  const std::string out = Take();
  EXPECT_NE(out.find("\r\nContent-Length: 8\r\n"), out.npos);
  EXPECT_TRUE(out.ends_with("\r\n\r\n"));
}

TEST_F(HttpConnectionTest, TurnsAnExceptionInto500WithoutItsWords) {
  Receive("GET /throw HTTP/1.1\r\nHost: h\r\n\r\n" + std::string(kGet));
  const std::string out = Take();
  EXPECT_TRUE(out.starts_with("HTTP/1.1 500 "));
  EXPECT_NE(out.find("{\"detail\":\"Internal server error.\"}"), out.npos);
  EXPECT_EQ(out.find("fire"), out.npos);
  EXPECT_NE(out.find("GET /a "), out.npos);
  EXPECT_EQ(where_, "GET /throw");
  EXPECT_EQ(counters_.handler_errors.Get(), 1U);
}

TEST_F(HttpConnectionTest, HandsOverWhatFollowsAHandshake) {
  Receive(std::string(kUpgrade) + "frame");
  ASSERT_TRUE(connection_.has_upgrade());
  const Connection::Upgrade upgrade = connection_.TakeUpgrade();
  EXPECT_EQ(upgrade.websocket_key, "dGhlIHNhbXBsZSBub25jZQ==");
  EXPECT_EQ(upgrade.accept.subprotocol, "chat");
  EXPECT_EQ(std::any_cast<int>(upgrade.accept.context), 7);
  EXPECT_EQ(upgrade.unread, "frame");
}

TEST_F(HttpConnectionTest, LetsAHandshakeWaitForEarlierAnswers) {
  Receive(std::string(kGet) + std::string(kUpgrade) + "frame");
  EXPECT_FALSE(connection_.has_upgrade());
  EXPECT_TRUE(Take().ends_with("GET /a "));
  Resume();
  ASSERT_TRUE(connection_.has_upgrade());
  EXPECT_EQ(connection_.TakeUpgrade().unread, "frame");
}

TEST_F(HttpConnectionTest, ClosesBehindARefusedHandshake) {
  std::string refused(kUpgrade);
  refused.replace(refused.find("/ws"), 3, "/refused");
  Receive(refused + "frame");
  EXPECT_TRUE(Take().starts_with("HTTP/1.1 403 "));
  EXPECT_TRUE(connection_.closing());
}

TEST_F(HttpConnectionTest, NamesTheVersionItSpeaks) {
  std::string old(kUpgrade);
  old.replace(old.find(": 13"), 4, ": 8");
  Receive(old);
  const std::string out = Take();
  EXPECT_TRUE(out.starts_with("HTTP/1.1 426 "));
  EXPECT_NE(out.find("\r\nSec-WebSocket-Version: 13\r\n"), out.npos);
}

TEST_F(HttpConnectionTest, DropsASlowHeadHoweverItTrickles) {
  Receive("GET / HT");
  for (int i = 0; i < 9; ++i) {
    now_ += milliseconds(1'000);
    Receive("T");
    EXPECT_EQ(connection_.CheckTimeouts(now_), Connection::Expiry::kNone);
  }
  now_ += milliseconds(1'001);
  EXPECT_EQ(connection_.CheckTimeouts(now_), Connection::Expiry::kAnswered);
  EXPECT_TRUE(Take().starts_with("HTTP/1.1 408 "));
  now_ += milliseconds(2'001);
  EXPECT_EQ(connection_.CheckTimeouts(now_), Connection::Expiry::kClose);
}

TEST_F(HttpConnectionTest, DropsASlowBody) {
  Receive("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 9\r\n\r\n");
  now_ += milliseconds(30'001);
  EXPECT_EQ(connection_.CheckTimeouts(now_), Connection::Expiry::kAnswered);
  EXPECT_TRUE(Take().starts_with("HTTP/1.1 408 "));
}

TEST_F(HttpConnectionTest, ClosesAnIdleConnection) {
  Receive(kGet);
  Take();
  now_ += milliseconds(75'000);
  EXPECT_EQ(connection_.CheckTimeouts(now_), Connection::Expiry::kNone);
  now_ += milliseconds(1);
  EXPECT_EQ(connection_.CheckTimeouts(now_), Connection::Expiry::kClose);
}

TEST_F(HttpConnectionTest, ClosesAClientThatTakesNothing) {
  now_ += milliseconds(60'000);
  Receive(kGet);
  now_ += milliseconds(30'000);
  EXPECT_EQ(connection_.CheckTimeouts(now_), Connection::Expiry::kNone);
  now_ += milliseconds(1);
  EXPECT_EQ(connection_.CheckTimeouts(now_), Connection::Expiry::kClose);
  EXPECT_EQ(counters_.slow_readers.Get(), 1U);
}

TEST_F(HttpConnectionTest, ClosesAfterTheNextAnswerWhenStopping) {
  connection_.CloseAfterNextAnswer();
  Receive(std::string(kGet) + std::string(kGet));
  const std::string out = Take();
  EXPECT_EQ(CountOf(out, "200 OK"), 1);
  EXPECT_NE(out.find("Connection: close"), out.npos);
}

}  // namespace
}  // namespace fajma::http
