// `?apres=`: whoever comes back gets what was missed, once, in order.
#include <atomic>
#include <random>
#include <thread>
#include <vector>

#include "tests/integration/app/app_fixture.h"

namespace fajma::test {
namespace {

constexpr const char* kData = "fajma/v1/devices/aabbcc000001/data";

class Resume : public AppTest {
 protected:
  struct Got {
    Cursor cursor = 0;
    std::string frame;
  };
  // Reads frames with a cursor until `enough` says so or `count` have come; false: the socket ended.
  static void Read(WsClient& socket, std::vector<Got>& got, std::size_t count) {
    for (std::size_t i = 0; i < count;) {
      std::string frame = socket.ReceiveText();
      if (frame.find("\"cursor\":") == std::string::npos) {
        EXPECT_EQ(frame.find(R"("type":"gap")"), std::string::npos) << frame;
        continue;
      }
      const Cursor cursor = NumberIn(frame, "cursor");
      got.push_back({cursor, std::move(frame)});
      ++i;
    }
  }
};

// Values are numbered: each follows the one before it, over many connections.
TEST_F(Resume, RandomDisconnectsMissNothingAndRepeatNothing) {
  settings_.device_rate = 0;
  Start();
  constexpr int kMessages = 1'200;
  std::jthread publisher([this] {
    MqttClient device(broker_.port(), "device");
    for (int i = 0; i < kMessages; ++i) {
      device.Publish(kData, R"({"glucose":)" + std::to_string(100 + i % 50) + R"(,"temperature":)" +
                                std::to_string(36 + i * 0.001) + "}");
    }
  });
  std::mt19937 random(5);
  std::vector<Got> got;
  int readings = 0;
  int connections = 0;
  while (readings < kMessages) {
    const std::string after = std::to_string(got.empty() ? 0 : got.back().cursor);
    WsClient socket = Open("/ws/iot/patient1/?apres=" + after, UserToken());
    ++connections;
    const std::size_t before = got.size();
    Read(socket, got, std::min<std::size_t>(random() % 90 + 1, static_cast<std::size_t>(kMessages - readings)));
    for (std::size_t i = before; i < got.size(); ++i) readings += got[i].frame.find("sensor_data") != std::string::npos;
    if (random() % 2 == 0) {
      socket.socket().Reset();
    } else {
      socket.SendClose(1000);
    }
  }
  EXPECT_GT(connections, 5);
  int next = 0;
  for (std::size_t i = 0; i < got.size(); ++i) {
    if (i > 0) {
      ASSERT_GT(got[i].cursor, got[i - 1].cursor);
    }
    if (got[i].frame.find("sensor_data") == std::string::npos) continue;
    const std::string value = std::to_string(36 + next++ * 0.001);
    const std::size_t at = got[i].frame.find("\"temperature\":") + 14;
    ASSERT_NEAR(std::stod(got[i].frame.substr(at)), std::stod(value), 1e-9) << got[i].frame;
  }
  EXPECT_EQ(next, kMessages);
}

TEST_F(Resume, GoesOnOverARestart) {
  Start();
  std::vector<Got> got;
  {
    MqttClient device(broker_.port(), "device");
    WsClient socket = Open("/ws/iot/patient1/?apres=0", UserToken());
    device.Publish(kData, R"({"heart_rate":75})");
    Read(socket, got, 1);
    device.Publish(kData, R"({"heart_rate":76})");
    device.Publish(kData, R"({"heart_rate":150})");
    Read(socket, got, 3);
  }
  const Cursor after = got[0].cursor;
  Stop();
  Start();
  WsClient socket = Open("/ws/iot/patient1/?apres=" + std::to_string(after), UserToken());
  std::vector<Got> again;
  Read(socket, again, 3);
  for (int i = 0; i < 3; ++i)
    EXPECT_EQ(again[static_cast<std::size_t>(i)].frame, got[static_cast<std::size_t>(i) + 1].frame);
}

TEST_F(Resume, AlertsAreResumedToo) {
  Start();
  MqttClient device(broker_.port(), "device");
  Cursor after = 0;
  {
    WsClient alerts = Open("/ws/alerts/", UserToken());
    alerts.ReceiveText();
    device.Publish(kData, R"({"heart_rate":150})");
    after = NumberIn(alerts.ReceiveText(), "cursor");
  }
  device.Publish(kData, R"({"heart_rate":190})");
  device.Publish(kData, R"({"heart_rate":75})");
  WsClient alerts = Open("/ws/alerts/?apres=" + std::to_string(after), UserToken());
  alerts.ReceiveText();
  std::vector<Got> got;
  Read(alerts, got, 2);
  EXPECT_NE(got[0].frame.find("alert_escalated"), std::string::npos);
  EXPECT_NE(got[1].frame.find("alert_resolved"), std::string::npos);
}

TEST_F(Resume, ACursorThatIsNoneIsToldAndGoesOnLive) {
  Start();
  MqttClient device(broker_.port(), "device");
  WsClient socket = Open("/ws/iot/patient1/?apres=x", UserToken());
  EXPECT_NE(socket.ReceiveText().find("connection_established"), std::string::npos);
  EXPECT_NE(socket.ReceiveText().find("invalid_cursor"), std::string::npos);
  device.Publish(kData, R"({"heart_rate":75})");
  while (socket.ReceiveText().find("sensor_data") == std::string::npos) {
  }
}

TEST_F(Resume, ACursorAheadOfTheDatabaseIsAGap) {
  Start();
  MqttClient device(broker_.port(), "device");
  WsClient socket = Open("/ws/iot/patient1/?apres=9000000000", UserToken());
  socket.ReceiveText();
  EXPECT_NE(socket.ReceiveText().find(R"({"type":"gap","from":9000000000,"to":)"), std::string::npos);
  device.Publish(kData, R"({"heart_rate":75})");
  while (socket.ReceiveText().find("sensor_data") == std::string::npos) {
  }
}

}  // namespace
}  // namespace fajma::test
