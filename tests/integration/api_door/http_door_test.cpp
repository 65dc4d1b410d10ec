// What a well-meaning client gets.
#include <gtest/gtest.h>

#include <string>

#include "tests/integration/api_door/door.h"

namespace fajma::testing {
namespace {

TEST(HttpDoor, AnswersAndKeepsTheConnection) {
  Door door;
  RawSocket socket = door.Connect();
  for (int i = 0; i < 3; ++i) {
    socket.Send(GetRequest("/caf%C3%A9?a=1+2"));
    const HttpAnswer answer = socket.ReceiveAnswer();
    EXPECT_EQ(answer.status, 200);
    EXPECT_EQ(answer.body, "GET /café a=1 2 ");
    EXPECT_EQ(answer.Header("Connection"), "keep-alive");
    EXPECT_EQ(answer.Header("Server"), "fajma");
    EXPECT_TRUE(answer.Header("Date").ends_with(" GMT"));
  }
  EXPECT_EQ(door.server.GetStatistics().connections_accepted, 1U);
}

TEST(HttpDoor, ClosesWhenAskedTo) {
  Door door;
  RawSocket socket = door.Connect();
  socket.Send(GetRequest("/a", "Connection: close\r\n"));
  EXPECT_EQ(socket.ReceiveAnswer().Header("Connection"), "close");
  EXPECT_EQ(socket.ReceiveAll(), "");
}

TEST(HttpDoor, ServesHttp10) {
  Door door;
  RawSocket closing = door.Connect();
  closing.Send("GET /a HTTP/1.0\r\n\r\n");
  EXPECT_EQ(closing.ReceiveAnswer().Header("Connection"), "close");
  EXPECT_EQ(closing.ReceiveAll(), "");
  RawSocket kept = door.Connect();
  for (int i = 0; i < 2; ++i) {
    kept.Send("GET /a HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
    EXPECT_EQ(kept.ReceiveAnswer().Header("Connection"), "keep-alive");
  }
}

TEST(HttpDoor, AnswersAClientThatEndsItsSending) {
  Door door;
  RawSocket socket = door.Connect();
  socket.Send(GetRequest("/a") + GetRequest("/large?bytes=3000000"));
  socket.EndSending();
  EXPECT_EQ(socket.ReceiveAnswer().body, "GET /a ");
  EXPECT_EQ(socket.ReceiveAnswer().body.size(), 3'000'000U);
  EXPECT_EQ(socket.ReceiveAll(), "");
}

TEST(HttpDoor, AnswersAllPipelinedRequestsInOrder) {
  Door door;
  RawSocket socket = door.Connect();
  std::string requests;
  for (int i = 0; i < 1'000; ++i) requests += GetRequest("/" + std::to_string(i));
  socket.Send(requests);
  for (int i = 0; i < 1'000; ++i) {
    ASSERT_EQ(socket.ReceiveAnswer().body, "GET /" + std::to_string(i) + " ");
  }
}

TEST(HttpDoor, TakesARequestOneByteAtATime) {
  Door door;
  RawSocket socket = door.Connect();
  const std::string request = "POST /x HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\n\r\nhello";
  for (const char c : request) socket.Send({&c, 1});
  EXPECT_EQ(socket.ReceiveAnswer().body, "POST /x hello");
}

TEST(HttpDoor, TakesALargeBody) {
  Door door;
  RawSocket socket = door.Connect();
  const std::string body(1024 * 1024, 'b');
  socket.Send("POST /x HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1048576\r\n\r\n" + body);
  EXPECT_EQ(socket.ReceiveAnswer().body, "POST /x " + body);
}

TEST(HttpDoor, WaitsForABodyThatIsAnnounced) {
  Door door;
  RawSocket socket = door.Connect();
  socket.Send("POST /x HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n");
  EXPECT_EQ(socket.ReceiveUntil("\r\n\r\n"), "HTTP/1.1 100 Continue\r\n\r\n");
  socket.Send("ok");
  EXPECT_EQ(socket.ReceiveAnswer().body, "POST /x ok");
}

TEST(HttpDoor, AnswersHeadWithTheHeadersOfGet) {
  Door door;
  RawSocket socket = door.Connect();
  socket.Send("HEAD /large?bytes=77 HTTP/1.1\r\nHost: localhost\r\n\r\n" + GetRequest("/next"));
  EXPECT_EQ(socket.ReceiveAnswer(false).Header("Content-Length"), "77");
  EXPECT_EQ(socket.ReceiveAnswer().body, "GET /next ");
}

TEST(HttpDoor, LetsTheHandlerAnswerOptions) {
  Door door;
  RawSocket socket = door.Connect();
  socket.Send("OPTIONS * HTTP/1.1\r\nHost: localhost\r\n\r\n");
  EXPECT_EQ(socket.ReceiveAnswer().body, "OPTIONS * ");
}

TEST(HttpDoor, SendsALargeSharedBodyWhole) {
  Door door;
  const HttpAnswer answer = door.Get("/large?bytes=20000000");
  EXPECT_EQ(answer.body, std::string(20'000'000, 'x'));
}

TEST(HttpDoor, AnswersAnExceptionWithoutItsWords) {
  http::Options options;
  std::atomic<int> told{0};
  options.on_error = [&](std::string_view where, std::string_view what) {
    told += where == "GET /throw" && what == "the disk is on fire" ? 1 : 100;
  };
  Door door(options);
  const HttpAnswer answer = door.Get("/throw");
  EXPECT_EQ(answer.status, 500);
  EXPECT_EQ(answer.body, "{\"detail\":\"Internal server error.\"}");
  EXPECT_EQ(told, 1);
  EXPECT_EQ(door.server.GetStatistics().handler_errors, 1U);
}

TEST(HttpDoor, ListensOnIpv6) {
  http::Options options;
  options.address = "[::1]:0";
  Door door(options);
  RawSocket socket(door.port(), "::1");
  socket.Send(GetRequest("/six"));
  EXPECT_EQ(socket.ReceiveAnswer().body, "GET /six ");
}

TEST(HttpDoor, RefusesAnAddressThatIsNone) {
  for (const char* address :
       {"", "localhost", "localhost:", ":80", "localhost:x", "localhost:99999", "[::1]", "999.1.1.1:80"}) {
    http::Options options;
    options.address = address;
    EXPECT_THROW(http::Server(options, std::make_shared<DoorHandler>(), {}), std::runtime_error) << address;
  }
}

TEST(HttpDoor, RefusesAnAddressInUse) {
  Door door;
  http::Options options;
  options.address = "127.0.0.1:" + std::to_string(door.port());
  EXPECT_THROW(http::Server(options, std::make_shared<DoorHandler>(), {}), std::runtime_error);
}

TEST(HttpDoor, CountsWhatItDid) {
  Door door;
  door.Get("/a");
  door.Get("/throw");
  door.Get("/%zz");
  const http::Statistics statistics = door.server.GetStatistics();
  EXPECT_EQ(statistics.connections_accepted, 3U);
  EXPECT_EQ(statistics.requests, 2U);
  EXPECT_EQ(statistics.responses_by_class[2], 1U);
  EXPECT_EQ(statistics.responses_by_class[4], 1U);
  EXPECT_EQ(statistics.responses_by_class[5], 1U);
  EXPECT_EQ(statistics.refused_bad_request, 1U);
  EXPECT_TRUE(Eventually([&] { return door.server.GetStatistics().connections_open == 0; }));
}

}  // namespace
}  // namespace fajma::testing
