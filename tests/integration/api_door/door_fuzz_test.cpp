// Random bytes at both doors, with a fixed seed: they must go on serving.
#include <gtest/gtest.h>

#include <random>
#include <string>

#include "tests/integration/api_door/door.h"

namespace fajma::testing {
namespace {

std::string Mutate(std::string bytes, std::mt19937& random) {
  for (std::size_t i = 1 + random() % 5; i > 0 && !bytes.empty(); --i) {
    const std::size_t at = random() % bytes.size();
    switch (random() % 3) {
      case 0:
        bytes[at] = static_cast<char>(random());
        break;
      case 1:
        bytes.erase(at, 1 + random() % 10);
        break;
      default:
        bytes.insert(at, bytes.substr(random() % bytes.size(), random() % 50));
        break;
    }
  }
  return bytes;
}

TEST(DoorFuzz, HttpSurvivesRandomBytes) {
  Door door;
  std::mt19937 random(1);
  const std::string seed = "POST /x?a=%20 HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nhello" + GetRequest("/a") +
                           UpgradeRequest("/ws/x") + EncodeClientFrame(kTextFrame, "!burst 3 100");
  for (int round = 0; round < 3'000; ++round) {
    RawSocket socket = door.Connect();
    socket.Send(Mutate(seed, random));
    if (round % 2 == 0) continue;
    socket.EndSending();
    socket.ReceiveAll();
  }
  EXPECT_EQ(door.Get("/a").status, 200);
  EXPECT_TRUE(Eventually([&] { return door.server.GetStatistics().connections_open == 0; }));
}

TEST(DoorFuzz, WebSocketSurvivesRandomFrames) {
  Door door;
  std::mt19937 random(2);
  const std::string seed =
      EncodeClientFrame(kTextFrame, "!pause") + EncodeClientFrame(kTextFrame, "un", {.fin = false}) +
      EncodeClientFrame(kPingFrame, "p") + EncodeClientFrame(kContinuationFrame, "deux") +
      EncodeClientFrame(kBinaryFrame, std::string(5'000, 'b')) + EncodeClientFrame(kTextFrame, "!burst 20 3000") +
      EncodeClientFrame(kTextFrame, "!throw") + EncodeClientFrame(kCloseFrame, ClosePayload(1000));
  for (int round = 0; round < 3'000; ++round) {
    RawSocket socket = door.Connect();
    socket.Send(UpgradeRequest("/ws/x") + Mutate(seed, random));
    if (round % 3 == 0) socket.Reset();
    if (round % 3 == 1) continue;
    if (round % 3 == 2) {
      socket.EndSending();
      socket.ReceiveAll();
    }
  }
  WsClient client = door.OpenWebSocket();
  client.SendText("still here");
  EXPECT_EQ(client.ReceiveText(), "still here");
  EXPECT_TRUE(Eventually([&] { return door.log.opened == door.log.closed + 1; }));
}

}  // namespace
}  // namespace fajma::testing
