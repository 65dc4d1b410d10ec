// The end: sockets are closed with 1001, nothing that was taken is lost.
#include <atomic>
#include <thread>
#include <vector>

#include "tests/integration/app/app_fixture.h"

namespace fajma::test {
namespace {

class StopOfApp : public AppTest {};

TEST_F(StopOfApp, ClosesEverySocketWith1001) {
  Start();
  WsClient browser = Open("/ws/iot/patient1/", UserToken());
  WsClient alerts = Open("/ws/alerts/", UserToken());
  browser.ReceiveText();
  alerts.ReceiveText();
  std::jthread end([this] { Stop(); });
  EXPECT_EQ(browser.ReceiveClose(), 1001);
  EXPECT_EQ(alerts.ReceiveClose(), 1001);
}

TEST_F(StopOfApp, LosesNothingThatWasTaken) {
  Start();
  constexpr int kEach = 300;
  const auto valued = [](int i) { return std::to_string(100 + i * 0.01); };
  MqttClient device(broker_.port(), "device");
  WsClient socket = Open("/ws/iot/patient2/", DeviceToken("AA:BB:CC:00:00:02"));
  int confirmed = 0;
  std::jthread over_mqtt([&] {
    for (int i = 0; i < kEach; ++i)
      device.Publish("fajma/v1/devices/aabbcc000001/data", R"({"glucose":)" + valued(i) + "}");
  });
  for (int i = 0; i < kEach; ++i) socket.SendText(SensorData(R"({"glucose":)" + valued(i) + "}", "AA:BB:CC:00:00:02"));
  while (confirmed < kEach / 2) confirmed += socket.ReceiveText().find("sensor_data") != std::string::npos ? 1 : 0;
  Stop();
  over_mqtt.join();  // the broker kept the rest
  try {
    for (;;) confirmed += socket.ReceiveText().find("sensor_data") != std::string::npos ? 1 : 0;
  } catch (const std::runtime_error&) {  // closed
  }
  Start();
  const auto count = [this](const char* patient) {
    return NumberIn(Ask("GET", "/api/iot/donnees/?patient=" + std::string(patient)).body, "count");
  };
  ASSERT_TRUE(Eventually([&] { return count("1") == kEach; })) << count("1");
  EXPECT_GE(count("2"), confirmed);
  EXPECT_LE(count("2"), kEach);
  ExpectCountersAddUp();
}

// A device that connects asks for its commands until the last socket is closed.
TEST_F(StopOfApp, MayComeWhileDevicesConnect) {
  const std::string token = DeviceToken(kMac);
  for (int round = 0; round < 5; ++round) {
    Start();
    const std::uint16_t port = app_->http_port();
    std::atomic<int> opened{0};
    std::jthread devices([&](const std::stop_token& stop) {
      std::vector<WsClient> sockets;
      try {
        for (; !stop.stop_requested(); ++opened) sockets.emplace_back(port, "/ws/iot/patient1/?ack=1&token=" + token);
      } catch (const std::exception&) {  // it has stopped
      }
    });
    ASSERT_TRUE(Eventually([&] { return opened > 20; }));
    Stop();
    devices.request_stop();
  }
}

TEST_F(StopOfApp, CanBeDoneAtOnceAndAgain) {
  for (int i = 0; i < 3; ++i) {
    app_ = std::make_unique<cli::App>(settings_, cli::AppOptions{false, "1.2.3"});
    Stop();
  }
  Start();
  EXPECT_EQ(Ask("GET", "/health/live").status, 200);
}

TEST_F(StopOfApp, NeedsNoBrokerToEndOrToAnswer) {
  broker_.Stop();
  app_ = std::make_unique<cli::App>(settings_, cli::AppOptions{false, "1.2.3"});
  EXPECT_EQ(Ask("GET", "/health/live").status, 200);
  EXPECT_EQ(Ask("GET", "/health/ready").status, 503);
  broker_.Start();
  ASSERT_TRUE(Eventually([this] { return Ask("GET", "/health/ready").status == 200; }));
  MqttClient device(broker_.port(), "device");
  device.Publish("fajma/v1/devices/aabbcc000001/data", R"({"heart_rate":75})");
  ASSERT_TRUE(Eventually([this] { return NumberIn(Ask("GET", "/api/iot/donnees/").body, "count") == 1; }));
}

}  // namespace
}  // namespace fajma::test
