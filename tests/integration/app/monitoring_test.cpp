// ws/monitoring/<room>/: figures, statuses, alerts, and with `?mesures=1` the room's readings.
#include "core/store/user_store.h"
#include "tests/integration/app/app_fixture.h"

namespace fajma::test {
namespace {

constexpr std::uint16_t kSessionEnded = 4401;

class Monitoring : public AppTest {
 protected:
  void LetSee(const std::string& user, const std::vector<std::string>& rooms) {
    DatabaseOptions options;
    options.url = settings_.database_url;
    Database database(options);
    UserStore users(database);
    users.SetRooms(users.FindByName(user)->id, rooms);
  }
  void Measure(int device, const std::string& values) {
    device_.Publish("fajma/v1/devices/aabbcc00000" + std::to_string(device) + "/data", values);
  }
  int Status(const std::string& path, const std::string& user) const {
    const std::string query = path.find('?') == std::string::npos ? "?token=" : "&token=";
    return HandshakeStatus(path + query + UserToken(user));
  }
  // Asks until the figures hold `text`.
  static std::string StatsWith(WsClient& socket, const std::string& text) {
    for (;;) {
      socket.SendText(R"({"type":"get_stats"})");
      std::string stats = NextOf(socket, "monitoring_stats");
      if (stats.find(text) != std::string::npos) return stats;
    }
  }
  static void ExpectPong(WsClient& socket) {
    socket.SendText(R"({"type":"ping"})");
    std::string frame = socket.ReceiveText();
    while (frame.find("monitoring_stats") != std::string::npos) frame = socket.ReceiveText();  // it was just the time
    EXPECT_NE(frame.find("pong"), std::string::npos) << frame;
  }

  MqttClient device_{broker_.port(), "device"};
};

// salle1 has the devices of patient1 to patient5, and the documented one.
TEST_F(Monitoring, TellsTheDocumentedFiguresAtOnceAndWhenAsked) {
  Start();
  WsClient monitor = Open("/ws/monitoring/salle1/", UserToken());
  const std::string stats = monitor.ReceiveText();
  EXPECT_TRUE(stats.starts_with(
      R"({"type":"monitoring_stats","room_name":"salle1","stats":{"dispositifs_total":7,"dispositifs_connectes":0,)"
      R"("dispositifs_par_status":{"actif":0,"inactif":7,"maintenance":0,"erreur":0},"donnees_derniere_minute":0,)"
      R"("donnees_par_seconde":0.0,"alertes_actives":0,)"
      R"("alertes_par_niveau":{"info":0,"warning":0,"critical":0,"emergency":0},"sessions_actives":1,)"
      R"("temps_reponse_api_ms":)"))
      << stats;
  EXPECT_NE(stats.find(R"(},"timestamp":"20)"), std::string::npos) << stats;

  Measure(1, R"({"heart_rate":150,"temperature":36.5,"battery_level":80})");
  EXPECT_NE(NextOf(monitor, "device_status").find(R"("device_id":1,)"), std::string::npos);
  EXPECT_NE(NextOf(monitor, "alert").find(R"("cursor":)"), std::string::npos);
  monitor.SendText(R"({"type":"get_stats"})");
  const std::string later = NextOf(monitor, "monitoring_stats");
  EXPECT_NE(later.find(R"("dispositifs_connectes":1,"dispositifs_par_status":{"actif":1,"inactif":6,)"),
            std::string::npos)
      << later;
  EXPECT_NE(later.find(R"("donnees_derniere_minute":2,"donnees_par_seconde":0.033,"alertes_actives":1,)"
                       R"("alertes_par_niveau":{"info":0,"warning":0,"critical":1,"emergency":0})"),
            std::string::npos)
      << later;

  WsClient again = Open("/ws/monitoring/salle1", UserToken("medecin"));
  EXPECT_NE(again.ReceiveText().find(R"("alertes_actives":1,)"), std::string::npos);
}

TEST_F(Monitoring, FollowsWhatRestChanges) {
  Start();
  WsClient monitor = Open("/ws/monitoring/salle1/", UserToken());
  monitor.ReceiveText();
  const HttpAnswer alert = Ask("POST", "/api/iot/alertes/",
                               R"({"niveau":"emergency","titre":"T","message":"M","dispositif":1,"patient":1})");
  ASSERT_EQ(alert.status, 201) << alert.body;
  StatsWith(monitor, R"("critical":0,"emergency":1})");
  const std::string id = std::to_string(NumberIn(alert.body, "id"));
  ASSERT_EQ(Ask("POST", "/api/iot/alertes/" + id + "/acknowledge/").status, 200);
  StatsWith(monitor, R"("critical":0,"emergency":0})");
  ASSERT_EQ(Ask("POST", "/api/iot/dispositifs/1/status/", R"({"status":"maintenance"})").status, 200);
  StatsWith(monitor, R"("actif":0,"inactif":6,"maintenance":1)");
  ASSERT_EQ(Ask("PATCH", "/api/iot/dispositifs/1/", R"({"status":"erreur"})").status, 200);
  StatsWith(monitor, R"("inactif":6,"maintenance":0,"erreur":1)");
  ASSERT_EQ(Ask("DELETE", "/api/iot/dispositifs/1/").status, 204);
  StatsWith(monitor, R"("dispositifs_total":6,)");
  ASSERT_EQ(Ask("PATCH", "/api/patients/2/", R"({"salle":"salle2"})").status, 200);
  StatsWith(monitor, R"("dispositifs_total":5,)");
}

TEST_F(Monitoring, TellsTheFiguresAgainUnasked) {
  Start();
  WsClient monitor = Open("/ws/monitoring/salle1/", UserToken());
  const std::string first = monitor.ReceiveText();
  const std::string second = monitor.ReceiveText();
  EXPECT_TRUE(second.starts_with(R"({"type":"monitoring_stats","room_name":"salle1",)")) << second;
  EXPECT_GT(TextIn(second, "timestamp"), TextIn(first, "timestamp"));
}

TEST_F(Monitoring, CountsAgainAfterARestart) {
  Start();
  Measure(1, R"({"heart_rate":150})");
  ASSERT_TRUE(Eventually([&] { return NumberIn(Ask("GET", "/api/iot/alertes/").body, "count") == 1; }));
  Stop();
  Start();
  WsClient monitor = Open("/ws/monitoring/salle1/", UserToken());
  EXPECT_NE(monitor.ReceiveText().find(R"("alertes_actives":1,)"), std::string::npos);
}

TEST_F(Monitoring, ShowsNothingOfAnotherRoom) {
  Start();
  WsClient first = Open("/ws/monitoring/salle1/?mesures=1", UserToken());
  WsClient second = Open("/ws/monitoring/salle2/?mesures=1", UserToken());
  second.ReceiveText();
  Measure(1, R"({"heart_rate":150})");
  NextOf(first, "alert");
  ExpectPong(second);
}

TEST_F(Monitoring, WithoutReadingsTellsOfNewAlertsOnly) {
  Start();
  WsClient figures = Open("/ws/monitoring/salle1/", UserToken());
  WsClient everything = Open("/ws/monitoring/salle1/?mesures=1", UserToken());
  Measure(1, R"({"heart_rate":150})");
  const std::string raised = NextOf(everything, "alert");
  Measure(1, R"({"heart_rate":190})");
  NextOf(everything, "alert_escalated");
  EXPECT_EQ(NextOf(figures, "alert"), raised);
  figures.SendText(R"({"type":"ping"})");
  for (std::string frame; frame.find("pong") == std::string::npos; frame = figures.ReceiveText()) {
    EXPECT_EQ(frame.find("alert_escalated"), std::string::npos) << frame;
    EXPECT_EQ(frame.find("sensor_data"), std::string::npos) << frame;
  }
}

TEST_F(Monitoring, ResumesTheReadingsAndAlertsOfARoom) {
  Start();
  std::vector<std::string> all;
  const auto read = [](WsClient& socket, std::vector<std::string>& frames, std::size_t count) {
    while (frames.size() < count) {
      std::string frame = socket.ReceiveText();
      if (frame.find("\"cursor\":") != std::string::npos) frames.push_back(std::move(frame));
    }
  };
  {
    WsClient live = Open("/ws/monitoring/salle1/?mesures=1", UserToken());
    live.ReceiveText();
    for (int i = 0; i < 30; ++i) {
      Measure(1 + i % 5, R"({"temperature":)" + std::to_string(36 + i * 0.01) + "}");
      Measure(6, R"({"temperature":36})");
    }
    Measure(2, R"({"heart_rate":150})");
    read(live, all, 32);
  }
  for (const std::size_t after : {std::size_t{0}, std::size_t{7}, std::size_t{30}}) {
    const std::string cursor = after == 0 ? "0" : std::to_string(NumberIn(all[after - 1], "cursor"));
    std::vector<std::string> resumed;
    WsClient back = Open("/ws/monitoring/salle1/?mesures=1&apres=" + cursor, UserToken());
    read(back, resumed, all.size() - after);
    EXPECT_EQ(resumed, std::vector<std::string>(all.begin() + static_cast<std::ptrdiff_t>(after), all.end()));
  }
  Stop();  // nothing is remembered then: it is read from the database
  Start();
  std::vector<std::string> resumed;
  WsClient back = Open("/ws/monitoring/salle1/?mesures=1&apres=0", UserToken());
  read(back, resumed, all.size());
  EXPECT_EQ(resumed, all);
  WsClient figures = Open("/ws/monitoring/salle1/?apres=0", UserToken());
  std::vector<std::string> alerts;
  read(figures, alerts, 1);
  EXPECT_EQ(alerts.front(), all.back()) << "of what was missed, alerts only";
}

TEST_F(Monitoring, OfAllRoomsShowsACarerTheirOwn) {
  LetSee("infirmier", {"salle2"});
  Start();
  WsClient all = Open("/ws/monitoring/global/?mesures=1", UserToken());
  EXPECT_NE(all.ReceiveText().find(R"("room_name":"global","stats":{"dispositifs_total":12,)"), std::string::npos);
  WsClient carer = Open("/ws/monitoring/global/?mesures=1", UserToken("infirmier"));
  EXPECT_NE(carer.ReceiveText().find(R"("room_name":"global","stats":{"dispositifs_total":5,)"), std::string::npos);
  Measure(1, R"({"heart_rate":75})");
  NextOf(all, "sensor_data");
  Measure(6, R"({"heart_rate":76})");
  EXPECT_NE(NextOf(all, "sensor_data").find(R"("heart_rate":76)"), std::string::npos);
  EXPECT_NE(NextOf(carer, "sensor_data").find(R"("heart_rate":76)"), std::string::npos);
  WsClient late = Open("/ws/monitoring/global/?mesures=1&apres=0", UserToken("infirmier"));
  EXPECT_NE(NextOf(late, "sensor_data").find(R"("heart_rate":76)"), std::string::npos);
}

TEST_F(Monitoring, ShowsATechnicianDevicesAndNoPatient) {
  Start();
  EXPECT_EQ(Status("/ws/monitoring/salle1/?mesures=1", "technicien"), 403);
  WsClient technician = Open("/ws/monitoring/salle1/?apres=0", UserToken("technicien"));
  EXPECT_NE(technician.ReceiveText().find(R"("dispositifs_total":7,)"), std::string::npos);
  WsClient carer = Open("/ws/monitoring/salle1/", UserToken("medecin"));
  Measure(1, R"({"heart_rate":150})");
  NextOf(carer, "alert");
  EXPECT_NE(NextOf(technician, "device_status").find(R"("status":"actif")"), std::string::npos);
  ExpectPong(technician);
}

TEST_F(Monitoring, AdmitsUsersToTheRoomsThatTheyHave) {
  LetSee("infirmier", {"salle2"});
  Start();
  const std::pair<const char*, int> as_nurse[] = {{"/ws/monitoring/salle2/", 101},    {"/ws/monitoring/salle2", 101},
                                                  {"/ws/monitoring/global/", 101},    {"/ws/monitoring/salle1/", 403},
                                                  {"/ws/monitoring/nulle/", 403},     {"/ws/monitoring/", 404},
                                                  {"/ws/monitoring/salle-2/", 404},   {"/ws/monitoring/a/b/", 404},
                                                  {"/ws/monitoring/salle%202/", 404}, {"/ws/monitoring/salle2//", 404}};
  for (const auto& [path, status] : as_nurse) EXPECT_EQ(Status(path, "infirmier"), status) << path;
  EXPECT_EQ(Status("/ws/monitoring/salle1/", "demo"), 101);
  EXPECT_EQ(Status("/ws/monitoring/nulle/", "demo"), 403);
  EXPECT_EQ(HandshakeStatus("/ws/monitoring/salle1/"), 403);
  EXPECT_EQ(HandshakeStatus("/ws/monitoring/salle1/?token=" + DeviceToken(kMac)), 403);
}

TEST_F(Monitoring, OfALostRoomEnds) {
  Start();
  WsClient lost = Open("/ws/monitoring/salle2/", UserToken("infirmier"));
  WsClient kept = Open("/ws/monitoring/salle1/", UserToken("infirmier"));
  WsClient global = Open("/ws/monitoring/global/", UserToken("infirmier"));
  for (WsClient* socket : {&lost, &kept, &global}) socket->ReceiveText();
  const std::string list = Ask("GET", "/api/utilisateurs/").body;
  const std::size_t at = list.rfind("{\"id\":", list.find(R"("username":"infirmier")")) + 6;
  const std::string id = list.substr(at, list.find(',', at) - at);
  ASSERT_EQ(Ask("PATCH", "/api/utilisateurs/" + id + "/", R"({"salles":["salle1"]})").status, 200);
  EXPECT_EQ(lost.ReceiveClose(), kSessionEnded);
  EXPECT_EQ(global.ReceiveClose(), kSessionEnded);
  kept.SendText(R"({"type":"get_stats"})");
  NextOf(kept, "monitoring_stats");
}

TEST_F(Monitoring, IsAmongTheSessions) {
  Start();
  WsClient monitor = Open("/ws/monitoring/salle1/", UserToken());
  ASSERT_TRUE(Eventually([&] {
    return Ask("GET", "/api/iot/sessions/active/")
               .body.find(R"("room_name":"monitoring_salle1","type_connexion":"monitoring")") != std::string::npos;
  }));
}

TEST_F(Monitoring, AnswersBadMessagesAndStays) {
  Start();
  WsClient monitor = Open("/ws/monitoring/salle1/?apres=-1", UserToken());
  EXPECT_NE(NextOf(monitor, "error").find("invalid_cursor"), std::string::npos);
  const std::pair<std::string, const char*> rows[] = {
      {"{", "invalid_json"},
      {"", "invalid_json"},
      {"[1]", "invalid_message"},
      {"\"get_stats\"", "invalid_message"},
      {"{}", "unknown_type"},
      {R"({"type":"x"})", "unknown_type"},
      {R"({"type":1})", "unknown_type"},
      {R"({"type":["get_stats"]})", "unknown_type"},
      {R"({"type":null})", "unknown_type"},
      {R"({"type":"GET_STATS"})", "unknown_type"},
      {std::string(60'000, '['), "invalid_json"},
  };
  for (const auto& [text, code] : rows) {
    monitor.SendText(text);
    EXPECT_NE(NextOf(monitor, "error").find(std::string(R"("code":")") + code + "\""), std::string::npos) << text;
  }
  monitor.SendFrame(testing::kBinaryFrame, std::string("\0\1", 2));
  EXPECT_NE(NextOf(monitor, "error").find("invalid_json"), std::string::npos);
  for (const char* cursor : {"x", "1.5", "", "123456789012345678901234567890", "%2B1", "0x10"}) {
    WsClient socket = Open(std::string("/ws/monitoring/salle1/?apres=") + cursor, UserToken());
    EXPECT_NE(NextOf(socket, "error").find("invalid_cursor"), std::string::npos) << cursor;
  }
  WsClient future = Open("/ws/monitoring/salle1/?apres=9000000000", UserToken());
  NextOf(future, "gap");
}

}  // namespace
}  // namespace fajma::test
