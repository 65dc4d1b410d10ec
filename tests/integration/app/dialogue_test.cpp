// The documented dialogues of ws/iot and ws/alerts, frame by frame.
#include "tests/integration/app/app_fixture.h"

namespace fajma::test {
namespace {

const std::string kDevice = R"("patient_id":1,"device_id":1,"device_mac":"AA:BB:CC:00:00:01")";

std::string Established(int patient = 1) {
  return R"({"type":"connection_established","patient_id":)" + std::to_string(patient) +
         R"(,"message":"Connexion WebSocket établie"})";
}
std::string Pushed(const std::string& data) {
  return R"({"type":"sensor_data",)" + kDevice + R"(,"data":)" + data + R"(,"timestamp":<time>,"cursor":<n>})";
}
std::string Status(const std::string& status, const std::string& battery = "null") {
  return R"({"type":"device_status","device_id":1,"device_mac":"AA:BB:CC:00:00:01","patient_id":1,"status":")" +
         status + R"(","niveau_batterie":)" + battery + R"(,"qualite_signal":null,"derniere_connexion":<time>})";
}
std::string AlertOf(const std::string& type, const std::string& level, const std::string& title,
                    const std::string& message) {
  return R"({"type":")" + type + R"(","alert":{"id":<id>,"dispositif":1,"patient":1,"niveau":")" + level +
         R"(","titre":")" + title + R"(","message":")" + message +
         R"(","donnee_declencheur":<row>,"acquittee":false,"acquittee_par":null,"date_acquittement":null,)" +
         R"("date_creation":<time>,"nature":"physiologique"},"cursor":<n>})";
}
std::string Error(const std::string& code, const std::string& message, const std::string& more = {}) {
  return R"({"type":"error","code":")" + code + R"(","message":")" + message + "\"" + more + "}";
}

class Dialogue : public AppTest {
 protected:
  static void ExpectNext(WsClient& socket, const std::string& frame) {
    EXPECT_EQ(Normalize(socket.ReceiveText()), frame);
  }
};

TEST_F(Dialogue, OfADeviceItsBrowserAndTheAlerts) {
  Start();
  WsClient browser = Open("/ws/iot/patient1/", UserToken());
  ExpectNext(browser, Established());
  WsClient device = Open("/ws/iot/patient1/", DeviceToken(kMac));
  ExpectNext(device, Established());
  ExpectNext(device, Status("actif"));
  ExpectNext(browser, Status("actif"));
  WsClient alerts = Open("/ws/alerts/", UserToken());
  ExpectNext(alerts, R"({"type":"active_alerts","count":0,"alerts":[]})");
  const auto both = [&](const std::string& frame) {
    ExpectNext(device, frame);
    ExpectNext(browser, frame);
  };

  device.SendText(
      R"({"type": "sensor_data", "device_mac": "AA:BB:CC:00:00:01", "data": {"temperature": 36.5, "heart_rate": 75}})");
  both(Pushed(R"({"temperature":36.5,"heart_rate":75})"));
  device.SendText(
      R"({"type": "sensor_data", "device_mac": "aa:bb:cc:00:00:01", "data": {"heart_rate": 76, "battery_level": 88, "timestamp": 123456}})");
  both(Pushed(R"({"heart_rate":76,"battery_level":88,"timestamp":123456})"));

  device.SendText(R"({"type": "sensor_data", "device_mac": "AA:BB:CC:00:00:01", "data": {"heart_rate": 150}})");
  both(Pushed(R"({"heart_rate":150})"));
  const std::string heart =
      AlertOf("alert", "critical", "Fréquence cardiaque anormale", "Fréquence cardiaque : 150 bpm");
  both(heart);
  const std::string raised = alerts.ReceiveText();
  EXPECT_EQ(Normalize(raised), heart);

  device.SendText(R"({"type": "sensor_data", "device_mac": "AA:BB:CC:00:00:01", "data": {"temperature": 38.4}})");
  both(Pushed(R"({"temperature":38.4})"));
  both(AlertOf("alert", "warning", "Température anormale", "Température : 38.4 °C"));

  // Its place in the alerts socket shows that the warning was not carried there.
  const std::string id = std::to_string(NumberIn(raised, "id"));
  alerts.SendText(R"({"type": "acknowledge", "alert_id": )" + id + "}");
  const std::string acknowledged =
      R"({"type":"alert_acknowledged","alert":{"id":<id>,"dispositif":1,"patient":1,"niveau":"critical",)"
      R"("titre":"Fréquence cardiaque anormale","message":"Fréquence cardiaque : 150 bpm","donnee_declencheur":<row>,)"
      R"("acquittee":true,"acquittee_par":1,"date_acquittement":<time>,"date_creation":<time>,)"
      R"("nature":"physiologique"},"cursor":<n>})";
  ExpectNext(alerts, acknowledged);
  both(acknowledged);
  alerts.SendText(R"({"type": "acknowledge", "alert_id": )" + id + "}");
  ExpectNext(alerts, Error("already_acknowledged", "Alerte déjà acquittée.", ",\"alert_id\":" + id));
  alerts.SendText(R"({"type": "acknowledge", "alert_id": 999999})");
  ExpectNext(alerts, Error("not_found", "Alerte inconnue.", ",\"alert_id\":999999"));
  alerts.SendText(R"({"type": "acknowledge", "alert_id": "1"})");
  ExpectNext(alerts, Error("invalid_data", "alert_id entier requis."));

  device.SendClose(1000);
  ExpectNext(browser, Status("inactif", "88"));
}

TEST_F(Dialogue, OfErrors) {
  Start();
  WsClient device = Open("/ws/iot/patient1/", DeviceToken(kMac));
  ExpectNext(device, Established());
  ExpectNext(device, Status("actif"));
  const std::string invalid = R"(,"errors":)";
  const std::pair<std::string, std::string> rows[] = {
      {"{", Error("invalid_json", "JSON invalide.")},
      {"[1]", Error("invalid_message", "Un objet JSON est attendu.")},
      {R"({"type": "x"})", Error("unknown_type", "Type de message inconnu.")},
      {R"({"data": {}})", Error("unknown_type", "Type de message inconnu.")},
      {R"({"type": "sensor_data"})",
       Error("invalid_data", "Données invalides.",
             invalid + R"({"device_mac":["This field is required."],"data":["This field is required."]})")},
      {R"({"type": "sensor_data", "device_mac": "zz", "data": {"temperature": "36"}})",
       Error(
           "invalid_data", "Données invalides.",
           invalid +
               R"({"device_mac":["Adresse MAC invalide (format attendu AA:BB:CC:DD:EE:FF)."],"data":{"temperature":["A valid number is required."]}})")},
      {R"({"type": "sensor_data", "device_mac": "AA:BB:CC:00:00:01", "data": {"temperature": 99, "heart_rate": 75}})",
       Error("invalid_data", "Données invalides.",
             invalid + R"({"data":{"temperature":["Valeur hors plage (25 à 45 °C)."]}})")},
      {R"({"type": "sensor_data", "device_mac": "AA:BB:CC:00:00:01", "data": {"inconnu": 1}})",
       Error("invalid_data", "Données invalides.",
             invalid + R"({"data":{"non_field_errors":["Aucune mesure reconnue."]}})")},
      {R"({"type": "sensor_data", "device_mac": "AA:BB:CC:00:00:01", "data": [1]})",
       Error("invalid_data", "Données invalides.", invalid + R"({"data":["Expected a dictionary."]})")},
      {R"({"type": "sensor_data", "device_mac": "00:00:00:00:00:00", "data": {"heart_rate": 75}})",
       Error("unknown_device", "Dispositif inconnu.", R"(,"device_mac":"00:00:00:00:00:00")")},
      {R"({"type": "sensor_data", "device_mac": "AA:BB:CC:00:00:02", "data": {"heart_rate": 75}})",
       Error("forbidden_device", "Ce dispositif n'appartient pas à cette connexion.",
             R"(,"device_mac":"AA:BB:CC:00:00:02")")},
      {R"({"type": "ping"})", R"({"type":"pong","timestamp":<time>})"},
  };
  // The answer to a ping need not wait for what was sent before it.
  for (const auto& [text, answer] : rows) {
    device.SendText(text);
    ExpectNext(device, answer);
  }
  device.SendFrame(testing::kBinaryFrame, std::string("\0\1", 2));
  ExpectNext(device, Error("invalid_json", "JSON invalide."));
  device.SendText(SensorData(R"({"heart_rate":75})"));
  ExpectNext(device, Pushed(R"({"heart_rate":75})"));
  ExpectCountersAddUp();
}

TEST_F(Dialogue, TheDocumentedJavaScriptExampleWorksUnchanged) {
  settings_.ws_allow_anonymous_devices = true;
  Start();
  for (const char* path : {"/ws/iot/patient123/", "/ws/iot/patient123"}) {
    WsClient page = Open(path, {}, "Origin: http://localhost:8000\r\n");
    EXPECT_NE(page.ReceiveText().find("connection_established"), std::string::npos);
    page.SendText(
        SensorData(R"({"temperature":36.5,"heart_rate":75,"timestamp":"2025-01-20T10:30:00Z"})", "AA:BB:CC:DD:EE:FF"));
    std::string frame;
    while (!frame.starts_with(R"({"type":"sensor_data")")) frame = page.ReceiveText();  // past statuses and an alert
    EXPECT_NE(
        frame.find(
            R"("device_mac":"AA:BB:CC:DD:EE:FF","data":{"temperature":36.5,"heart_rate":75,"timestamp":"2025-01-20T10:30:00Z"})"),
        std::string::npos)
        << frame;
  }
}

TEST_F(Dialogue, TheDocumentedEsp32ExampleWorksUnchanged) {
  settings_.ws_allow_anonymous_devices = true;
  Start();
  WsClient device = Open("/ws/iot/patient123/", {}, "Origin: file://\r\nSec-WebSocket-Protocol: arduino\r\n");
  EXPECT_EQ(device.handshake().Header("Sec-WebSocket-Protocol"), "arduino");
  EXPECT_NE(device.ReceiveText().find("connection_established"), std::string::npos);
  for (int i = 0; i < 5; ++i) {
    device.SendText(
        SensorData(R"({"temperature":36.5,"heart_rate":75,"timestamp":)" + std::to_string(5'000 + i * 1'000) + "}",
                   "AA:BB:CC:DD:EE:FF"));
  }
  Cursor last = 0;
  for (int i = 0; i < 5;) {
    const std::string frame = device.ReceiveText();
    if (frame.find("sensor_data") == std::string::npos) continue;
    EXPECT_NE(frame.find(R"("timestamp":)" + std::to_string(5'000 + i++ * 1'000) + "}"), std::string::npos) << frame;
    EXPECT_GT(NumberIn(frame, "cursor"), last);
    last = NumberIn(frame, "cursor");
  }
}

TEST_F(Dialogue, ADeviceThatNumbersItsMessagesIsAcknowledged) {
  Start();
  WsClient device = Open("/ws/iot/patient1/?ack=1", DeviceToken(kMac));
  ExpectNext(device, Established());
  ExpectNext(device, Status("actif"));
  const std::string numbered =
      R"({"type":"sensor_data","device_mac":"AA:BB:CC:00:00:01","b":7,"s":1,"data":{"heart_rate":75}})";
  device.SendText(numbered);
  ExpectNext(device, Pushed(R"({"heart_rate":75})"));
  ExpectNext(
      device,
      R"({"type":"ack","device_mac":"AA:BB:CC:00:00:01","stored":1,"boot":7,"durable":1,"timestamp":<time>,"now":<ms>})");
  device.SendText(numbered);
  const std::string again = Normalize(device.ReceiveText());
  EXPECT_NE(again.find(R"("type":"ack","device_mac":"AA:BB:CC:00:00:01","stored":0)"), std::string::npos) << again;
}

}  // namespace
}  // namespace fajma::test
