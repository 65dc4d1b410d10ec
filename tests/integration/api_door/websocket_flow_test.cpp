// Slow readers, floods, silence, pauses: what one client does must not be felt by another.
#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <thread>
#include <vector>

#include "tests/integration/api_door/door.h"

namespace fajma::testing {
namespace {

using ws::ConnectionId;

// Runs `work` in the loop's thread and waits for it.
template <typename Work>
void InLoop(ws::Loop& loop, Work work) {
  std::atomic<bool> done{false};
  ASSERT_TRUE(loop.Post([&] {
    work();
    done = true;
    done.notify_all();
  }));
  done.wait(false);
}

TEST(WebSocketFlow, ClosesASlowReaderWith1013WhileOthersGetEverything) {
  ws::LoopOptions options;
  options.max_queued_bytes = 256 * 1024;
  Door door({}, options);
  WsClient slow = door.OpenWebSocket(4096);
  std::vector<WsClient> others;
  for (int i = 0; i < 3; ++i) others.push_back(door.OpenWebSocket());
  ASSERT_TRUE(Eventually([&] { return door.log.opened == 4; }));
  const std::vector<ConnectionId> ids = door.log.Ids();

  constexpr int kRounds = 400;
  for (int round = 0; round < kRounds; ++round) {
    const ws::Frame frame = ws::EncodeTextFrame(std::to_string(round) + std::string(20'000, '.'));
    InLoop(door.loop, [&] { door.loop.Broadcast(ids, frame); });
    for (WsClient& other : others) {
      ASSERT_TRUE(other.ReceiveText().starts_with(std::to_string(round) + "."));
    }
  }
  EXPECT_EQ(door.loop.GetStatistics().closed_slow, 1U);
  EXPECT_EQ(slow.ReceiveClose(), 1013);
  EXPECT_TRUE(Eventually([&] { return door.log.last_close_code == 1013; }));
  EXPECT_EQ(door.loop.GetStatistics().open, 3U);
}

TEST(WebSocketFlow, KeepsOneMebibyteForASlowReaderUnlessToldOtherwise) {
  Door door;
  WsClient slow = door.OpenWebSocket(4096);
  ASSERT_TRUE(Eventually([&] { return door.log.opened == 1; }));
  const ConnectionId id = door.log.Ids().at(0);
  const ws::Frame frame = ws::EncodeTextFrame(std::string(32 * 1024, '.'));
  std::size_t most = 0;
  for (bool open = true; open;) {
    InLoop(door.loop, [&] {
      ws::Connection* connection = door.loop.Find(id);
      open = connection != nullptr && connection->Send(frame);
      if (open) most = std::max(most, connection->queued_bytes());
    });
  }
  EXPECT_LE(most, 1024U * 1024);
  EXPECT_GT(most, 1024U * 1024 - frame->size() - 1);
  EXPECT_EQ(slow.ReceiveClose(), 1013);
}

TEST(WebSocketFlow, GivesAReaderThatKeepsUpMoreThanTheLimitInOneTurn) {
  ws::LoopOptions options;
  options.max_queued_bytes = 64 * 1024;
  Door door({}, options);
  WsClient client = door.OpenWebSocket();
  std::jthread reader([&] {
    for (int i = 0; i < 60; ++i) ASSERT_EQ(client.ReceiveText().size(), 10'000U);
  });
  client.SendText("!burst 60 10000");
  reader.join();
  EXPECT_EQ(door.loop.GetStatistics().closed_slow, 0U);
}

TEST(WebSocketFlow, SendsAllFramesOfATurnByOneWrite) {
  Door door;
  WsClient client = door.OpenWebSocket();
  ASSERT_TRUE(Eventually([&] { return door.log.opened == 1; }));
  client.SendText("x");
  client.ReceiveText();
  ASSERT_TRUE(Eventually([&] { return door.loop.GetStatistics().frames_out == 1; }));
  const auto before = door.loop.GetStatistics();
  client.SendText("!burst 60 100");
  for (int i = 0; i < 60; ++i) ASSERT_EQ(client.ReceiveText(), std::string(100, 'b'));
  ASSERT_TRUE(Eventually([&] { return door.loop.GetStatistics().frames_out == before.frames_out + 60; }));
  EXPECT_EQ(door.loop.GetStatistics().writes, before.writes + 1);
}

TEST(WebSocketFlow, EchoesInTimeBesideAFlood) {
  Door door;
  std::atomic<bool> stop{false};
  std::vector<std::jthread> flooders;
  for (int i = 0; i < 2; ++i) {
    flooders.emplace_back([&] {
      WsClient client = door.OpenWebSocket();
      std::string flood;
      for (int j = 0; j < 2'000; ++j) flood += EncodeClientFrame(kPongFrame, "noise");
      while (!stop) client.socket().Send(flood);
    });
  }
  WsClient client = door.OpenWebSocket();
  for (int i = 0; i < 200; ++i) {
    client.SendText(std::to_string(i));
    ASSERT_EQ(client.ReceiveText(milliseconds(5'000)), std::to_string(i));
  }
  stop = true;
}

TEST(WebSocketFlow, TakesAQuietSocketsMessageBeforeTheRestOfAFlood) {
  Door door;
  std::vector<WsClient> flooders;
  for (int i = 0; i < 3; ++i) flooders.push_back(door.OpenWebSocket());
  WsClient quiet = door.OpenWebSocket();
  ASSERT_TRUE(Eventually([&] { return door.log.opened == 4; }));
  std::string flood;
  for (int i = 0; i < 1'000; ++i) flood += EncodeClientFrame(kPongFrame, "noise");
  // All is there before the loop looks again.
  InLoop(door.loop, [&] {
    for (WsClient& flooder : flooders) flooder.socket().Send(flood);
    quiet.SendText("!frames");
  });
  EXPECT_LT(std::stoi(quiet.ReceiveText()), 1'000) << "of the 3,000 of the flood";
  EXPECT_TRUE(Eventually([&] { return door.loop.GetStatistics().frames_in == 3'001; }));
}

TEST(WebSocketFlow, ClosesAClientThatFloodsAndDoesNotRead) {
  ws::LoopOptions options;
  options.close_timeout = milliseconds(200);
  options.max_queued_bytes = 64 * 1024;
  Door door({}, options);
  WsClient client = door.OpenWebSocket(4096);
  std::string flood;
  for (int i = 0; i < 100; ++i) flood += EncodeClientFrame(kTextFrame, std::string(10'000, 'x'));
  try {
    while (client.socket().Send(flood, milliseconds(500))) {
    }
  } catch (const TimedOut&) {  // the server has stopped reading, or closed
  }
  EXPECT_TRUE(Eventually([&] { return door.loop.GetStatistics().closed_slow == 1; }));
}

TEST(WebSocketFlow, CutsOffAClientThatFloodsBehindTheClose) {
  ws::LoopOptions options;
  options.close_timeout = std::chrono::minutes(10);
  options.max_queued_bytes = 64 * 1024;
  Door door({}, options);
  WsClient client = door.OpenWebSocket();
  client.SendText("!close 1000");
  EXPECT_EQ(client.ReceiveClose(), 1000);
  const std::string flood = EncodeClientFrame(kTextFrame, std::string(10'000, 'x'));
  while (client.socket().Send(flood)) {
  }
  EXPECT_TRUE(Eventually([&] { return door.server.GetStatistics().connections_open == 0; }));
}

TEST(WebSocketFlow, PausesAndResumesWithoutLosingAMessage) {
  Door door;
  WsClient client = door.OpenWebSocket();
  std::string messages;
  for (int i = 0; i < 500; ++i) {
    messages += EncodeClientFrame(kTextFrame, "!pause");
    messages += EncodeClientFrame(kTextFrame, std::to_string(i));
  }
  client.socket().Send(messages);
  for (int i = 0; i < 500; ++i) ASSERT_EQ(client.ReceiveText(), std::to_string(i));
}

TEST(WebSocketFlow, DoesNotReadFromAPausedConnection) {
  ws::LoopOptions options;
  options.ping_interval = milliseconds(50);
  options.idle_timeout = milliseconds(200);
  Door door({}, options);
  WsClient client = door.OpenWebSocket();
  ASSERT_TRUE(Eventually([&] { return door.log.opened == 1; }));
  const ConnectionId id = door.log.Ids().at(0);
  InLoop(door.loop, [&] { door.loop.Find(id)->PauseReading(); });
  client.SendText("later");
  // Pings go on and it is not taken for idle, but its message waits.
  for (int i = 0; i < 10; ++i) ASSERT_EQ(client.Receive().opcode, kPingFrame);
  InLoop(door.loop, [&] { door.loop.Find(id)->ResumeReading(); });
  EXPECT_EQ(client.ReceiveText(), "later");
}

TEST(WebSocketFlow, PingsAndKeepsWhoAnswers) {
  ws::LoopOptions options;
  options.ping_interval = milliseconds(50);
  options.idle_timeout = milliseconds(1'000);
  Door door({}, options);
  WsClient client = door.OpenWebSocket();
  const auto end = std::chrono::steady_clock::now() + milliseconds(1'500);
  while (std::chrono::steady_clock::now() < end) {
    const WsFrame frame = client.Receive();
    ASSERT_EQ(frame.opcode, kPingFrame);
    client.SendFrame(kPongFrame, frame.payload);
  }
  EXPECT_EQ(door.loop.GetStatistics().closed_idle, 0U);
}

TEST(WebSocketFlow, ClosesWhoIsSilent) {
  ws::LoopOptions options;
  options.ping_interval = milliseconds(50);
  options.idle_timeout = milliseconds(200);
  Door door({}, options);
  WsClient client = door.OpenWebSocket();
  EXPECT_EQ(client.ReceiveClose(), 1001);
  EXPECT_TRUE(client.Ended());
  EXPECT_EQ(door.loop.GetStatistics().closed_idle, 1U);
}

TEST(WebSocketFlow, DoesNotWaitForeverForAClose) {
  ws::LoopOptions options;
  options.close_timeout = milliseconds(100);
  Door door({}, options);
  WsClient client = door.OpenWebSocket();
  client.SendText("!close 1000");
  EXPECT_EQ(client.ReceiveClose(), 1000);
  // The client neither answers nor goes, but sends on: its place is given back all the same.
  EXPECT_TRUE(Eventually([&] {
    client.SendText("?");
    return door.server.GetStatistics().connections_open == 0;
  }));
}

TEST(WebSocketFlow, TakesPostsFromManyThreadsInTheirOrder) {
  Door door;
  constexpr int kThreads = 4;
  constexpr int kPosts = 5'000;
  std::vector<int> last(kThreads, -1);  // loop thread only
  std::atomic<int> wrong{0};
  std::atomic<int> done{0};
  {
    std::vector<std::jthread> threads;
    for (int thread = 0; thread < kThreads; ++thread) {
      threads.emplace_back([&, thread] {
        for (int i = 0; i < kPosts; ++i) {
          door.loop.Post([&, thread, i] {
            int& previous = last[static_cast<std::size_t>(thread)];
            if (previous != i - 1) ++wrong;
            previous = i;
            ++done;
          });
        }
      });
    }
  }
  EXPECT_TRUE(Eventually([&] { return done == kThreads * kPosts; }));
  EXPECT_EQ(wrong, 0);
}

TEST(WebSocketFlow, NeverUsesAnIdAgain) {
  Door door;
  for (int i = 0; i < 20; ++i) {
    WsClient client = door.OpenWebSocket();
    client.SendText("!id");
    EXPECT_EQ(client.ReceiveText(), std::to_string(i + 1));
  }
  ASSERT_TRUE(Eventually([&] { return door.log.closed == 20; }));
  InLoop(door.loop, [&] {
    for (const ConnectionId id : door.log.Ids()) EXPECT_EQ(door.loop.Find(id), nullptr);
  });
}

}  // namespace
}  // namespace fajma::testing
