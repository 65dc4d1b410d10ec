// A bridge and two apis, on one PostgreSQL and one Redis, are one server to whoever is outside.
#include <array>
#include <fstream>
#include <functional>

#include "api/auth/token.h"
#include "cli/demo.h"
#include "core/store/device_store.h"
#include "core/store/user_store.h"
#include "tests/integration/app/app_fixture.h"
#include "tests/support/postgres.h"
#include "tests/support/redis_server.h"

namespace fajma::test {
namespace {

namespace fs = std::filesystem;

constexpr std::uint16_t kSessionEnded = 4401;
constexpr std::string_view kTopic = "fajma/v1/devices/aabbcc000001/";

// The demo's data, made once.
const std::string& TemplateDatabase() {
  static const std::string name = [] {
    const std::string url = PostgresServer::Shared().CreateDatabase();
    Database database(DatabaseOptions{url, 1, 1});
    database.Migrate();
    cli::AddDemoData(database, 12);
    return PostgresServer::NameOf(url);
  }();
  return name;
}

class Processes : public ::testing::Test {
 protected:
  Processes() : database_(PostgresServer::Shared().CreateDatabase(TemplateDatabase())) {
    std::string name = (fs::temp_directory_path() / "fajma-processes-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("no temporary folder");
    folder_ = name;
    std::ofstream(folder_ / "key") << "a key of the test, and longer than thirty-two bytes";
  }
  ~Processes() override {
    for (auto& api : apis_) api.reset();
    bridge_.reset();
    fs::remove_all(folder_);
    PostgresServer::Shared().DropDatabase(database_);
  }

  cli::Settings SettingsOf(const std::string& name) const {
    cli::Settings settings;
    settings.http_address = "127.0.0.1:0";
    settings.metrics_address = name == "bridge" ? "127.0.0.1:0" : "";
    settings.mqtt_url = broker_.url();
    settings.redis_url = redis_.url();
    settings.database_url = database_;
    settings.secret_key_file = (folder_ / "key").string();
    settings.data_dir = (folder_ / name).string();
    settings.broker_check = false;
    if (change_) change_(settings);
    cli::Complete(settings);
    return settings;
  }
  void StartApi(std::size_t api) {
    apis_[api] = std::make_unique<cli::App>(SettingsOf("api" + std::to_string(api)),
                                            cli::AppOptions{false, "1.2.3", cli::Role::kApi});
    ASSERT_TRUE(Eventually([&] { return Get(api, "/health/ready").body == R"({"status":"ok"})"; }));
  }
  void Start() {
    bridge_ = std::make_unique<cli::App>(SettingsOf("bridge"), cli::AppOptions{false, "1.2.3", cli::Role::kBridge});
    for (std::size_t api = 0; api < apis_.size(); ++api) StartApi(api);
    ASSERT_TRUE(Eventually([this] { return bridge_->broker_connected(); }));
  }

  auth::TokenAuthority Tokens() const {
    return auth::TokenAuthority(auth::LoadSecretKey(folder_ / "key", auth::WhenAbsent::kCreate));
  }
  std::int64_t IdOfUser(const std::string& user) const {
    Database database(DatabaseOptions{database_, 1, 1});
    return UserStore(database).FindByName(user).value().id;
  }
  std::string UserToken(const std::string& user = "demo") const {
    return Tokens().IssueLogin(IdOfUser(user), SystemNow()).access;
  }
  std::string DeviceToken() const {
    Database database(DatabaseOptions{database_, 1, 1});
    return Tokens().IssueDevice(DeviceStore(database).FindByMac(*Mac::ParseColons(kMac)).value().id, SystemNow());
  }
  WsClient Open(std::size_t api, const std::string& path, const std::string& token) const {
    const char* sign = path.find('?') == std::string::npos ? "?" : "&";
    return WsClient(apis_[api]->http_port(), path + sign + "token=" + token);
  }
  HttpAnswer Get(std::size_t api, const std::string& target) const { return Ask(api, "GET", target); }
  HttpAnswer Ask(std::size_t api, const std::string& method, const std::string& target,
                 const std::string& body = {}) const {
    RawSocket socket(apis_[api]->http_port());
    std::string request = method + " " + target + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n";
    request += "Authorization: Bearer " + UserToken() + "\r\n";
    if (!body.empty()) {
      request += "Content-Type: application/json\r\nContent-Length: " + std::to_string(body.size()) + "\r\n";
    }
    socket.Send(request + "\r\n" + body);
    return socket.ReceiveAnswer();
  }
  // Into the team's chat: what was said, and who is there.
  WsClient Enter(std::size_t api, const std::string& token) const {
    WsClient socket = Open(api, "/ws/chat/equipe/", token);
    NextOf(socket, "chat_history");
    NextOf(socket, "user_joined");
    return socket;
  }
  static void ExpectOpen(WsClient& socket) {
    socket.SendText(R"({"type":"ping"})");
    NextOf(socket, "pong");
  }
  // Returns its id.
  std::string SendCommand(std::size_t api) const {
    const std::string order = R"({"command":"restart","params":{}})";
    return TextIn(Ask(api, "POST", "/api/iot/dispositifs/1/send-command/", order).body, "command_id");
  }
  std::int64_t Count(const std::string& sql) const {
    return std::stoll(PostgresServer::Shared().Execute(sql, PostgresServer::NameOf(database_)));
  }

  std::function<void(cli::Settings&)> change_;  // of the processes to be started
  fs::path folder_;
  Mosquitto broker_;
  RedisServer redis_;
  std::string database_;
  std::unique_ptr<cli::App> bridge_;
  std::array<std::unique_ptr<cli::App>, 2> apis_;
};

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
  ASSERT_TRUE(Eventually([this] { return Get(0, "/health/ready").body == R"({"status":"degraded"})"; }));
  const auto user = [this](const std::string& name) {
    return "/api/utilisateurs/" + std::to_string(IdOfUser(name)) + "/";
  };
  ASSERT_EQ(Ask(0, "PATCH", user("infirmier"), R"({"is_active":false})").status, 200);
  ASSERT_EQ(Ask(0, "PATCH", user("integrateur"), R"({"role":"technicien"})").status, 200);
  EXPECT_EQ(inactive.ReceiveClose(), kSessionEnded);
  EXPECT_EQ(moved.ReceiveClose(), kSessionEnded);
  ExpectOpen(stays);
}

TEST_F(Processes, ACommandFindsItsDeviceAtTheBridgeAndAtTheOtherApi) {
  Start();
  MqttClient device(broker_.port(), "device");
  device.Subscribe(std::string(kTopic) + "commands/#");
  device.Publish(std::string(kTopic) + "status", R"({"status":"online"})", true);
  ASSERT_TRUE(Eventually(
      [this] { return Count("SELECT COUNT(*) FROM fajma_dispositivesiot WHERE id = 1 AND status = 'actif'") == 1; }));
  const std::string order = R"({"command":"restart","params":{}})";
  const std::string sent = Ask(0, "POST", "/api/iot/dispositifs/1/send-command/", order).body;
  EXPECT_EQ(TextIn(sent, "status"), "sent");
  EXPECT_NE(device.Receive().topic.find(TextIn(sent, "command_id")), std::string::npos);
  WsClient socket = Open(1, "/ws/iot/patient1/?ack=1", DeviceToken());
  ExpectOpen(socket);
  EXPECT_EQ(TextIn(Ask(0, "POST", "/api/iot/dispositifs/1/send-command/", order).body, "status"), "sent");
}

TEST_F(Processes, ACommandFindsItsDeviceAtTheOtherApiWithoutRedis) {
  Start();
  WsClient device = Open(1, "/ws/iot/patient1/?ack=1", DeviceToken());
  NextOf(device, "device_status");  // from here on the bridge believes that it is there too
  redis_.Kill();
  ASSERT_TRUE(Eventually([&] { return Get(1, "/health/ready").body == R"({"status":"degraded"})"; }));
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

TEST_F(Processes, ACommandFindsItsDeviceAtTheBridgeWithoutRedis) {
  Start();
  MqttClient device(broker_.port(), "device");
  device.Subscribe(std::string(kTopic) + "commands/#");
  device.Publish(std::string(kTopic) + "status", R"({"status":"online"})", true);
  ASSERT_TRUE(Eventually(
      [this] { return Count("SELECT COUNT(*) FROM fajma_dispositivesiot WHERE id = 1 AND status = 'actif'") == 1; }));
  redis_.Kill();
  const std::string first = SendCommand(0);
  EXPECT_NE(device.Receive().topic.find(first), std::string::npos);
  const std::string second = SendCommand(1);
  EXPECT_NE(device.Receive().topic.find(second), std::string::npos) << "and the first did not come again";
}

TEST_F(Processes, ACommandThatWasMadeWhileRedisDiedIsSentWhenItIsBack) {
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

class SharedLimits : public Processes {
 protected:
  // With a limit, and until each api knows of the other.
  void StartWith(const std::function<void(cli::Settings&)>& change) {
    change_ = change;
    Start();
    ASSERT_TRUE(Eventually([this] { return KnowEachOther(); }));
  }
  bool KnowEachOther() const {
    for (std::size_t api = 0; api < apis_.size(); ++api) {
      if (Get(api, "/metrics").body.find("\nfajma_limits_processes 1\n") == std::string::npos) return false;
    }
    return true;
  }
  int LogIn(std::size_t api, const std::string& password) const {
    const std::string body = R"({"username":"infirmier","password":")" + password + "\"}";
    return Ask(api, "POST", "/api/token/", body).status;
  }
  // The status of a handshake that is not kept.
  int Knock(std::size_t api, const std::string& user) const {
    RawSocket socket(apis_[api]->http_port());
    socket.Send(testing::UpgradeRequest("/ws/iot/patient1/?token=" + UserToken(user)));
    return socket.ReceiveAnswer().status;
  }
  bool IsRefused(std::size_t api, const std::string& user) const {
    return Eventually([&] { return Knock(api, user) == 503; });
  }
  bool IsTaken(std::size_t api, const std::string& user) const {
    return Eventually([&] { return Knock(api, user) == 101; });
  }
};

TEST_F(SharedLimits, FailedLoginsAtOneApiCountAtTheOther) {
  StartWith([](cli::Settings& settings) { settings.ws_max_sockets_per_user = 1; });
  for (int i = 0; i < 5; ++i) EXPECT_EQ(LogIn(0, "faux"), 401);
  // Told not before them: when it is known, they are.
  WsClient socket = Open(0, "/ws/iot/patient1/", UserToken());
  ASSERT_TRUE(IsRefused(1, "demo"));
  EXPECT_EQ(LogIn(1, "demo"), 429) << "not even with the right one";
}

TEST_F(SharedLimits, ASuccessAtOneApiClearsItAtTheOther) {
  StartWith([](cli::Settings& settings) { settings.ws_max_sockets_per_user = 1; });
  for (int i = 0; i < 4; ++i) EXPECT_EQ(LogIn(0, "faux"), 401);
  EXPECT_EQ(LogIn(0, "demo"), 200);
  WsClient socket = Open(0, "/ws/iot/patient1/", UserToken());
  ASSERT_TRUE(IsRefused(1, "demo"));
  for (int i = 0; i < 5; ++i) EXPECT_EQ(LogIn(1, "faux"), 401);
  EXPECT_EQ(LogIn(1, "faux"), 429);
}

// The second api is asked less than its own limit allows.
TEST_F(SharedLimits, RequestsAtOneApiCountAtTheOther) {
  StartWith([](cli::Settings& settings) { settings.rest_rate = 5; });
  constexpr int kRounds = 15;
  constexpr int kAtTheFirst = 30;
  const auto status = [this](std::size_t api) { return Get(api, "/api/iot/dispositifs/").status; };
  bool limited = false;
  for (int round = 0; round < kRounds && !limited; ++round) {
    for (int i = 0; i < kAtTheFirst; ++i) status(0);
    limited = status(1) == 429;
  }
  EXPECT_TRUE(limited);
}

TEST_F(SharedLimits, SocketsOfAUserAreThoseOfAllApis) {
  StartWith([](cli::Settings& settings) { settings.ws_max_sockets_per_user = 2; });
  WsClient here = Open(0, "/ws/iot/patient1/", UserToken("infirmier"));
  {
    WsClient there = Open(1, "/ws/iot/patient1/", UserToken("infirmier"));
    EXPECT_TRUE(IsRefused(0, "infirmier"));
    EXPECT_TRUE(IsRefused(1, "infirmier"));
    EXPECT_EQ(Knock(1, "medecin"), 101);
    there.SendClose(1000);
    there.ReceiveClose();
  }
  EXPECT_TRUE(IsTaken(0, "infirmier")) << "a place was given back at the other";
}

TEST_F(SharedLimits, SocketsOfADeadApiStopCounting) {
  StartWith([](cli::Settings& settings) { settings.ws_max_sockets = 1; });
  WsClient there = Open(1, "/ws/iot/patient1/", UserToken("infirmier"));
  ASSERT_TRUE(IsRefused(0, "medecin"));
  redis_.Kill();  // so that its goodbye is not heard
  apis_[1].reset();
  redis_.Start();
  EXPECT_TRUE(IsTaken(0, "medecin"));
}

TEST_F(SharedLimits, WithoutRedisEachCountsAloneAndWithItAgainTogether) {
  StartWith([](cli::Settings& settings) { settings.ws_max_sockets = 1; });
  WsClient there = Open(1, "/ws/iot/patient1/", UserToken("infirmier"));
  ASSERT_TRUE(IsRefused(0, "medecin"));
  redis_.Kill();
  EXPECT_TRUE(IsTaken(0, "medecin"));
  EXPECT_EQ(Knock(1, "medecin"), 503) << "its own count";
  redis_.Start();
  EXPECT_TRUE(IsRefused(0, "medecin"));
}

TEST_F(SharedLimits, WhoIsNewKnowsTheSocketsOfTheOthers) {
  StartWith([](cli::Settings& settings) { settings.ws_max_sockets = 1; });
  WsClient there = Open(1, "/ws/iot/patient1/", UserToken("infirmier"));
  apis_[0].reset();
  StartApi(0);
  EXPECT_TRUE(IsRefused(0, "medecin"));
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
