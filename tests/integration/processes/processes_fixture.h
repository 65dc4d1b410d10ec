// A bridge and two apis, on one PostgreSQL and one Redis, each of which may be killed.
#pragma once

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

inline constexpr std::string_view kTopic = "fajma/v1/devices/aabbcc000001/";

// The demo's data, made once.
inline const std::string& TemplateDatabase() {
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
    std::string name = (std::filesystem::temp_directory_path() / "fajma-processes-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("no temporary folder");
    folder_ = name;
    std::ofstream(folder_ / "key") << "a key of the test, and longer than thirty-two bytes";
  }
  ~Processes() override {
    for (auto& api : apis_) api.reset();
    bridge_.reset();
    std::filesystem::remove_all(folder_);
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
    settings.self_test_every = 0;  // its commits come at any time
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
  std::filesystem::path folder_;
  Mosquitto broker_;
  RedisServer redis_;
  std::string database_;
  std::unique_ptr<cli::App> bridge_;
  std::array<std::unique_ptr<cli::App>, 2> apis_;
};

}  // namespace fajma::test
