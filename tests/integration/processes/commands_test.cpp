// A command finds its device at whichever process it is, with Redis and without.
#include "tests/integration/processes/processes_fixture.h"

namespace fajma::test {
namespace {

class CommandsOfProcesses : public Processes {
 protected:
  // Takes commands over MQTT, and the bridge knows it.
  void Announce(MqttClient& device) {
    device.Subscribe(std::string(kTopic) + "commands/#");
    device.Publish(std::string(kTopic) + "status", R"({"status":"online"})", true);
    ASSERT_TRUE(Eventually(
        [this] { return Count("SELECT COUNT(*) FROM fajma_dispositivesiot WHERE id = 1 AND status = 'actif'") == 1; }));
  }
};

TEST_F(CommandsOfProcesses, ACommandFindsItsDeviceAtTheBridgeAndAtTheOtherApi) {
  Start();
  MqttClient device(broker_.port(), "device");
  Announce(device);
  const std::string order = R"({"command":"restart","params":{}})";
  const std::string sent = Ask(0, "POST", "/api/iot/dispositifs/1/send-command/", order).body;
  EXPECT_EQ(TextIn(sent, "status"), "sent");
  EXPECT_NE(device.Receive().topic.find(TextIn(sent, "command_id")), std::string::npos);
  WsClient socket = Open(1, "/ws/iot/patient1/?ack=1", DeviceToken());
  ExpectOpen(socket);
  EXPECT_EQ(TextIn(Ask(0, "POST", "/api/iot/dispositifs/1/send-command/", order).body, "status"), "sent");
}

TEST_F(CommandsOfProcesses, ACommandFindsItsDeviceAtTheOtherApiWithoutRedis) {
  Start();
  WsClient device = Open(1, "/ws/iot/patient1/?ack=1", DeviceToken());
  NextOf(device, "device_status");  // from here on the bridge believes that it is there too
  redis_.Kill();
  ASSERT_TRUE(
      Eventually([&] { return Get(1, "/health/ready").body == R"({"status":"degraded","reasons":["redis"]})"; }));
  const std::string first = SendCommand(0);
  EXPECT_NE(NextOf(device, "command").find(first), std::string::npos);
  const std::string second = SendCommand(0);
  EXPECT_NE(NextOf(device, "command").find(second), std::string::npos) << "and the first did not come again";
  redis_.Start();
  ASSERT_TRUE(Eventually([&] { return Get(1, "/health/ready").body == R"({"status":"ok"})"; }));
  device.SendText(R"({"type":"ping"})");
  for (std::string frame; !frame.starts_with(R"({"type":"pong")"); frame = device.ReceiveText()) {
    EXPECT_FALSE(frame.starts_with(R"({"type":"command")")) << frame;
  }
  EXPECT_EQ(Count("SELECT COUNT(*) FROM fajma_commande WHERE envois = 1"), 2);
}

TEST_F(CommandsOfProcesses, ACommandFindsItsDeviceAtTheBridgeWithoutRedis) {
  Start();
  MqttClient device(broker_.port(), "device");
  Announce(device);
  redis_.Kill();
  const std::string first = SendCommand(0);
  EXPECT_NE(device.Receive().topic.find(first), std::string::npos);
  const std::string second = SendCommand(1);
  EXPECT_NE(device.Receive().topic.find(second), std::string::npos) << "and the first did not come again";
}

TEST_F(CommandsOfProcesses, ACommandThatWasMadeWhileRedisDiedIsSentWhenItIsBack) {
  Start();
  WsClient device = Open(1, "/ws/iot/patient1/?ack=1", DeviceToken());
  NextOf(device, "device_status");
  redis_.Pause();  // connected and silent: nobody knows yet that notices are lost
  const std::string id = SendCommand(0);
  redis_.Kill();
  redis_.Start();
  EXPECT_NE(NextOf(device, "command").find(id), std::string::npos);
  EXPECT_TRUE(Eventually([&] { return Count("SELECT COUNT(*) FROM fajma_commande WHERE envois = 1") == 1; }));
}

// The bridge believes that it is connected there, and is asked too.
TEST_F(CommandsOfProcesses, ADeviceOnASocketGetsEachCommandOnce) {
  Start();
  WsClient device = Open(1, "/ws/iot/patient1/?ack=1", DeviceToken());
  NextOf(device, "device_status");
  constexpr int kCommands = 20;
  for (int i = 0; i < kCommands; ++i) {
    const std::string id = SendCommand(0);
    EXPECT_NE(NextOf(device, "command").find(id), std::string::npos);
  }
  EXPECT_TRUE(Eventually([&] { return Count("SELECT COUNT(*) FROM fajma_commande WHERE envois = 1") == kCommands; }));
}

}  // namespace
}  // namespace fajma::test
