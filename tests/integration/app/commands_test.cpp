// Commands reach their device over either door, at once or when it is back, and its answer can be read.
#include "tests/integration/app/app_fixture.h"

namespace fajma::test {
namespace {

constexpr const char* kCommands = "/api/iot/dispositifs/1/commandes/";

class Commands : public AppTest {
 protected:
  // Returns the answer.
  std::string Order(const std::string& body = R"({"command":"restart","params":{"delay":5}})") {
    const HttpAnswer answer = Ask("POST", "/api/iot/dispositifs/1/send-command/", body);
    EXPECT_EQ(answer.status, 200) << answer.body;
    return answer.body;
  }
  std::string Newest() { return TextIn(Ask("GET", kCommands).body, "status"); }
  bool NewestBecomes(const std::string& state) {
    return Eventually([&] { return Newest() == state; });
  }
  // What the socket gets before it is answered a ping: none of them is a command.
  static void ExpectNoCommand(WsClient& socket) {
    socket.SendText(R"({"type":"ping"})");
    for (std::string frame; !frame.starts_with(R"({"type":"pong")"); frame = socket.ReceiveText()) {
      EXPECT_FALSE(frame.starts_with(R"({"type":"command")")) << frame;
    }
  }
  static std::string Result(const std::string& id, std::string_view mac = kMac) {
    return R"({"type":"command_result","device_mac":")" + std::string(mac) + R"(","command_id":")" + id +
           R"(","status":"done","detail":"fait"})";
  }
};

TEST_F(Commands, ReachASocketAtOnceAndItsAnswerIsKept) {
  Start();
  WsClient device = Open("/ws/iot/patient1/?ack=1", DeviceToken(kMac));
  NextOf(device, "device_status");
  const std::string sent = Order();
  const std::string id = TextIn(sent, "command_id");
  EXPECT_EQ(sent, R"({"status":"sent","command_id":")" + id + R"(","dispositif":1,"command":"restart"})");
  const std::string frame = NextOf(device, "command");
  EXPECT_TRUE(frame.starts_with(R"({"type":"command","command_id":")" + id +
                                R"(","device_mac":"AA:BB:CC:00:00:01","command":"restart","params":{"delay":5},)"))
      << frame;
  device.SendText(Result(id));
  NextOf(device, "ack");
  const std::string list = Ask("GET", kCommands).body;
  EXPECT_NE(list.find(R"("params":{"delay":5},"status":"done","detail":"fait")"), std::string::npos) << list;
  ExpectCountersAddUp();
}

TEST_F(Commands, WaitForADeviceThatIsAway) {
  Start();
  const std::string id = TextIn(Order(), "command_id");
  EXPECT_EQ(Newest(), "queued");
  WsClient device = Open("/ws/iot/patient1/?ack=1", DeviceToken(kMac));
  EXPECT_NE(NextOf(device, "command").find(id), std::string::npos);
  EXPECT_TRUE(NewestBecomes("sent"));
}

TEST_F(Commands, ThatWereNotAnsweredAreSentOnceMoreAndNoMore) {
  Start();
  Order();
  for (int time = 1; time <= 2; ++time) {
    WsClient device = Open("/ws/iot/patient1/?ack=1", DeviceToken(kMac));
    EXPECT_NE(NextOf(device, "command").find("restart"), std::string::npos) << time;
    ASSERT_TRUE(Eventually([&] { return NumberIn(Ask("GET", kCommands).body, "envois") == time; }));
  }
  // The next one in the queue shows that the first was passed over.
  Order(R"({"command":"identify"})");
  WsClient device = Open("/ws/iot/patient1/?ack=1", DeviceToken(kMac));
  EXPECT_NE(NextOf(device, "command").find("identify"), std::string::npos);
}

TEST_F(Commands, ForTheDocumentedDeviceAreNeverRepeated) {
  settings_.ws_allow_anonymous_devices = true;
  Start();
  {
    WsClient device = Open("/ws/iot/patient1/");
    device.SendText(SensorData(R"({"heart_rate":75})"));
    NextOf(device, "sensor_data");
    Order();
    NextOf(device, "command");
    ASSERT_TRUE(NewestBecomes("sent"));
  }
  WsClient again = Open("/ws/iot/patient1/");
  again.SendText(SensorData(R"({"heart_rate":76})"));
  NextOf(again, "sensor_data");
  ExpectNoCommand(again);
}

TEST_F(Commands, GoOverMqttToADeviceThatIsThere) {
  Start();
  MqttClient device(broker_.port(), "device");
  device.Subscribe("fajma/v1/devices/aabbcc000001/commands/+");
  device.Publish("fajma/v1/devices/aabbcc000001/status", R"({"status":"online"})", true);
  ASSERT_TRUE(Eventually([&] { return TextIn(Ask("GET", "/api/iot/dispositifs/1/").body, "status") == "actif"; }));
  const std::string sent = Order();
  EXPECT_EQ(TextIn(sent, "status"), "sent");
  const std::string topic = "fajma/v1/devices/aabbcc000001/commands/" + TextIn(sent, "command_id");
  const MqttMessage message = device.ReceiveOn(topic);
  EXPECT_TRUE(message.payload.starts_with(R"({"command":"restart","params":{"delay":5},"expires_at":"20)"))
      << message.payload;
  device.Publish(topic + "/result", R"({"status":"refused","detail":"nicht jetzt"})");
  EXPECT_TRUE(NewestBecomes("refused"));
  device.Publish(topic + "/result", R"({"status":"done"})");
  device.Publish("fajma/v1/devices/aabbcc000001/commands/unknown/result", R"({"status":"done"})");
  device.Publish(topic + "/result", "{");
  device.Publish("fajma/v1/devices/aabbcc000001/data", R"({"heart_rate":75})");
  ASSERT_TRUE(Eventually([&] { return Figure(Metrics(), "fajma_readings_stored_total") == 1; }));
  EXPECT_EQ(Newest(), "refused") << "the first answer counts";
  const std::string page = Metrics();
  EXPECT_EQ(Figure(page, "fajma_messages_duplicate_total{door=\"mqtt\"}"), 1U);
  EXPECT_EQ(Figure(page, "fajma_messages_quarantined_total{door=\"mqtt\"}"), 2U);
  ExpectCountersAddUp();
}

TEST_F(Commands, GoOverMqttWhenTheDeviceIsBack) {
  Start();
  Order();
  EXPECT_EQ(Newest(), "queued");
  MqttClient device(broker_.port(), "device");
  device.Subscribe("fajma/v1/devices/aabbcc000001/commands/+");
  device.Publish("fajma/v1/devices/aabbcc000001/status", R"({"status":"online"})", true);
  EXPECT_NE(device.Receive().payload.find("restart"), std::string::npos);
  EXPECT_TRUE(NewestBecomes("sent"));
}

TEST_F(Commands, ExpireWhenTheDeviceDoesNotComeBack) {
  Start();
  Order(R"({"command":"identify","expires_in":1})");
  EXPECT_TRUE(NewestBecomes("expired"));
  WsClient device = Open("/ws/iot/patient1/", DeviceToken(kMac));
  NextOf(device, "device_status");
  ExpectNoCommand(device);
}

TEST_F(Commands, AreAnsweredByTheirOwnDeviceOnly) {
  Start();
  const std::string id = TextIn(Order(), "command_id");
  WsClient other = Open("/ws/iot/patient2/", DeviceToken("AA:BB:CC:00:00:02"));
  NextOf(other, "device_status");
  other.SendText(Result(id));
  EXPECT_NE(NextOf(other, "error").find(R"("code":"forbidden_device")"), std::string::npos);
  other.SendText(Result(id, "AA:BB:CC:00:00:02"));
  EXPECT_NE(NextOf(other, "error").find(R"("code":"unknown_command")"), std::string::npos);
  other.SendText(R"({"type":"command_result","status":"done"})");
  EXPECT_NE(NextOf(other, "error").find(R"("code":"invalid_data")"), std::string::npos);
  EXPECT_EQ(Newest(), "queued");
  ExpectCountersAddUp();
}

}  // namespace
}  // namespace fajma::test
