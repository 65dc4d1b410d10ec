// A reading from MQTT to the socket, REST and the integrators' topics; an alert raised and acknowledged everywhere.
#include "tests/integration/app/app_fixture.h"

namespace fajma::test {
namespace {

constexpr const char* kData = "fajma/v1/devices/aabbcc000001/data";

class MqttDoorOfApp : public AppTest {};

TEST_F(MqttDoorOfApp, AReadingAppearsEverywhere) {
  Start();
  WsClient browser = Open("/ws/iot/patient1/", UserToken());
  NextOf(browser, "connection_established");
  MqttClient integrator(broker_.port(), "integrator");
  integrator.Subscribe("fajma/v1/patients/+/readings/+");
  MqttClient device(broker_.port(), "device");
  device.Publish(kData, SensorData(R"({"temperature":36.6,"heart_rate":77})"));

  const std::string frame = NextOf(browser, "sensor_data");
  EXPECT_NE(frame.find(R"("data":{"temperature":36.6,"heart_rate":77})"), std::string::npos) << frame;
  const Cursor cursor = NumberIn(frame, "cursor");

  const MqttMessage heart = integrator.ReceiveOn("fajma/v1/patients/patient1/readings/heart_rate");
  EXPECT_TRUE(heart.payload.starts_with(R"({"value":77,"unit":"bpm","measured_at":)")) << heart.payload;
  EXPECT_NE(heart.payload.find(R"("device":"aabbcc000001")"), std::string::npos) << heart.payload;
  EXPECT_EQ(NumberIn(heart.payload, "quality"), 100);
  EXPECT_LE(NumberIn(heart.payload, "cursor"), cursor);
  MqttClient late_comer(broker_.port(), "late");
  late_comer.Subscribe("fajma/v1/patients/patient1/readings/#");
  EXPECT_TRUE(late_comer.Receive().retained);

  const HttpAnswer list = Ask("GET", "/api/iot/donnees/?patient=1");
  EXPECT_EQ(list.status, 200);
  EXPECT_EQ(NumberIn(list.body, "count"), 2) << list.body;
  EXPECT_NE(list.body.find("36.6"), std::string::npos) << list.body;
  ExpectCountersAddUp();
}

TEST_F(MqttDoorOfApp, AllPayloadFormsAreTaken) {
  Start();
  WsClient browser = Open("/ws/iot/patient1/", UserToken());
  MqttClient device(broker_.port(), "device");
  const char* payloads[] = {
      R"({"type":"sensor_data","device_mac":"AA:BB:CC:00:00:01","data":{"heart_rate":71,"timestamp":5000}})",
      R"({"b":12,"s":1,"u":6000,"m":{"heart_rate":72}})",
      R"({"ts":1767225600000,"values":{"heart_rate":73}})",
      R"({"heart_rate":74})",
      R"([{"heart_rate":75},{"heart_rate":76}])",
      R"([{"bn":"urn:dev:mac:aabbcc000001:","n":"heart_rate","u":"1/min","v":77}])",
  };
  for (const char* payload : payloads) device.Publish(kData, payload);
  for (int rate = 71; rate <= 77; ++rate) {
    const std::string frame = NextOf(browser, "sensor_data");
    EXPECT_NE(frame.find("\"heart_rate\":" + std::to_string(rate)), std::string::npos) << frame;
  }
}

TEST_F(MqttDoorOfApp, ANumberedMessageIsAcknowledgedAndARefusedOneToldOf) {
  Start();
  MqttClient device(broker_.port(), "device");
  device.Subscribe("fajma/v1/devices/aabbcc000001/ack");
  device.Subscribe("fajma/v1/devices/aabbcc000001/reject");
  device.Publish(kData, R"({"b":12,"s":1,"m":{"heart_rate":75}})");
  const MqttMessage ack = device.ReceiveOn("fajma/v1/devices/aabbcc000001/ack");
  EXPECT_EQ(NumberIn(ack.payload, "boot"), 12);
  EXPECT_EQ(NumberIn(ack.payload, "durable"), 1);
  EXPECT_GT(NumberIn(ack.payload, "now"), 1'700'000'000'000);
  device.Publish(kData, R"({"b":12,"s":2,"m":{"heart_rate":999}})");
  std::int64_t durable = 1;
  MqttMessage reject;
  while (durable < 2 || reject.topic.empty()) {  // in any order
    MqttMessage message = device.Receive();
    if (message.topic.ends_with("/ack")) {
      durable = NumberIn(message.payload, "durable");
    } else {
      reject = std::move(message);
    }
  }
  EXPECT_EQ(NumberIn(reject.payload, "seq"), 2);
  EXPECT_NE(reject.payload.find(R"("code":"out_of_range")"), std::string::npos) << reject.payload;
}

TEST_F(MqttDoorOfApp, AnAlertIsRaisedAcknowledgedAndResolvedEverywhere) {
  Start();
  WsClient browser = Open("/ws/iot/patient1/", UserToken());
  WsClient alerts = Open("/ws/alerts/", UserToken());
  NextOf(browser, "connection_established");
  NextOf(alerts, "active_alerts");
  MqttClient integrator(broker_.port(), "integrator");
  integrator.Subscribe("fajma/v1/alerts/+");
  integrator.Subscribe("fajma/v1/patients/patient1/alerts/+");
  MqttClient device(broker_.port(), "device");
  device.Publish(kData, R"({"heart_rate":150})");

  const std::string raised = NextOf(alerts, "alert");
  EXPECT_EQ(NextOf(browser, "alert"), raised);
  const std::string id = std::to_string(NumberIn(raised, "id"));
  EXPECT_NE(integrator.ReceiveOn("fajma/v1/patients/patient1/alerts/" + id).payload.find("critical"),
            std::string::npos);
  EXPECT_NE(integrator.ReceiveOn("fajma/v1/alerts/critical").payload.find("critical"), std::string::npos);

  EXPECT_EQ(Ask("POST", "/api/iot/alertes/" + id + "/acknowledge/").status, 200);
  EXPECT_EQ(NextOf(alerts, "alert_acknowledged"), NextOf(browser, "alert_acknowledged"));
  EXPECT_EQ(Ask("POST", "/api/iot/alertes/" + id + "/acknowledge/").status, 400);

  device.Publish(kData, R"({"heart_rate":190})");
  const std::string rise = NextOf(alerts, "alert_escalated");
  EXPECT_NE(rise.find(R"("niveau":"emergency")"), std::string::npos) << rise;
  EXPECT_NE(rise.find(R"("acquittee":false)"), std::string::npos) << "a rise asks for attention again: " << rise;
  alerts.SendText(R"({"type":"acknowledge","alert_id":)" + id + "}");
  NextOf(alerts, "alert_acknowledged");
  device.Publish(kData, R"({"heart_rate":75})");
  NextOf(alerts, "alert_resolved");
  const HttpAnswer answer = Ask("GET", "/api/iot/alertes/");
  EXPECT_NE(answer.body.find(R"("acquittee":true)"), std::string::npos) << answer.body;
  WsClient later = Open("/ws/alerts/", UserToken());
  EXPECT_EQ(later.ReceiveText(), R"({"type":"active_alerts","count":0,"alerts":[]})");
}

TEST_F(MqttDoorOfApp, AReadingMadeOverRestGoesTheSameWay) {
  Start();
  WsClient browser = Open("/ws/iot/patient1/", UserToken());
  NextOf(browser, "connection_established");
  const HttpAnswer made = Ask("POST", "/api/iot/donnees/",
                              R"({"dispositif":1,"patient":1,"type_donnee":"heart_rate","valeur":150,"unite":"bpm"})");
  ASSERT_EQ(made.status, 201) << made.body;
  const std::string frame = NextOf(browser, "sensor_data");
  EXPECT_NE(frame.find(R"("data":{"heart_rate":150.0})"), std::string::npos) << frame;
  EXPECT_NE(NextOf(browser, "alert").find("\"donnee_declencheur\":" + std::to_string(NumberIn(made.body, "id"))),
            std::string::npos);
  ExpectCountersAddUp();
}

TEST_F(MqttDoorOfApp, TheWillMakesADeviceInactive) {
  Start();
  WsClient browser = Open("/ws/iot/patient1/", UserToken());
  MqttClient device(broker_.port(), "device");
  device.Publish("fajma/v1/devices/aabbcc000001/status", R"({"status":"online","battery":88})", true);
  EXPECT_NE(NextOf(browser, "device_status").find(R"("status":"actif")"), std::string::npos);
  device.Publish("fajma/v1/devices/aabbcc000001/status", R"({"status":"offline"})", true);
  EXPECT_NE(NextOf(browser, "device_status").find(R"("status":"inactif","niveau_batterie":88)"), std::string::npos);
}

}  // namespace
}  // namespace fajma::test
