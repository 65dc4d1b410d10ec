// What clients of WebSockets do wrong is counted, by route and code, and by the cause of the close.
#include "tests/integration/app/app_fixture.h"

namespace fajma::test {
namespace {

class SocketErrorsOfApp : public AppTest {
 protected:
  std::uint64_t Errors(const std::string& route, const std::string& code) const {
    return Figure(Metrics(), "fajma_ws_errors_total{route=\"" + route + "\",code=\"" + code + "\"}");
  }
  std::uint64_t Closed(const std::string& cause) const {
    return Figure(Metrics(), "fajma_ws_closed_total{cause=\"" + cause + "\"}");
  }
  std::uint64_t Refused(const std::string& reason) const {
    return Figure(Metrics(), "fajma_ws_refused_total{reason=\"" + reason + "\"}");
  }
  // Sends it, and waits for the answer `error` of that code.
  static void Provoke(WsClient& socket, const std::string& text, const std::string& code) {
    socket.SendText(text);
    EXPECT_EQ(TextIn(NextOf(socket, "error"), "code"), code) << text;
  }
};

TEST_F(SocketErrorsOfApp, EveryAnswerOfEveryRouteIsCountedByItsCode) {
  Start();
  const std::pair<const char*, const char*> routes[] = {
      {"alerts", "/ws/alerts/"}, {"monitoring", "/ws/monitoring/salle1/"}, {"chat", "/ws/chat/equipe/"}};
  for (const auto& [name, path] : routes) {
    WsClient socket = Open(std::string(path) + "?apres=x", UserToken());
    EXPECT_EQ(TextIn(NextOf(socket, "error"), "code"), "invalid_cursor");
    Provoke(socket, "{", "invalid_json");
    Provoke(socket, "[]", "invalid_message");
    Provoke(socket, R"({"type":"nothing"})", "unknown_type");
    Provoke(socket, R"({"type":"nothing"})", "unknown_type");
    for (const char* code : {"invalid_cursor", "invalid_json", "invalid_message"}) {
      EXPECT_EQ(Errors(name, code), 1U) << name << code;
    }
    EXPECT_EQ(Errors(name, "unknown_type"), 2U) << name;
  }
  EXPECT_EQ(Errors("iot", "unknown_type"), 0U);
}

TEST_F(SocketErrorsOfApp, TheActionsOfARouteHaveTheirOwn) {
  Start();
  WsClient alerts = Open("/ws/alerts/", UserToken());
  Provoke(alerts, R"({"type":"acknowledge"})", "invalid_data");
  Provoke(alerts, R"({"type":"acknowledge","alert_id":4711})", "not_found");
  Provoke(alerts, R"({"type":"escalate","alert_id":4711})", "not_escalated");
  WsClient nurse = Open("/ws/alerts/", UserToken("infirmier"));
  Provoke(nurse, R"({"type":"escalate","alert_id":4711})", "forbidden");
  WsClient chat = Open("/ws/chat/equipe/", UserToken());
  Provoke(chat, R"({"type":"chat_message","message":" "})", "invalid_data");
  WsClient device = Open("/ws/iot/patient1/", DeviceToken(kMac));
  Provoke(device, "{", "invalid_json");
  Provoke(device, R"({"type":"command_result"})", "invalid_data");
  Provoke(device, SensorData(R"({"heart_rate":75})", "AA:BB:CC:00:00:02"), "forbidden_device");
  const std::pair<const char*, const char*> once[] = {
      {"alerts", "invalid_data"}, {"alerts", "not_found"}, {"alerts", "not_escalated"}, {"alerts", "forbidden"},
      {"chat", "invalid_data"},   {"iot", "invalid_json"}, {"iot", "invalid_data"},     {"iot", "forbidden_device"},
  };
  for (const auto& [route, code] : once) EXPECT_EQ(Errors(route, code), 1U) << route << code;
  for (const char* route : {"iot", "alerts", "monitoring", "chat"}) EXPECT_EQ(Errors(route, "other"), 0U) << route;
}

TEST_F(SocketErrorsOfApp, ACloseByTheClientsFaultIsCountedByItsCause) {
  settings_.ws_ping_interval_seconds = 1;
  settings_.ws_timeout_seconds = 2;
  Start();
  const std::string token = UserToken();
  WsClient unmasked = Open("/ws/alerts/", token);
  unmasked.SendFrame(testing::kTextFrame, "{}", {.masked = false});
  EXPECT_EQ(unmasked.ReceiveClose(), 1002);
  WsClient no_text = Open("/ws/alerts/", token);
  no_text.SendText("\xC3\x28");
  EXPECT_EQ(no_text.ReceiveClose(), 1007);
  WsClient big = Open("/ws/alerts/", token);
  big.SendText(std::string(65 * 1024, ' '));
  EXPECT_EQ(big.ReceiveClose(), 1009);
  WsClient silent = Open("/ws/alerts/", token);
  EXPECT_EQ(silent.ReceiveClose(), 1001);
  for (const char* cause : {"protocol_error", "bad_payload", "too_big", "idle"}) EXPECT_EQ(Closed(cause), 1U) << cause;
  EXPECT_EQ(Closed("slow"), 0U);
}

TEST_F(SocketErrorsOfApp, ARefusedHandshakeIsCountedByItsReason) {
  Start();
  EXPECT_EQ(HandshakeStatus("/ws/nothing/"), 404);
  EXPECT_EQ(HandshakeStatus("/ws/alerts/"), 403);
  EXPECT_EQ(HandshakeStatus("/ws/alerts/?token=" + UserToken("technicien")), 403);
  EXPECT_EQ(Refused("unknown_route"), 1U);
  EXPECT_EQ(Refused("forbidden"), 2U);
  EXPECT_EQ(Refused("unavailable"), 0U);
}

}  // namespace
}  // namespace fajma::test
