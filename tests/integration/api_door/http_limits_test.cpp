// What an ill-meaning or broken client gets, and that the others do not notice.
#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <vector>

#include "tests/integration/api_door/door.h"

namespace fajma::testing {
namespace {

// Sends it; the answer must be the only one, and close.
int RefusalOf(const Door& door, const std::string& request) {
  RawSocket socket = door.Connect();
  socket.Send(request);
  const HttpAnswer answer = socket.ReceiveAnswer();
  EXPECT_EQ(answer.Header("Connection"), "close");
  EXPECT_TRUE(answer.body.starts_with("{\"detail\":\"")) << answer.body;
  EXPECT_EQ(socket.ReceiveAll(), "");
  return answer.status;
}

std::string With(const std::string& headers, const std::string& rest = GetRequest("/smuggled")) {
  return "POST / HTTP/1.1\r\nHost: localhost\r\n" + headers + "\r\n" + rest;
}

TEST(HttpLimits, ClosesBehindEveryRefusal) {
  Door door;
  EXPECT_EQ(RefusalOf(door, With("Content-Length: abc\r\n")), 400);
  EXPECT_EQ(RefusalOf(door, With("Content-Length: 3\r\nContent-Length: 4\r\n")), 400);
  EXPECT_EQ(RefusalOf(door, With("Content-Length: 3\r\nTransfer-Encoding: chunked\r\n")), 400);
  EXPECT_EQ(RefusalOf(door, With("Transfer-Encoding: chunked\r\n", "0\r\n\r\n")), 411);
  EXPECT_EQ(RefusalOf(door, With("Content-Length: 99999999999999999999\r\n")), 413);
  EXPECT_EQ(RefusalOf(door, With("Expect: a miracle\r\n")), 417);
  EXPECT_EQ(RefusalOf(door, With("X: a\r\n folded\r\n")), 400);
  EXPECT_EQ(RefusalOf(door, "GET /%zz HTTP/1.1\r\nHost: a\r\n\r\n" + GetRequest("/b")), 400);
  EXPECT_EQ(RefusalOf(door, "GET / HTTP/1.1\r\n\r\n" + GetRequest("/b")), 400);
  EXPECT_EQ(RefusalOf(door, "BREW /coffee HTTP/1.1\r\nHost: a\r\n\r\n"), 501);
  EXPECT_EQ(RefusalOf(door, "GET / HTTP/3.0\r\nHost: a\r\n\r\n"), 505);
  EXPECT_EQ(RefusalOf(door, "GET / HTTP/1.1\nHost: a\n\n"), 400);
  EXPECT_EQ(RefusalOf(door, "\x16\x03\x01\x02 a TLS hello\n"), 400);
  EXPECT_EQ(door.server.GetStatistics().requests, 0U);
}

TEST(HttpLimits, BoundsHeadAndTarget) {
  Door door;
  EXPECT_EQ(RefusalOf(door, "GET /" + std::string(20'000, 'x')), 414);
  EXPECT_EQ(RefusalOf(door, "GET / HTTP/1.1\r\nX: " + std::string(20'000, 'x')), 431);
  EXPECT_EQ(door.server.GetStatistics().refused_head_too_large, 2U);
}

TEST(HttpLimits, LetsAClientReadTheRefusalOfABodyItGoesOnSending) {
  Door door;
  RawSocket socket = door.Connect();
  socket.Send("POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3000000\r\n\r\n");
  for (int i = 0; i < 30 && socket.Send(std::string(100'000, 'x')); ++i) {
  }
  EXPECT_EQ(socket.ReceiveAnswer().status, 413);
}

TEST(HttpLimits, DropsASlowHeadWhileOthersAreServed) {
  http::Options options;
  options.workers = 1;
  options.header_timeout = milliseconds(400);
  Door door(options);
  std::vector<RawSocket> slow;
  for (int i = 0; i < 50; ++i) {
    slow.push_back(door.Connect());
    slow.back().Send("GET / HTTP/1.1\r\nHost: ");
  }
  RawSocket silent = door.Connect();
  // They trickle on, byte by byte, and are dropped all the same; the others get their answers meanwhile.
  while (door.server.GetStatistics().timeouts < 50) {
    for (RawSocket& socket : slow) socket.Send("x");
    ASSERT_EQ(door.Get("/other").status, 200);
  }
  for (RawSocket& socket : slow) {
    EXPECT_EQ(socket.ReceiveAnswer().status, 408);
    EXPECT_EQ(socket.ReceiveAll(), "");
  }
  EXPECT_EQ(silent.ReceiveAll(), "");
}

TEST(HttpLimits, DropsASlowBody) {
  http::Options options;
  options.body_timeout = milliseconds(300);
  Door door(options);
  RawSocket socket = door.Connect();
  socket.Send("POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\nabc");
  EXPECT_EQ(socket.ReceiveAnswer().status, 408);
  EXPECT_EQ(socket.ReceiveAll(), "");
}

TEST(HttpLimits, ClosesAnIdleConnectionWithoutAWord) {
  http::Options options;
  options.keep_alive_timeout = milliseconds(300);
  Door door(options);
  RawSocket socket = door.Connect();
  socket.Send(GetRequest("/a"));
  EXPECT_EQ(socket.ReceiveAnswer().status, 200);
  EXPECT_EQ(socket.ReceiveAll(), "");
}

TEST(HttpLimits, DropsAClientThatDoesNotReadWhileOthersAreServed) {
  http::Options options;
  options.workers = 1;
  options.write_timeout = milliseconds(500);
  Door door(options);
  RawSocket slow(door.port(), "127.0.0.1", 4096);
  slow.Send(GetRequest("/large?bytes=30000000"));
  while (door.server.GetStatistics().slow_readers == 0) {
    ASSERT_EQ(door.Get("/other").status, 200);
  }
  EXPECT_TRUE(Eventually([&] { return door.server.GetStatistics().connections_open == 0; }));
}

TEST(HttpLimits, TakesNoMoreRequestsFromAClientThatDoesNotRead) {
  http::Options options;
  options.workers = 1;
  Door door(options);
  RawSocket slow(door.port(), "127.0.0.1", 4096);
  std::string requests;
  for (int i = 0; i < 200; ++i) requests += GetRequest("/large?bytes=1000000");
  slow.Send(requests);
  ASSERT_TRUE(Eventually([&] { return door.server.GetStatistics().requests > 0; }));
  for (int i = 0; i < 100; ++i) ASSERT_EQ(door.Get("/other").status, 200);
  // What the system's buffers took and a few more, far from 200.
  EXPECT_LT(door.server.GetStatistics().requests, 150U);
  for (int i = 0; i < 200; ++i) ASSERT_EQ(slow.ReceiveAnswer().body.size(), 1'000'000U) << i;
}

TEST(HttpLimits, LetsInNoMoreThanAgreed) {
  http::Options options;
  options.max_connections = 10;
  Door door(options);
  std::vector<RawSocket> sockets;
  for (int i = 0; i < 10; ++i) {
    sockets.push_back(door.Connect());
    sockets.back().Send(GetRequest("/a"));
    ASSERT_EQ(sockets.back().ReceiveAnswer().status, 200);
  }
  RawSocket refused = door.Connect();
  refused.Send(GetRequest("/a"));
  EXPECT_EQ(refused.ReceiveAll(), "");
  EXPECT_EQ(door.server.GetStatistics().connections_refused, 1U);
  sockets.pop_back();
  EXPECT_TRUE(Eventually([&] { return door.server.GetStatistics().connections_open == 9; }));
  EXPECT_EQ(door.Get("/a").status, 200);
}

TEST(HttpLimits, CountsDetachedSocketsAmongTheConnections) {
  http::Options options;
  options.max_connections = 2;
  Door door(options);
  WsClient first = door.OpenWebSocket();
  {
    WsClient second = door.OpenWebSocket();
    RawSocket refused = door.Connect();
    EXPECT_EQ(refused.ReceiveAll(), "");
  }
  EXPECT_TRUE(Eventually([&] { return door.server.GetStatistics().connections_open == 1; }));
  EXPECT_EQ(door.Get("/a").status, 200);
}

TEST(HttpLimits, SurvivesClientsThatResetAtAnyMoment) {
  Door door;
  const std::string request = GetRequest("/large?bytes=500000") + GetRequest("/a");
  for (std::size_t i = 0; i < request.size(); ++i) {
    RawSocket socket = door.Connect();
    socket.Send(request.substr(0, i));
    socket.Reset();
  }
  EXPECT_EQ(door.Get("/a").status, 200);
  EXPECT_TRUE(Eventually([&] { return door.server.GetStatistics().connections_open == 0; }));
}

}  // namespace
}  // namespace fajma::testing
