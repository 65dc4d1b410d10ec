// From HTTP to WebSocket.
#include <gtest/gtest.h>

#include <string>

#include "tests/integration/api_door/door.h"

namespace fajma::testing {
namespace {

TEST(Upgrade, ShakesHandsAndEchoes) {
  Door door;
  WsClient client(door.port(), "/ws/test", "Sec-WebSocket-Protocol: arduino\r\n");
  EXPECT_EQ(client.handshake().Header("Sec-WebSocket-Protocol"), "arduino");
  EXPECT_EQ(client.handshake().Header("Upgrade"), "websocket");
  client.SendText("bonjour");
  EXPECT_EQ(client.ReceiveText(), "bonjour");
  EXPECT_EQ(door.server.GetStatistics().connections_detached, 1U);
  EXPECT_EQ(door.loop.GetStatistics().open, 1U);
}

TEST(Upgrade, WorksOnAReusedConnectionWithFramesInTheSamePacket) {
  Door door;
  RawSocket socket = door.Connect();
  socket.Send(GetRequest("/a"));
  EXPECT_EQ(socket.ReceiveAnswer().status, 200);
  socket.Send(UpgradeRequest("/ws/test") + EncodeClientFrame(kTextFrame, "early") +
              EncodeClientFrame(kTextFrame, "bird").substr(0, 7));
  WsClient client(std::move(socket));
  EXPECT_EQ(client.ReceiveText(), "early");
  client.socket().Send(EncodeClientFrame(kTextFrame, "bird").substr(7));
  EXPECT_EQ(client.ReceiveText(), "bird");
}

TEST(Upgrade, ComesBehindTheAnswersToPipelinedRequests) {
  Door door;
  RawSocket socket = door.Connect();
  socket.Send(GetRequest("/a") + GetRequest("/large?bytes=5000000") + UpgradeRequest("/ws/test") +
              EncodeClientFrame(kTextFrame, "early"));
  EXPECT_EQ(socket.ReceiveAnswer().body, "GET /a ");
  EXPECT_EQ(socket.ReceiveAnswer().body.size(), 5'000'000U);
  WsClient client(std::move(socket));
  EXPECT_EQ(client.ReceiveText(), "early");
}

TEST(Upgrade, IsRefusedByTheHandlersAnswer) {
  Door door;
  RawSocket socket = door.Connect();
  socket.Send(UpgradeRequest("/elsewhere") + EncodeClientFrame(kTextFrame, "x"));
  const HttpAnswer answer = socket.ReceiveAnswer();
  EXPECT_EQ(answer.status, 403);
  EXPECT_EQ(answer.body, "{\"detail\":\"Forbidden.\"}");
  EXPECT_EQ(socket.ReceiveAll(), "");
}

TEST(Upgrade, IsRefusedWhenItsFormIsWrong) {
  Door door;
  const auto status = [&](std::string from, std::string to) {
    std::string request = UpgradeRequest("/ws/test");
    request.replace(request.find(from), from.size(), to);
    RawSocket socket = door.Connect();
    socket.Send(request);
    return socket.ReceiveAnswer().status;
  };
  EXPECT_EQ(status("GET", "POST"), 400);
  EXPECT_EQ(status("Version: 13", "Version: 8"), 426);
  EXPECT_EQ(status("Key: dGhl", "Key: "), 400);
  EXPECT_EQ(status("Connection: Upgrade\r\n", ""), 400);
  EXPECT_EQ(status("Upgrade: websocket\r\n", ""), 200);  // an ordinary request then
  EXPECT_EQ(status("HTTP/1.1", "HTTP/1.0"), 200);
  EXPECT_EQ(status("/ws/test", "/throw"), 500);
}

TEST(Upgrade, SurvivesAClientThatGoesAtOnce) {
  Door door;
  for (int i = 0; i < 100; ++i) {
    RawSocket socket = door.Connect();
    socket.Send(UpgradeRequest("/ws/test"));
    if (i % 2 == 0) socket.Reset();
  }
  WsClient client = door.OpenWebSocket();
  client.SendText("still here");
  EXPECT_EQ(client.ReceiveText(), "still here");
  EXPECT_TRUE(Eventually([&] { return door.server.GetStatistics().connections_open == 1; }));
}

}  // namespace
}  // namespace fajma::testing
