// A bridge and two apis, on one PostgreSQL and one Redis, are one server to whoever is outside.
#include "tests/integration/processes/processes_fixture.h"

namespace fajma::test {
namespace {

constexpr std::uint16_t kSessionEnded = 4401;

TEST_F(Processes, AReadingOfTheBridgeReachesTheScreensOfEveryApi) {
  Start();
  WsClient first = Open(0, "/ws/iot/patient1/", UserToken());
  WsClient second = Open(1, "/ws/iot/patient1/", UserToken());
  ExpectOpen(first);
  ExpectOpen(second);
  MqttClient device(broker_.port(), "device");
  device.Publish(std::string(kTopic) + "data", SensorData(R"({"heart_rate":75})"));
  const std::string seen = NextOf(first, "sensor_data");
  EXPECT_EQ(NextOf(second, "sensor_data"), seen);
  const std::string list = Get(1, "/api/iot/donnees/?page_size=1").body;
  EXPECT_NE(list.find("\"valeur\":75.0"), std::string::npos) << list;
}

TEST_F(Processes, AReadingOfOneApiReachesTheOtherAndTheIntegrators) {
  Start();
  MqttClient integrator(broker_.port(), "integrator");
  integrator.Subscribe("fajma/v1/patients/patient1/readings/heart_rate");
  WsClient screen = Open(1, "/ws/iot/patient1/", UserToken());
  ExpectOpen(screen);
  WsClient device = Open(0, "/ws/iot/patient1/", DeviceToken());
  device.SendText(SensorData(R"({"heart_rate":76})"));
  EXPECT_NE(NextOf(screen, "sensor_data").find("\"heart_rate\":76"), std::string::npos);
  EXPECT_NE(integrator.Receive().payload.find("\"value\":76"), std::string::npos);
}

TEST_F(Processes, AnAlertIsRaisedOnceForAll) {
  Start();
  WsClient first = Open(0, "/ws/alerts/", UserToken());
  WsClient second = Open(1, "/ws/alerts/", UserToken());
  NextOf(first, "active_alerts");
  NextOf(second, "active_alerts");
  MqttClient over_mqtt(broker_.port(), "device");
  WsClient over_socket = Open(0, "/ws/iot/patient1/", DeviceToken());
  over_mqtt.Publish(std::string(kTopic) + "data", SensorData(R"({"heart_rate":195})"));
  const std::string alert = NextOf(first, "alert");
  EXPECT_EQ(NextOf(second, "alert"), alert);
  over_socket.SendText(SensorData(R"({"heart_rate":196})"));
  ASSERT_TRUE(Eventually([this] { return Count("SELECT COUNT(*) FROM fajma_donneescapteursiot") == 2; }));
  over_mqtt.Publish(std::string(kTopic) + "data", SensorData(R"({"heart_rate":75})"));
  EXPECT_EQ(NumberIn(NextOf(first, "alert_resolved"), "id"), NumberIn(alert, "id"));
  EXPECT_EQ(Count("SELECT COUNT(*) FROM fajma_alertesiot"), 1);
}

TEST_F(Processes, AnotherTakesTheAlertsOver) {
  Start();
  MqttClient device(broker_.port(), "device");
  device.Publish(std::string(kTopic) + "data", SensorData(R"({"heart_rate":195})"));
  ASSERT_TRUE(Eventually([this] { return Count("SELECT COUNT(*) FROM fajma_alertesiot") == 1; }));
  bridge_.reset();
  WsClient over_socket = Open(0, "/ws/iot/patient1/", DeviceToken());
  apis_[1].reset();  // whoever owned them, one is left
  over_socket.SendText(SensorData(R"({"heart_rate":75})"));
  EXPECT_TRUE(
      Eventually([this] { return Count("SELECT COUNT(*) FROM fajma_alertesiot WHERE resolue_le IS NOT NULL") == 1; }));
}

TEST_F(Processes, ACursorOfOneApiIsGoodAtTheOther) {
  Start();
  WsClient first = Open(0, "/ws/iot/patient1/", UserToken());
  ExpectOpen(first);
  MqttClient device(broker_.port(), "device");
  for (int i = 0; i < 20; ++i) {
    device.Publish(std::string(kTopic) + "data", SensorData("{\"heart_rate\":" + std::to_string(70 + i) + "}"));
    const std::int64_t cursor = NumberIn(NextOf(first, "sensor_data"), "cursor");
    // At once: the other api may not have heard of it yet.
    WsClient second = Open(1, "/ws/iot/patient1/?apres=" + std::to_string(cursor), UserToken());
    EXPECT_NE(second.ReceiveText().find("connection_established"), std::string::npos);
    ExpectOpen(second);
    device.Publish(std::string(kTopic) + "data", SensorData(R"({"temperature":36.5})"));
    const std::string next = NextOf(second, "sensor_data");
    EXPECT_GT(NumberIn(next, "cursor"), cursor);
    EXPECT_NE(next.find("36.5"), std::string::npos) << next;
    NextOf(first, "sensor_data");
  }
}

TEST_F(Processes, AListIsNeverOlderThanWhatAnotherProcessHasCommitted) {
  Start();
  for (int i = 0; i < 10; ++i) {
    const std::string body =
        R"({"dispositif":1,"type_donnee":"heart_rate","valeur":)" + std::to_string(60 + i) + R"(,"unite":"bpm"})";
    ASSERT_EQ(Ask(0, "POST", "/api/iot/donnees/", body).status, 201);
    const std::string list = Get(1, "/api/iot/donnees/").body;
    EXPECT_NE(list.find("\"valeur\":" + std::to_string(60 + i)), std::string::npos) << list;
  }
}

TEST_F(Processes, ALostRightEndsSocketsEverywhere) {
  Start();
  WsClient stays = Open(1, "/ws/iot/patient1/", UserToken("medecin"));
  WsClient closed = Open(1, "/ws/iot/patient1/", UserToken("infirmier"));
  ExpectOpen(closed);
  const std::string user = "/api/utilisateurs/" + std::to_string(IdOfUser("infirmier")) + "/";
  ASSERT_EQ(Ask(0, "PATCH", user, R"({"is_active":false})").status, 200);
  EXPECT_EQ(closed.ReceiveClose(), kSessionEnded);
  ExpectOpen(stays);
}

TEST_F(Processes, ALostRightEndsSocketsAlsoWithoutRedis) {
  Start();
  WsClient stays = Open(1, "/ws/iot/patient1/", UserToken("medecin"));
  WsClient inactive = Open(1, "/ws/iot/patient1/", UserToken("infirmier"));
  WsClient moved = Open(1, "/ws/iot/patient1/", UserToken("integrateur"));
  WsClient revoked = Open(1, "/ws/iot/patient1/", DeviceToken());
  for (WsClient* socket : {&stays, &inactive, &moved, &revoked}) ExpectOpen(*socket);
  redis_.Kill();
  ASSERT_TRUE(
      Eventually([this] { return Get(0, "/health/ready").body == R"({"status":"degraded","reasons":["redis"]})"; }));
  const auto user = [this](const std::string& name) {
    return "/api/utilisateurs/" + std::to_string(IdOfUser(name)) + "/";
  };
  ASSERT_EQ(Ask(0, "PATCH", user("infirmier"), R"({"is_active":false})").status, 200);
  ASSERT_EQ(Ask(0, "PATCH", user("integrateur"), R"({"role":"technicien"})").status, 200);
  EXPECT_EQ(inactive.ReceiveClose(), kSessionEnded);
  EXPECT_EQ(moved.ReceiveClose(), kSessionEnded);
  ExpectOpen(stays);
}

TEST_F(Processes, AThresholdCountsInEveryProcess) {
  Start();
  const std::string threshold =
      R"({"type_donnee":"heart_rate","patient":null,"niveau":"warning","seuil_bas":null,"seuil_haut":80})";
  const HttpAnswer answer = Ask(1, "POST", "/api/iot/seuils/", threshold);
  ASSERT_EQ(answer.status, 201) << answer.body;
  MqttClient device(broker_.port(), "device");
  EXPECT_TRUE(Eventually([&] {
    device.Publish(std::string(kTopic) + "data", SensorData(R"({"heart_rate":90})"));
    return Count("SELECT COUNT(*) FROM fajma_alertesiot") == 1;
  }));
}

TEST_F(Processes, AChatIsOneRoomOverAllApis) {
  Start();
  WsClient demo = Enter(0, UserToken());
  WsClient nurse = Enter(1, UserToken("infirmier"));
  EXPECT_EQ(TextIn(NextOf(demo, "user_joined"), "username"), "infirmier");
  WsClient second_tab = Enter(0, UserToken("infirmier"));
  nurse.SendText(R"({"type":"typing"})");
  EXPECT_EQ(TextIn(demo.ReceiveText(), "type"), "typing") << "and nobody has joined again";
  nurse.SendText(R"({"type":"chat_message","message":"bonjour"})");
  const std::string message = NextOf(demo, "chat_message");
  EXPECT_EQ(TextIn(message, "message"), "bonjour");
  EXPECT_EQ(NextOf(nurse, "chat_message"), message);
  nurse.SendClose(1000);
  EXPECT_EQ(nurse.ReceiveClose(), 1000);
  demo.SendText(R"({"type":"chat_message","message":"encore"})");
  EXPECT_EQ(TextIn(demo.ReceiveText(), "message"), "encore") << "the other tab is still there";
  second_tab.SendClose(1000);
  EXPECT_EQ(TextIn(NextOf(demo, "user_left"), "username"), "infirmier");
}

TEST_F(Processes, WhoWasAtADeadApiHasLeft) {
  Start();
  WsClient demo = Enter(0, UserToken());
  WsClient nurse = Enter(1, UserToken("infirmier"));
  NextOf(demo, "user_joined");
  redis_.Kill();  // so that its goodbye is not heard
  apis_[1].reset();
  redis_.Start();
  EXPECT_EQ(TextIn(NextOf(demo, "user_left"), "username"), "infirmier");
}

TEST_F(Processes, AWardIsCountedTheSameEverywhere) {
  Start();
  MqttClient device(broker_.port(), "device");
  device.Publish(std::string(kTopic) + "data", SensorData(R"({"heart_rate":195,"temperature":36.5})"));
  const auto sees_all = [this](std::size_t api) {
    WsClient monitor = Open(api, "/ws/monitoring/salle1/", UserToken());
    const std::string stats = NextOf(monitor, "monitoring_stats");
    return NumberIn(stats, "donnees_derniere_minute") == 2 && NumberIn(stats, "alertes_actives") == 1;
  };
  for (std::size_t api = 0; api < apis_.size(); ++api) EXPECT_TRUE(Eventually([&] { return sees_all(api); })) << api;
}

TEST_F(Processes, LiveEventsGoOnWithoutRedis) {
  Start();
  WsClient screen = Open(1, "/ws/iot/patient1/", UserToken());
  ExpectOpen(screen);
  redis_.Kill();
  MqttClient device(broker_.port(), "device");
  for (int i = 0; i < 5; ++i) {
    device.Publish(std::string(kTopic) + "data", SensorData("{\"heart_rate\":" + std::to_string(70 + i) + "}"));
    EXPECT_NE(NextOf(screen, "sensor_data").find("\"heart_rate\":" + std::to_string(70 + i)), std::string::npos);
  }
  redis_.Start();
  EXPECT_TRUE(Eventually([this] { return Get(1, "/health/ready").body == R"({"status":"ok"})"; }));
}

TEST_F(Processes, TheBridgeTellsItsFiguresOnAnAddressOfItsOwn) {
  Start();
  RawSocket socket(bridge_->metrics_port());
  socket.Send(
      "GET /metrics HTTP/1.1\r\nHost: x\r\n\r\nGET /health/ready HTTP/1.1\r\nHost: x\r\n\r\n"
      "GET /api/iot/donnees/ HTTP/1.1\r\nHost: x\r\n\r\n");
  const HttpAnswer metrics = socket.ReceiveAnswer();
  for (const char* figure :
       {"fajma_bus_connected 1\n", "fajma_mqtt_connected 1\n", "fajma_messages_received_total{door=\"mqtt\"} 0\n"}) {
    EXPECT_NE(metrics.body.find(figure), std::string::npos) << figure << metrics.body;
  }
  EXPECT_EQ(socket.ReceiveAnswer().body, R"({"status":"ok"})");
  EXPECT_EQ(socket.ReceiveAnswer().status, 404);
}

TEST_F(Processes, OneDoorAloneNeedsRedisAndPostgres) {
  cli::Settings without_redis = SettingsOf("api0");
  without_redis.redis_url.clear();
  EXPECT_THROW(cli::App(without_redis, {false, "1.2.3", cli::Role::kApi}), cli::BadSetting);
  cli::Settings embedded = SettingsOf("api0");
  embedded.database_url = "sqlite://" + (folder_ / "fajma.db").string();
  EXPECT_THROW(cli::App(embedded, {false, "1.2.3", cli::Role::kApi}), cli::BadSetting);
  cli::Settings bad = SettingsOf("api0");
  bad.redis_url = "rediss://host";
  EXPECT_THROW(cli::App(bad, {false, "1.2.3", cli::Role::kApi}), cli::BadSetting);
}

}  // namespace
}  // namespace fajma::test
