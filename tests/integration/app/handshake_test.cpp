// Who may open a WebSocket.
#include "core/store/user_store.h"
#include "tests/integration/app/app_fixture.h"

namespace fajma::test {
namespace {

class HandshakeOfApp : public AppTest {};

TEST_F(HandshakeOfApp, AnswersAsDocumented) {
  Start();
  const std::string user = UserToken();
  const std::string device = DeviceToken(kMac);
  EXPECT_EQ(HandshakeStatus("/ws/iot/patient1/"), 403) << "without token";
  EXPECT_EQ(HandshakeStatus("/ws/iot/patient1/?token=abc"), 403);
  EXPECT_EQ(HandshakeStatus("/ws/iot/patient1/?token="), 403);
  EXPECT_EQ(HandshakeStatus("/ws/iot/nobody/?token=" + user), 403) << "unknown patient";
  EXPECT_EQ(HandshakeStatus("/ws/iot/999/?token=" + user), 403);
  EXPECT_EQ(HandshakeStatus("/ws/iot/patient1/?token=" + user), 101);
  EXPECT_EQ(HandshakeStatus("/ws/iot/1/?token=" + user), 101) << "by primary key";
  EXPECT_EQ(HandshakeStatus("/ws/iot/patient1/", "Authorization: Bearer " + user + "\r\n"), 101);
  EXPECT_EQ(HandshakeStatus("/ws/iot/patient1/?token=" + device), 101);
  EXPECT_EQ(HandshakeStatus("/ws/iot/patient2/?token=" + device), 403) << "device token of another patient";
  EXPECT_EQ(HandshakeStatus("/ws/alerts/?token=" + device), 403);
  EXPECT_EQ(HandshakeStatus("/ws/alerts/?token=" + user), 101);
  EXPECT_EQ(HandshakeStatus("/ws/alerts?token=" + user), 101);
  EXPECT_EQ(HandshakeStatus("/ws/alerts/"), 403);
  EXPECT_EQ(HandshakeStatus("/ws/nothing/?token=" + user), 404);
  EXPECT_EQ(HandshakeStatus("/ws/iot/?token=" + user), 404);
  EXPECT_EQ(HandshakeStatus("/ws/iot/a/b/?token=" + user), 404);
  EXPECT_EQ(HandshakeStatus("/ws/iot/patient1?token=" + user), 101) << "no last slash";
  EXPECT_EQ(HandshakeStatus("/?token=" + user), 404);
}

TEST_F(HandshakeOfApp, ATokenComesFirstFromTheQuery) {
  Start();
  const std::string bearer = "Authorization: Bearer " + UserToken() + "\r\n";
  EXPECT_EQ(HandshakeStatus("/ws/iot/patient1/?token=bad", bearer), 403);
  EXPECT_EQ(HandshakeStatus("/ws/iot/patient1/?token=" + UserToken(), "Authorization: Bearer bad\r\n"), 101);
}

TEST_F(HandshakeOfApp, ASubprotocolMayCarryTheToken) {
  Start();
  const std::string entry = "bearer." + UserToken();
  WsClient socket = Open("/ws/iot/patient1/", {}, "Sec-WebSocket-Protocol: v1, " + entry + "\r\n");
  EXPECT_EQ(socket.handshake().Header("Sec-WebSocket-Protocol"), entry);
  EXPECT_EQ(HandshakeStatus("/ws/iot/patient1/", "Sec-WebSocket-Protocol: bearer.bad\r\n"), 403);
}

TEST_F(HandshakeOfApp, ASubprotocolIsChosenFromThoseOffered) {
  settings_.ws_allow_anonymous_devices = true;
  Start();
  const auto chosen = [&](const std::string& headers) {
    return Open("/ws/iot/patient1/", {}, headers).handshake().Header("Sec-WebSocket-Protocol");
  };
  EXPECT_EQ(chosen(""), "");
  EXPECT_EQ(chosen("Sec-WebSocket-Protocol: mqtt, v1\r\n"), "") << "none that is known";
  EXPECT_EQ(chosen("Sec-WebSocket-Protocol: mqtt,arduino\r\n"), "arduino");
  EXPECT_EQ(chosen("Sec-WebSocket-Protocol: mqtt\r\nSec-WebSocket-Protocol: arduino\r\n"), "arduino");
  const std::string entry = "bearer." + UserToken();
  EXPECT_EQ(chosen("Sec-WebSocket-Protocol: arduino\r\nSec-WebSocket-Protocol: " + entry + "\r\n"), entry);
}

TEST_F(HandshakeOfApp, AnAnonymousSocketIsForIotAlone) {
  settings_.ws_allow_anonymous_devices = true;
  Start();
  EXPECT_EQ(HandshakeStatus("/ws/iot/patient1/"), 101);
  EXPECT_EQ(HandshakeStatus("/ws/alerts/"), 403);
  EXPECT_EQ(HandshakeStatus("/ws/iot/patient1/?token=bad"), 403) << "a bad token is refused all the same";
}

TEST_F(HandshakeOfApp, AnAddressMayWriteWithoutAToken) {
  settings_.ws_anonymous_devices_from = {"127.0.0.0/8"};
  Start();
  WsClient device = Open("/ws/iot/patient1/");
  WsClient browser = Open("/ws/iot/patient1/", UserToken());
  EXPECT_NE(device.ReceiveText().find("connection_established"), std::string::npos);
  EXPECT_NE(browser.ReceiveText().find("connection_established"), std::string::npos);
  MqttClient other(broker_.port(), "other");
  other.Publish("fajma/v1/devices/aabbcc000001/data", R"({"heart_rate":70})");
  while (browser.ReceiveText().find("sensor_data") == std::string::npos) {
  }
  device.SendText(SensorData(R"({"heart_rate":71})"));
  const std::string frame = device.ReceiveText();
  EXPECT_NE(frame.find(R"("type":"ack")"), std::string::npos) << "it hears of its own alone: " << frame;
}

TEST_F(HandshakeOfApp, AnOriginMustBeOurs) {
  settings_.ws_allow_anonymous_devices = true;
  Start();
  for (const char* origin : {"http://localhost:8000", "https://localhost", "http://127.0.0.1:3000", "file://"}) {
    EXPECT_EQ(HandshakeStatus("/ws/iot/patient1/", "Origin: " + std::string(origin) + "\r\n"), 101) << origin;
  }
  for (const char* origin :
       {"null", "http://evil.example", "http://localhost.evil.example", "http://evil.example/localhost",
        "http://localhost@evil.example", "evil.example", "http://", "//localhost"}) {
    EXPECT_EQ(HandshakeStatus("/ws/iot/patient1/", "Origin: " + std::string(origin) + "\r\n"), 403) << origin;
    EXPECT_EQ(HandshakeStatus("/ws/iot/patient1/?token=" + UserToken(), "Origin: " + std::string(origin) + "\r\n"), 403)
        << origin;
  }
}

TEST_F(HandshakeOfApp, ARevokedTokenOpensNothing) {
  Start();
  const HttpAnswer made = Ask("POST", "/api/iot/dispositifs/1/identifiants/");
  ASSERT_EQ(made.status, 201) << made.body;
  const std::size_t begin = made.body.find("eyJ");
  const std::string device = made.body.substr(begin, made.body.find('"', begin) - begin);
  EXPECT_EQ(HandshakeStatus("/ws/iot/patient1/?token=" + device), 101);
  const std::string id = std::to_string(NumberIn(made.body, "id"));
  EXPECT_EQ(Ask("DELETE", "/api/iot/dispositifs/1/identifiants/" + id + "/").status, 204);
  EXPECT_EQ(HandshakeStatus("/ws/iot/patient1/?token=" + device), 403);
}

TEST_F(HandshakeOfApp, AnEndedLoginOpensNothing) {
  Start();
  const HttpAnswer login = Ask("POST", "/api/token/", R"({"username":"demo","password":"demo"})");
  ASSERT_EQ(login.status, 200) << login.body;
  const auto token = [&](const std::string& name) {
    const std::size_t begin = login.body.find("eyJ", login.body.find("\"" + name + "\""));
    return login.body.substr(begin, login.body.find('"', begin) - begin);
  };
  EXPECT_EQ(HandshakeStatus("/ws/alerts/?token=" + token("access")), 101);
  EXPECT_EQ(Ask("POST", "/api/token/blacklist/", "{\"refresh\":\"" + token("refresh") + "\"}").status, 200);
  EXPECT_EQ(HandshakeStatus("/ws/alerts/?token=" + token("access")), 403);
  EXPECT_EQ(HandshakeStatus("/ws/alerts/?token=" + UserToken()), 101) << "another login";
}

TEST_F(HandshakeOfApp, ASocketsUserMustSeeThePatient) {
  Start();
  EXPECT_EQ(HandshakeStatus("/ws/iot/patient1/?token=" + UserToken("infirmier")), 101);
  EXPECT_EQ(HandshakeStatus("/ws/iot/patient1/?token=" + UserToken("integrateur")), 101);
  EXPECT_EQ(HandshakeStatus("/ws/iot/patient1/?token=" + UserToken("technicien")), 403) << "devices, no readings";
  {
    DatabaseOptions options;
    options.url = settings_.database_url;
    Database database(options);
    UserStore users(database);
    users.SetRooms(users.FindByName("infirmier")->id, {"salle2"});
  }
  EXPECT_EQ(HandshakeStatus("/ws/iot/patient1/?token=" + UserToken("infirmier")), 403) << "another room's patient";
  EXPECT_EQ(HandshakeStatus("/ws/iot/patient6/?token=" + UserToken("infirmier")), 101);
}

}  // namespace
}  // namespace fajma::test
