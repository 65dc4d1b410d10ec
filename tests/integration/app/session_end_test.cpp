// A socket outlives its token; it does not outlive its user's or device's right to be there.
#include "tests/integration/app/app_fixture.h"

namespace fajma::test {
namespace {

constexpr std::uint16_t kSessionEnded = 4401;
constexpr std::uint16_t kResume = 1013;

class SessionEnd : public AppTest {
 protected:
  // The tokens of a login of that user, as {"refresh":…,"access":…}.
  std::string Login(const std::string& user) {
    const HttpAnswer answer = Ask("POST", "/api/token/", R"({"username":")" + user + R"(","password":"demo"})");
    EXPECT_EQ(answer.status, 200) << answer.body;
    return answer.body;
  }
  std::string IdOf(const std::string& user) {
    const std::string list = Ask("GET", "/api/utilisateurs/").body;
    const std::size_t at = list.find("\"username\":\"" + user + "\"");
    const std::size_t begin = list.rfind("{\"id\":", at) + 6;
    return list.substr(begin, list.find(',', begin) - begin);
  }
  void Change(const std::string& user, const std::string& body) {
    const HttpAnswer answer = Ask("PATCH", "/api/utilisateurs/" + IdOf(user) + "/", body);
    ASSERT_EQ(answer.status, 200) << answer.body;
  }
  static void ExpectOpen(WsClient& socket) {
    socket.SendText(R"({"type":"ping"})");
    while (socket.ReceiveText().find("pong") == std::string::npos) {
    }
  }
};

TEST_F(SessionEnd, ALogoutClosesTheSocketsOfItsLogin) {
  Start();
  const std::string login = Login("infirmier");
  const std::string other = Login("infirmier");
  WsClient closed = Open("/ws/iot/patient1/", TextIn(login, "access"));
  WsClient alerts = Open("/ws/alerts/", TextIn(login, "access"));
  WsClient stays = Open("/ws/iot/patient1/", TextIn(other, "access"));
  WsClient device = Open("/ws/iot/patient1/", DeviceToken(kMac));
  ExpectOpen(closed);
  ExpectOpen(alerts);
  ASSERT_EQ(Ask("POST", "/api/token/blacklist/", R"({"refresh":")" + TextIn(login, "refresh") + "\"}").status, 200);
  EXPECT_EQ(closed.ReceiveClose(), kSessionEnded);
  EXPECT_EQ(alerts.ReceiveClose(), kSessionEnded);
  ExpectOpen(stays);
  ExpectOpen(device);
  EXPECT_EQ(HandshakeStatus("/ws/iot/patient1/?token=" + TextIn(login, "access")), 403);
}

TEST_F(SessionEnd, ADeactivatedUserIsGoneAtOnce) {
  Start();
  WsClient closed = Open("/ws/iot/patient1/", UserToken("infirmier"));
  WsClient stays = Open("/ws/iot/patient1/", UserToken("medecin"));
  ExpectOpen(closed);
  Change("infirmier", R"({"is_active":false})");
  EXPECT_EQ(closed.ReceiveClose(), kSessionEnded);
  ExpectOpen(stays);
}

TEST_F(SessionEnd, ALostRoomClosesItsSocketsAlone) {
  Start();
  WsClient lost = Open("/ws/iot/patient6/", UserToken("infirmier"));  // salle2
  WsClient kept = Open("/ws/iot/patient1/", UserToken("infirmier"));  // salle1
  WsClient alerts = Open("/ws/alerts/", UserToken("infirmier"));
  for (WsClient* socket : {&lost, &kept, &alerts}) ExpectOpen(*socket);
  Change("infirmier", R"({"salles":["salle1"]})");
  EXPECT_EQ(lost.ReceiveClose(), kSessionEnded);
  EXPECT_EQ(alerts.ReceiveClose(), kSessionEnded);
  ExpectOpen(kept);
}

TEST_F(SessionEnd, ANewRoomMakesTheAlertsBeginAgain) {
  Start();
  Change("infirmier", R"({"salles":["salle1"]})");
  WsClient alerts = Open("/ws/alerts/", UserToken("infirmier"));
  ExpectOpen(alerts);
  Change("infirmier", R"({"salles":["salle1","salle2"]})");
  EXPECT_EQ(alerts.ReceiveClose(), kResume) << "else it would miss the alerts of the new room";
}

TEST_F(SessionEnd, ARevokedTokenClosesItsDevicesSocket) {
  Start();
  const HttpAnswer made = Ask("POST", "/api/iot/dispositifs/1/identifiants/", "{}");
  ASSERT_EQ(made.status, 201) << made.body;
  WsClient closed = Open("/ws/iot/patient1/", TextIn(made.body, "token"));
  WsClient stays = Open("/ws/iot/patient1/", DeviceToken(kMac));
  ExpectOpen(closed);
  ExpectOpen(stays);
  const std::string id = std::to_string(NumberIn(made.body, "id"));
  ASSERT_EQ(Ask("DELETE", "/api/iot/dispositifs/1/identifiants/" + id + "/").status, 204);
  EXPECT_EQ(closed.ReceiveClose(), kSessionEnded);
  ExpectOpen(stays);
}

}  // namespace
}  // namespace fajma::test
