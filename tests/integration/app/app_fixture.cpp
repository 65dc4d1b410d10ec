#include "tests/integration/app/app_fixture.h"

#include <stdlib.h>

#include <regex>
#include <stdexcept>

#include "api/auth/token.h"
#include "cli/demo.h"
#include "core/store/device_store.h"
#include "core/store/user_store.h"

namespace fajma::test {
namespace {

namespace fs = std::filesystem;

fs::path NewFolder() {
  std::string name = (fs::temp_directory_path() / "fajma-app-XXXXXX").string();
  if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("no temporary folder");
  return name;
}

// The demo's database, made once: passwords take their time.
class DemoDatabase {
 public:
  DemoDatabase() : folder_(NewFolder()) {
    DatabaseOptions options;
    options.url = "sqlite://" + file().string();
    Database database(options);
    database.Migrate();
    cli::AddDemoData(database, 12);
  }
  ~DemoDatabase() { fs::remove_all(folder_); }
  DemoDatabase(const DemoDatabase&) = delete;
  DemoDatabase& operator=(const DemoDatabase&) = delete;
  fs::path file() const { return folder_ / "fajma.db"; }

 private:
  fs::path folder_;
};

DatabaseOptions DatabaseIn(const fs::path& folder) {
  DatabaseOptions options;
  options.url = "sqlite://" + (folder / "fajma.db").string();
  return options;
}

}  // namespace

AppTest::AppTest() : folder_(NewFolder()) {
  static const DemoDatabase demo;
  fs::copy_file(demo.file(), folder_ / "fajma.db");
  settings_.http_address = "127.0.0.1:0";
  settings_.mqtt_url = broker_.url();
  settings_.data_dir = folder_.string();
  settings_.broker_check = false;
  settings_.self_test_every = 0;  // its commits come at any time
  cli::Complete(settings_);
}

AppTest::~AppTest() {
  Stop();
  fs::remove_all(folder_);
}

void AppTest::Start() {
  app_ = std::make_unique<cli::App>(settings_, cli::AppOptions{false, "1.2.3"});
  ASSERT_TRUE(Eventually([this] { return app_->broker_connected(); }));
  ASSERT_TRUE(Eventually([this] { return Ask("GET", "/health/ready").status == 200; }));
}

std::string AppTest::UserToken(const std::string& name) const {
  Database database(DatabaseIn(folder_));
  const auth::TokenAuthority tokens(auth::LoadSecretKey(settings_.secret_key_file, auth::WhenAbsent::kCreate));
  return tokens.IssueLogin(UserStore(database).FindByName(name).value().id, SystemNow()).access;
}

std::string AppTest::DeviceToken(std::string_view mac) const {
  Database database(DatabaseIn(folder_));
  const auth::TokenAuthority tokens(auth::LoadSecretKey(settings_.secret_key_file, auth::WhenAbsent::kCreate));
  return tokens.IssueDevice(DeviceStore(database).FindByMac(Mac::ParseColons(mac).value()).value().id, SystemNow());
}

WsClient AppTest::Open(const std::string& path, const std::string& token, const std::string& headers) const {
  const std::string query = token.empty() ? "" : (path.find('?') == std::string::npos ? "?token=" : "&token=") + token;
  return WsClient(app_->http_port(), path + query, headers);
}

int AppTest::HandshakeStatus(const std::string& path, const std::string& headers) const {
  RawSocket socket(app_->http_port());
  socket.Send(testing::UpgradeRequest(path, headers));
  return socket.ReceiveAnswer().status;
}

HttpAnswer AppTest::Ask(const std::string& method, const std::string& target, const std::string& body) const {
  RawSocket socket(app_->http_port());
  std::string request = method + " " + target + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n";
  request += "Authorization: Bearer " + UserToken() + "\r\n";
  if (!body.empty())
    request += "Content-Type: application/json\r\nContent-Length: " + std::to_string(body.size()) + "\r\n";
  socket.Send(request + "\r\n" + body);
  return socket.ReceiveAnswer(method != "HEAD");
}

std::uint64_t AppTest::Figure(const std::string& page, const std::string& name) const {
  const std::size_t at = page.find("\n" + name + " ");
  if (at == std::string::npos) throw std::runtime_error("no " + name + " in " + page);
  return std::stoull(page.substr(at + name.size() + 2));
}

void AppTest::ExpectCountersAddUp() const {
  const std::string page = Metrics();
  for (const char* door : {"mqtt", "api"}) {
    const auto of = [&](const std::string& name) { return Figure(page, name + "{door=\"" + door + "\"}"); };
    EXPECT_EQ(of("fajma_messages_received_total"),
              of("fajma_messages_stored_total") + of("fajma_messages_duplicate_total") +
                  of("fajma_messages_quarantined_total") + of("fajma_messages_refused_total") +
                  of("fajma_messages_in_flight"))
        << page;
  }
}

std::string Normalize(const std::string& frame) {
  static const std::pair<std::regex, const char*> rules[] = {
      {std::regex(R"("20(?!25)\d\d-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{6})?Z")"), "<time>"},
      {std::regex(R"("cursor":\d+)"), "\"cursor\":<n>"},
      {std::regex(R"("donnee_declencheur":\d+)"), "\"donnee_declencheur\":<row>"},
      {std::regex(R"("alert":\{"id":\d+)"), "\"alert\":{\"id\":<id>"},
      {std::regex(R"("now":\d+)"), "\"now\":<ms>"},
  };
  std::string text = frame;
  for (const auto& [pattern, word] : rules) text = std::regex_replace(text, pattern, word);
  return text;
}

std::int64_t NumberIn(const std::string& frame, const std::string& name) {
  const std::string key = "\"" + name + "\":";
  const std::size_t at = frame.find(key);
  if (at == std::string::npos) throw std::runtime_error("no " + name + " in " + frame);
  return std::stoll(frame.substr(at + key.size()));
}

std::string TextIn(const std::string& frame, const std::string& name) {
  const std::string key = "\"" + name + "\":\"";
  const std::size_t at = frame.find(key);
  if (at == std::string::npos) throw std::runtime_error("no " + name + " in " + frame);
  const std::size_t begin = at + key.size();
  return frame.substr(begin, frame.find('"', begin) - begin);
}

std::string NextOf(WsClient& socket, const std::string& type) {
  for (;;) {
    std::string frame = socket.ReceiveText();
    if (frame.starts_with("{\"type\":\"" + type + "\"")) return frame;
  }
}

std::string SensorData(std::string_view data, std::string_view mac) {
  return R"({"type":"sensor_data","device_mac":")" + std::string(mac) + R"(","data":)" + std::string(data) + "}";
}

}  // namespace fajma::test
