// Thousands of open sockets beside one another.
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <algorithm>
#include <chrono>
#include <string>
#include <thread>
#include <vector>

#include "tests/integration/api_door/door.h"

namespace fajma::testing {
namespace {

// 5,000, or what the limit of descriptors allows when both ends are in this process.
std::size_t HowMany() {
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
  ::getrlimit(RLIMIT_NOFILE, &limit);
  return std::min<std::size_t>(5'000, (limit.rlim_cur - 500) / 2);
}

TEST(ManySockets, AreHeldOpenWhileARequestIsAnsweredQuickly) {
  const std::size_t count = HowMany();
  ASSERT_GE(count, 200U);
  http::Options options;
  options.header_timeout = std::chrono::minutes(10);  // they say nothing while the others connect
  Door door(options);
  ASSERT_GE(door.server.max_connections(), count);
  std::vector<RawSocket> sockets;
  for (std::size_t i = 0; i < count; ++i) sockets.push_back(door.Connect());
  ASSERT_TRUE(Eventually([&] { return door.server.GetStatistics().connections_open == count; }));
  for (int i = 0; i < 20; ++i) {
    const auto begin = std::chrono::steady_clock::now();
    ASSERT_EQ(door.Get("/a").status, 200);
    EXPECT_LT(std::chrono::steady_clock::now() - begin, milliseconds(5'000));
  }
  for (std::size_t i = 0; i < count; i += 97) {
    sockets[i].Send(GetRequest("/still/open"));
    ASSERT_EQ(sockets[i].ReceiveAnswer().status, 200);
  }
}

TEST(ManySockets, AllGetABroadcast) {
  const std::size_t count = std::min<std::size_t>(HowMany(), 2'000);
  Door door;
  std::vector<WsClient> clients;
  for (std::size_t i = 0; i < count; ++i) clients.push_back(door.OpenWebSocket());
  ASSERT_TRUE(Eventually([&] { return door.log.opened == static_cast<int>(count); }));
  const ws::Frame frame = ws::EncodeTextFrame("alerte");
  door.loop.Post([&, ids = door.log.Ids()] { door.loop.Broadcast(ids, frame); });
  for (WsClient& client : clients) ASSERT_EQ(client.ReceiveText(), "alerte");
  EXPECT_EQ(door.server.GetStatistics().connections_open, count);
}

// Pistache's queue of new connections can lose a wake-up: none may wait for the next one.
TEST(ManySockets, NoneIsForgottenInABurstOfConnections) {
  http::Options options;
  options.workers = 2;
  Door door(options);
  std::vector<std::jthread> threads;
  std::atomic<int> answered{0};
  for (int thread = 0; thread < 4; ++thread) {
    threads.emplace_back([&] {
      for (int i = 0; i < 500; ++i) {
        if (door.Get("/a").status == 200) ++answered;
      }
    });
  }
  threads.clear();
  EXPECT_EQ(answered, 2'000);
}

}  // namespace
}  // namespace fajma::testing
