// ws/alerts/: escalation by hand, what is listed, and who may do what.
#include "core/store/user_store.h"
#include "tests/integration/app/app_fixture.h"

namespace fajma::test {
namespace {

const std::string kNotEscalated = R"({"type":"error","code":"not_escalated","message":)"
                                  R"("Alerte inconnue, acquittée ou déjà au plus haut niveau.","alert_id":)";

class AlertsSocket : public AppTest {
 protected:
  // Returns the user's id.
  std::int64_t LetSee(const std::string& user, const std::vector<std::string>& rooms) {
    DatabaseOptions options;
    options.url = settings_.database_url;
    Database database(options);
    UserStore users(database);
    const std::int64_t id = users.FindByName(user)->id;
    users.SetRooms(id, rooms);
    return id;
  }
  void Measure(int device, const std::string& values) {
    device_.Publish("fajma/v1/devices/aabbcc00000" + std::to_string(device) + "/data", values);
  }
  // An alert of patient1 made over REST; its id.
  std::int64_t Make(const std::string& level) {
    const HttpAnswer answer =
        Ask("POST", "/api/iot/alertes/",
            R"({"niveau":")" + level + R"(","titre":"T","message":"M","dispositif":1,"patient":1})");
    EXPECT_EQ(answer.status, 201) << answer.body;
    return NumberIn(answer.body, "id");
  }
  static void Send(WsClient& socket, const std::string& type, std::int64_t alert_id) {
    socket.SendText(R"({"type":")" + type + R"(","alert_id":)" + std::to_string(alert_id) + "}");
  }

  MqttClient device_{broker_.port(), "device"};
};

TEST_F(AlertsSocket, RaisesAnAlertByOneLevelAtATime) {
  Start();
  const std::int64_t id = Make("warning");
  WsClient doctor = Open("/ws/alerts/", UserToken("medecin"));
  WsClient demo = Open("/ws/alerts/", UserToken());
  WsClient patient = Open("/ws/iot/patient1/", UserToken());
  for (WsClient* socket : {&doctor, &demo, &patient}) socket->ReceiveText();
  for (const char* level : {"critical", "emergency"}) {
    Send(doctor, "escalate", id);
    const std::string told = doctor.ReceiveText();
    EXPECT_EQ(Normalize(told),
              std::string(R"({"type":"alert_escalated","alert":{"id":<id>,"dispositif":1,"patient":1,"niveau":")") +
                  level +
                  R"(","titre":"T","message":"M","donnee_declencheur":null,"acquittee":false,"acquittee_par":null,)"
                  R"("date_acquittement":null,"date_creation":<time>,"nature":"physiologique"},"cursor":<n>})");
    EXPECT_EQ(demo.ReceiveText(), told);
    EXPECT_EQ(patient.ReceiveText(), told);
  }
  Send(doctor, "escalate", id);
  EXPECT_EQ(doctor.ReceiveText(), kNotEscalated + std::to_string(id) + "}");
  EXPECT_NE(Ask("GET", "/api/iot/alertes/" + std::to_string(id) + "/").body.find(R"("niveau":"emergency")"),
            std::string::npos);
}

TEST_F(AlertsSocket, TellsTheAskerOfARiseThatIsNotCarriedThere) {
  Start();
  const std::int64_t id = Make("info");
  WsClient doctor = Open("/ws/alerts/", UserToken("medecin"));
  doctor.ReceiveText();
  Send(doctor, "escalate", id);
  EXPECT_NE(doctor.ReceiveText().find(R"("niveau":"warning")"), std::string::npos);
  Send(doctor, "escalate", id);
  EXPECT_NE(doctor.ReceiveText().find(R"("niveau":"critical")"), std::string::npos) << "and once only";
}

TEST_F(AlertsSocket, GoesOnFromALevelThatWasRaisedByHand) {
  Start();
  WsClient demo = Open("/ws/alerts/", UserToken());
  demo.ReceiveText();
  Measure(1, R"({"heart_rate":150})");
  const std::int64_t id = NumberIn(NextOf(demo, "alert"), "id");
  Send(demo, "escalate", id);
  EXPECT_NE(NextOf(demo, "alert_escalated").find("emergency"), std::string::npos);
  Measure(1, R"({"heart_rate":190})");  // an emergency by itself, which it is already
  Measure(1, R"({"heart_rate":75})");
  EXPECT_NE(demo.ReceiveText().find(R"({"type":"alert_resolved")"), std::string::npos);
  Send(demo, "escalate", id);
  EXPECT_EQ(demo.ReceiveText(), kNotEscalated + std::to_string(id) + "}");
}

TEST_F(AlertsSocket, LetsNobodyActOutsideTheirRoomsOrRole) {
  LetSee("medecin", {"salle2"});
  Start();
  const std::int64_t id = Make("critical");
  const std::string with_id = R"(,"alert_id":)" + std::to_string(id) + "}";
  const auto answer = [&](const std::string& user, const std::string& type) {
    WsClient socket = Open("/ws/alerts/", UserToken(user));
    socket.ReceiveText();
    Send(socket, type, id);
    return socket.ReceiveText();
  };
  const std::string forbidden = R"({"type":"error","code":"forbidden","message":"Action non autorisée.")" + with_id;
  EXPECT_EQ(answer("medecin", "escalate"), kNotEscalated + std::to_string(id) + "}");
  EXPECT_EQ(answer("medecin", "acknowledge"),
            R"({"type":"error","code":"not_found","message":"Alerte inconnue.")" + with_id);
  EXPECT_EQ(answer("infirmier", "escalate"), forbidden);
  EXPECT_EQ(answer("integrateur", "escalate"), forbidden);
  EXPECT_EQ(answer("integrateur", "acknowledge"), forbidden);
  EXPECT_NE(Ask("GET", "/api/iot/alertes/" + std::to_string(id) + "/").body.find(R"("niveau":"critical")"),
            std::string::npos);
  EXPECT_NE(answer("infirmier", "acknowledge").find("alert_acknowledged"), std::string::npos);
  EXPECT_EQ(answer("demo", "escalate"), kNotEscalated + std::to_string(id) + "}") << "it is acknowledged";
}

TEST_F(AlertsSocket, ListsWhatIsStillSoWhenAsked) {
  Start();
  WsClient demo = Open("/ws/alerts/", UserToken());
  demo.ReceiveText();
  Measure(1, R"({"heart_rate":150})");
  const std::int64_t id = NumberIn(NextOf(demo, "alert"), "id");
  Send(demo, "acknowledge", id);
  NextOf(demo, "alert_acknowledged");
  demo.SendText(R"({"type":"get_active"})");
  EXPECT_EQ(demo.ReceiveText(), R"({"type":"active_alerts","count":0,"alerts":[]})");
  WsClient present = Open("/ws/alerts/?etat=presente", UserToken());
  EXPECT_TRUE(present.ReceiveText().starts_with(R"({"type":"active_alerts","count":1,"alerts":[{"id":)"));
  Measure(1, R"({"heart_rate":75})");
  NextOf(present, "alert_resolved");
  present.SendText(R"({"type":"get_active"})");
  EXPECT_EQ(present.ReceiveText(), R"({"type":"active_alerts","count":0,"alerts":[]})");
  WsClient other = Open("/ws/alerts/?etat=x", UserToken());
  EXPECT_EQ(other.ReceiveText(), R"({"type":"error","code":"invalid_data","message":"etat : presente."})");
  EXPECT_NE(other.ReceiveText().find("active_alerts"), std::string::npos) << "as without";
}

TEST_F(AlertsSocket, CarriesSilencesAssignmentsAndComments) {
  Start();
  WsClient demo = Open("/ws/alerts/", UserToken());
  demo.ReceiveText();
  WsClient nurse = Open("/ws/alerts/", UserToken("infirmier"));
  nurse.ReceiveText();
  Measure(1, R"({"heart_rate":150})");
  const std::int64_t id = NumberIn(NextOf(demo, "alert"), "id");
  const std::string of_alert = R"("alert_id":)" + std::to_string(id);
  demo.SendText(R"({"type":"silence",)" + of_alert + R"(,"minutes":5})");
  const std::string silenced = NextOf(demo, "alert_updated");
  EXPECT_NE(silenced.find(R"("etat":"presente","niveau_condition":"critical")"), std::string::npos) << silenced;
  EXPECT_EQ(silenced.find(R"("silence_jusqu":null)"), std::string::npos) << silenced;
  EXPECT_TRUE(silenced.ends_with(R"("fait":"silenced"})")) << silenced;
  demo.SendText(R"({"type":"silence",)" + of_alert + R"(,"minutes":0})");
  EXPECT_NE(NextOf(demo, "alert_updated").find(R"("silence_jusqu":null)"), std::string::npos);
  demo.SendText(R"({"type":"silence",)" + of_alert + R"(,"minutes":0})");
  EXPECT_NE(NextOf(demo, "error").find("not_silenced"), std::string::npos);
  demo.SendText(R"({"type":"comment",)" + of_alert + R"(,"commentaire":"<b>vu</b>"})");
  EXPECT_NE(NextOf(demo, "alert_updated").find(R"("commentaire":"<b>vu</b>")"), std::string::npos);
  demo.SendText(R"({"type":"assign",)" + of_alert + R"(,"utilisateur":1})");
  const std::string assigned = NextOf(demo, "alert_updated");
  EXPECT_NE(assigned.find(R"("assignee_a":1)"), std::string::npos);
  EXPECT_TRUE(assigned.ends_with(R"("fait":"assigned"})")) << assigned;
  WsClient later = Open("/ws/alerts/?apres=" + std::to_string(NumberIn(silenced, "cursor") - 1), UserToken());
  EXPECT_EQ(NextOf(later, "alert_updated"), silenced) << "read back from the database";
  demo.SendText(R"({"type":"assign",)" + of_alert + R"(,"utilisateur":1})");
  EXPECT_NE(NextOf(demo, "error").find("already_assigned"), std::string::npos);
  const std::int64_t elsewhere = LetSee("infirmier", {"salle2"});
  for (const std::int64_t user : {std::int64_t{4711}, elsewhere}) {
    demo.SendText(R"({"type":"assign",)" + of_alert + R"(,"utilisateur":)" + std::to_string(user) + "}");
    EXPECT_NE(NextOf(demo, "error").find("not_found"), std::string::npos) << user;
  }
}

TEST_F(AlertsSocket, TakesTheCommentsThatRestTakes) {
  Start();
  WsClient demo = Open("/ws/alerts/", UserToken());
  demo.ReceiveText();
  const std::int64_t id = Make("critical");
  NextOf(demo, "alert");
  const auto comment = [&](const std::string& text) {
    demo.SendText(R"({"type":"comment","alert_id":)" + std::to_string(id) + R"(,"commentaire":")" + text + R"("})");
  };
  std::string longest;
  for (int i = 0; i < 1'000; ++i) longest += "é";
  comment(longest);
  EXPECT_NE(NextOf(demo, "alert_updated").find("\"" + longest + "\""), std::string::npos);
  comment("  vu  ");
  EXPECT_NE(NextOf(demo, "alert_updated").find(R"("commentaire":"vu")"), std::string::npos);
  for (const std::string& bad : {longest + "x", std::string("   "), std::string()}) {
    comment(bad);
    EXPECT_NE(NextOf(demo, "error").find("1 à 1000 caractères"), std::string::npos) << bad.size();
  }
}

TEST_F(AlertsSocket, TellsOfALatchedAlertThatIsThereAgain) {
  Start();
  WsClient demo = Open("/ws/alerts/", UserToken());
  demo.ReceiveText();
  Measure(1, R"({"heart_rate":150})");
  const std::int64_t id = NumberIn(NextOf(demo, "alert"), "id");
  Measure(1, R"({"heart_rate":75})");
  NextOf(demo, "alert_resolved");
  Measure(1, R"({"heart_rate":150})");
  EXPECT_EQ(NumberIn(NextOf(demo, "alert"), "id"), id) << "the same alert";
}

TEST_F(AlertsSocket, AnswersBadMessagesAndStays) {
  Start();
  WsClient demo = Open("/ws/alerts/", UserToken());
  demo.ReceiveText();
  const std::pair<std::string, const char*> rows[] = {
      {"{", "invalid_json"},
      {"[1]", "invalid_message"},
      {"{}", "unknown_type"},
      {R"({"type":"ESCALATE","alert_id":1})", "unknown_type"},
      {R"({"type":5,"alert_id":1})", "unknown_type"},
      {R"({"type":"escalate"})", "invalid_data"},
      {R"({"type":"escalate","alert_id":"3"})", "invalid_data"},
      {R"({"type":"escalate","alert_id":3.0})", "invalid_data"},
      {R"({"type":"escalate","alert_id":null})", "invalid_data"},
      {R"({"type":"escalate","alert_id":[3]})", "invalid_data"},
      {R"({"type":"escalate","alert_id":123456789012345678901234567890})", "invalid_data"},
      {R"({"type":"acknowledge","alert_id":123456789012345678901234567890})", "invalid_data"},
      {R"({"type":"escalate","alert_id":-1})", "not_escalated"},
      {R"({"type":"silence","alert_id":1})", "invalid_data"},
      {R"({"type":"silence","alert_id":1,"minutes":1441})", "invalid_data"},
      {R"({"type":"silence","alert_id":1,"minutes":-1})", "invalid_data"},
      {R"({"type":"silence","alert_id":4711,"minutes":5})", "not_found"},
      {R"({"type":"assign","alert_id":1})", "invalid_data"},
      {R"({"type":"assign","alert_id":1,"utilisateur":"x"})", "invalid_data"},
      {R"({"type":"comment","alert_id":1})", "invalid_data"},
      {R"({"type":"comment","alert_id":1,"commentaire":""})", "invalid_data"},
      {R"({"type":"comment","alert_id":1,"commentaire":7})", "invalid_data"},
      {R"({"type":"escalate","alert_id":9223372036854775807})", "not_escalated"},
      {R"({"type":"acknowledge","alert_id":-9223372036854775808})", "not_found"},
  };
  for (const auto& [text, code] : rows) {
    demo.SendText(text);
    const std::string answer = demo.ReceiveText();
    EXPECT_TRUE(answer.starts_with(std::string(R"({"type":"error","code":")") + code + "\"")) << text << answer;
  }
  demo.SendFrame(testing::kBinaryFrame, std::string("\0\1", 2));
  EXPECT_NE(demo.ReceiveText().find("invalid_json"), std::string::npos);
}

}  // namespace
}  // namespace fajma::test
