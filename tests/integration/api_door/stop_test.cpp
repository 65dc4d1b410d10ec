// The end: what was begun is finished, nobody is left hanging.
#include <gtest/gtest.h>

#include <string>
#include <thread>
#include <vector>

#include "tests/integration/api_door/door.h"

namespace fajma::testing {
namespace {

TEST(Stop, SendsEveryWebSocket1001) {
  Door door;
  std::vector<WsClient> clients;
  for (int i = 0; i < 50; ++i) clients.push_back(door.OpenWebSocket());
  ASSERT_TRUE(Eventually([&] { return door.log.opened == 50; }));
  std::jthread stopper([&] { door.loop.Stop(); });
  for (WsClient& client : clients) {
    EXPECT_EQ(client.ReceiveClose(), 1001);
    EXPECT_TRUE(client.Ended());
    client.socket().EndSending();
  }
  clients.clear();
  stopper.join();
  EXPECT_EQ(door.log.closed, 50);
  EXPECT_EQ(door.loop.GetStatistics().closed_stopping, 50U);
  EXPECT_FALSE(door.loop.Post([] {}));
}

TEST(Stop, IsBoundedWhenAClientDoesNotGo) {
  ws::LoopOptions options;
  options.stop_timeout = milliseconds(100);
  Door door({}, options);
  WsClient stubborn = door.OpenWebSocket(4096);
  stubborn.SendText("!burst 90 10000");
  ASSERT_TRUE(Eventually([&] { return door.loop.GetStatistics().writes > 1; }));
  door.loop.Stop();
  EXPECT_EQ(door.log.closed, 1);
}

TEST(Stop, RunsWhatWasPostedBefore) {
  Door door;
  std::atomic<int> ran{0};
  for (int i = 0; i < 1'000; ++i) door.loop.Post([&] { ++ran; });
  door.loop.Stop();
  EXPECT_EQ(ran, 1'000);
}

TEST(Stop, ClosesASocketThatComesTooLate) {
  Door door;
  door.loop.Stop();
  RawSocket socket = door.Connect();
  socket.Send(UpgradeRequest("/ws/test"));
  EXPECT_EQ(socket.ReceiveAll(), "");
  EXPECT_EQ(door.log.opened, 0);
}

TEST(Stop, LetsAnAnswerThatWasBegunLeaveAndClosesTheIdle) {
  Door door;
  RawSocket idle = door.Connect();
  idle.Send(GetRequest("/a"));
  EXPECT_EQ(idle.ReceiveAnswer().status, 200);
  RawSocket large(door.port(), "127.0.0.1", 4096);
  large.Send(GetRequest("/large?bytes=9000000"));
  ASSERT_TRUE(Eventually([&] { return door.server.GetStatistics().requests == 2; }));
  const std::jthread stopper([&] { door.server.Stop(); });
  EXPECT_EQ(idle.ReceiveAll(), "");
  EXPECT_EQ(large.ReceiveAnswer().body.size(), 9'000'000U);
  EXPECT_EQ(large.ReceiveAll(), "");
  EXPECT_TRUE(Eventually([&] { return door.server.GetStatistics().connections_open == 0; }));
}

TEST(Stop, WaitsForAHandler) {
  Door door;
  RawSocket busy = door.Connect();
  busy.Send(GetRequest("/wait"));
  ASSERT_TRUE(Eventually([&] { return door.handler->waiting() == 1; }));
  std::jthread stopper([&] { door.server.Stop(); });
  door.handler->Release();
  EXPECT_EQ(busy.ReceiveAnswer().status, 200);
  EXPECT_EQ(busy.ReceiveAll(), "");
  stopper.join();
  EXPECT_THROW(door.Connect(), std::runtime_error);
}

TEST(Stop, IsBoundedWhenAClientDoesNotRead) {
  http::Options options;
  options.stop_timeout = milliseconds(100);
  Door door(options);
  RawSocket slow(door.port(), "127.0.0.1", 4096);
  slow.Send(GetRequest("/large?bytes=30000000"));
  ASSERT_TRUE(Eventually([&] { return door.server.GetStatistics().requests == 1; }));
  door.server.Stop();
}

TEST(Stop, LeavesNoDescriptorOpenThatItsClientsWouldWaitFor) {
  auto door = std::make_unique<Door>();
  std::vector<RawSocket> sockets;
  for (int i = 0; i < 20; ++i) {
    sockets.push_back(door->Connect());
    sockets.back().Send(GetRequest("/a"));
    sockets.back().ReceiveAnswer();
  }
  WsClient client = door->OpenWebSocket();
  std::jthread leaver([&] {
    client.ReceiveClose();
    client.socket().EndSending();
  });
  door.reset();
  for (RawSocket& socket : sockets) EXPECT_EQ(socket.ReceiveAll(), "");
}

TEST(Stop, HappensUnderLoadWithoutHarm) {
  for (int round = 0; round < 10; ++round) {
    auto door = std::make_unique<Door>();
    std::atomic<bool> stop{false};
    std::vector<std::jthread> clients;
    for (int i = 0; i < 4; ++i) {
      clients.emplace_back([&, port = door->port()] {
        while (!stop) {
          try {
            RawSocket socket(port);
            for (int j = 0; j < 5; ++j) {
              socket.Send(GetRequest("/a"));
              socket.ReceiveAnswer();
            }
            WsClient client(port, "/ws/x");
            client.SendText("x");
            client.ReceiveText();
          } catch (const std::runtime_error&) {  // it has stopped, or is about to
          }
        }
      });
    }
    ASSERT_TRUE(Eventually([&] { return door->log.opened > 5; }));
    door.reset();
    stop = true;
  }
}

}  // namespace
}  // namespace fajma::testing
