// A bridge and two apis as processes, on PostgreSQL and Redis. Each of them, and Redis, is killed again and again under
// load, while screens go away and come back with their last cursor. At the end the log of each screen must be equal to
// the table. Exit code: 0 it was, 1 otherwise, 2 it could not be found out.
#include <poll.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <random>
#include <sstream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "tests/support/free_port.h"
#include "tests/support/mosquitto.h"
#include "tests/support/postgres.h"
#include "tests/support/redis_server.h"
#include "tests/support/temporary_folder.h"
#include "tests/system/cluster/browser.h"
#include "tests/system/cluster/member.h"
#include "tests/system/cluster/publishers.h"

namespace fajma::cluster {
namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;
using std::chrono::seconds;

constexpr seconds kStartTimeout{120};
constexpr seconds kCatchUpTimeout{60};
constexpr std::size_t kPatients = 4;
constexpr const char* kReadings = "fajma_donneescapteursiot";
constexpr const char* kAlerts = "fajma_alerte_evenement";

struct Options {
  std::string server;
  seconds time{15};
  int browsers = 12;
  double rate = 200;
  bool kill_redis = true;
  bool kill_processes = true;
  std::uint32_t seed = std::random_device()();
};

Options ParseOptions(int argc, char** argv) {
  Options options;
  for (int i = 1; i + 1 < argc; i += 2) {
    const std::string_view name = argv[i];
    const std::string value = argv[i + 1];
    if (name == "--server") options.server = value;
    if (name == "--seconds") options.time = seconds(std::stoi(value));
    if (name == "--browsers") options.browsers = std::stoi(value);
    if (name == "--rate") options.rate = std::stod(value);
    if (name == "--kill-redis") options.kill_redis = value == "yes";
    if (name == "--kill-processes") options.kill_processes = value == "yes";
    if (name == "--seed") options.seed = static_cast<std::uint32_t>(std::stoul(value));
  }
  if (options.server.empty()) throw std::runtime_error("--server PROGRAM is missing");
  return options;
}

struct Kills {
  int bridge = 0;
  int api = 0;
  int redis = 0;
};

class Test {
 public:
  explicit Test(const Options& options);
  int Run();

 private:
  std::unique_ptr<Member> NewMember(const std::string& role, const std::string& name, std::uint16_t port);
  std::vector<std::string> Common(const std::string& name) const;
  Sensor AddSensor(const std::string& patient, int number);
  void Disturb();
  void KillOnce();
  bool AlertsAreJudged();
  void WaitForIngest();
  std::vector<std::int64_t> CursorsOf(const std::string& patient, const std::string& table);
  bool Await(const Browser& browser, std::int64_t cursor);
  bool Compare(Browser& browser, const std::string& patient);

  const Options options_;
  std::mt19937 random_;
  test::TemporaryFolder folder_{"fajma-cluster"};
  test::PostgresServer postgres_;
  test::RedisServer redis_;
  test::Mosquitto broker_;
  std::string database_;
  std::array<std::uint16_t, 3> ports_{};  // bridge, apis
  std::unique_ptr<Member> bridge_;
  std::vector<std::unique_ptr<Member>> apis_;
  Kills kills_;
};

Test::Test(const Options& options) : options_(options), random_(options.seed), database_(postgres_.CreateDatabase()) {
  for (std::uint16_t& port : ports_) port = test::FreePort();
  std::ofstream(folder_.path() / "key") << "a key of the test, and longer than thirty-two bytes";
  bridge_ = NewMember("bridge", "bridge", ports_[0]);
  for (std::size_t i = 1; i < ports_.size(); ++i) {
    apis_.push_back(NewMember("api", "api" + std::to_string(i), ports_[i]));
  }
}

std::vector<std::string> Test::Common(const std::string& name) const {
  return {"--database-url",    database_,
          "--data-dir",        (folder_.path() / name).string(),
          "--secret-key-file", (folder_.path() / "key").string()};
}

std::unique_ptr<Member> Test::NewMember(const std::string& role, const std::string& name, std::uint16_t port) {
  const std::string address = "127.0.0.1:" + std::to_string(port);
  std::vector<std::string> command = {options_.server, role, "--redis-url", redis_.url(), "--broker-check=false",
                                      "--device-rate", "0"};
  if (role == "bridge") {
    command.insert(command.end(), {"--mqtt-url", broker_.url(), "--metrics-address", address});
  } else {
    command.insert(command.end(), {"--http-address", address});
  }
  const std::vector<std::string> common = Common(name);
  command.insert(command.end(), common.begin(), common.end());
  return std::make_unique<Member>(name, port, command, folder_.path() / (name + ".log"));
}

Sensor Test::AddSensor(const std::string& patient, int number) {
  char mac[32];
  std::snprintf(mac, sizeof mac, "AA:BB:CC:00:00:%02X", static_cast<unsigned>(number) & 0xFFU);
  char topic[32];
  std::snprintf(topic, sizeof topic, "aabbcc0000%02x", static_cast<unsigned>(number) & 0xFFU);
  std::vector<std::string> command = {options_.server, "device", "add", mac, "--patient", patient};
  const std::vector<std::string> common = Common("admin");
  command.insert(command.end(), common.begin(), common.end());
  std::string told = RunToEnd(command, folder_.path() / "admin.log");
  told.erase(told.find_last_not_of('\n') + 1);
  return {mac, "fajma/v1/devices/" + std::string(topic) + "/data", patient, told.substr(told.rfind('\n') + 1)};
}

void Test::KillOnce() {
  const int kinds = options_.kill_redis ? (options_.kill_processes ? 4 : 1) : 3;
  const int kind = (options_.kill_redis ? 0 : 1) + static_cast<int>(random_() % static_cast<unsigned>(kinds));
  const auto down = static_cast<int>(random_() % 700);
  if (kind == 0) {
    redis_.Kill();
    ::poll(nullptr, 0, down);
    redis_.Start();
    ++kills_.redis;
    return;
  }
  Member& member = kind == 1 ? *bridge_ : *apis_[static_cast<std::size_t>(kind - 2)];
  member.Kill();
  ::poll(nullptr, 0, down / 3);
  member.Start();
  member.WaitUntilReady(kStartTimeout);
  ++(kind == 1 ? kills_.bridge : kills_.api);
}

void Test::Disturb() {
  const auto until = Clock::now() + options_.time;
  while (Clock::now() < until) {
    ::poll(nullptr, 0, static_cast<int>(100 + random_() % 900));
    if (options_.kill_redis || options_.kill_processes) KillOnce();
  }
}

// Whether the alerts have seen the newest reading: their owner may have been killed, and another must come first.
bool Test::AlertsAreJudged() {
  return postgres_.Execute(
             "SELECT (SELECT curseur FROM fajma_consommateur WHERE nom = 'alertes') >= c.numero * 8192 + d.id - c.lot *"
             " 8192 FROM fajma_donneescapteursiot d JOIN fajma_commit c ON c.lot = d.id / 8192 ORDER BY c.numero DESC,"
             " d.id DESC LIMIT 1",
             test::PostgresServer::NameOf(database_)) == "t";
}

// Until all that the doors have taken is in the table, and judged.
void Test::WaitForIngest() {
  const auto deadline = Clock::now() + kCatchUpTimeout;
  std::string rows;
  for (auto quiet_since = Clock::now(); Clock::now() - quiet_since < seconds(2);) {
    if (Clock::now() > deadline) throw std::runtime_error("the table does not stop growing");
    std::string now = postgres_.Execute("SELECT numero FROM fajma_commit ORDER BY numero DESC LIMIT 1",
                                        test::PostgresServer::NameOf(database_));
    bool in_flight = bridge_->Figure("fajma_messages_in_flight") != 0;
    for (const auto& api : apis_) in_flight = in_flight || api->Figure("fajma_messages_in_flight") != 0;
    if (now != rows || in_flight || !AlertsAreJudged()) quiet_since = Clock::now();
    rows = std::move(now);
    ::poll(nullptr, 0, 50);
  }
}

std::vector<std::int64_t> Test::CursorsOf(const std::string& patient, const std::string& table) {
  const std::string list = postgres_.Execute(
      "SELECT string_agg((c.numero * 8192 + d.id - c.lot * 8192)::text, ' ' ORDER BY c.numero, d.id) FROM " + table +
          " d JOIN fajma_commit c ON c.lot = d.id / 8192 JOIN fajma_patient p ON p.id = d.patient_id"
          " WHERE p.identifiant = '" +
          patient + "'",
      test::PostgresServer::NameOf(database_));
  std::istringstream numbers(list);
  std::vector<std::int64_t> cursors;
  for (std::int64_t cursor = 0; numbers >> cursor;) cursors.push_back(cursor);
  return cursors;
}

bool Test::Await(const Browser& browser, std::int64_t cursor) {
  const auto deadline = Clock::now() + kCatchUpTimeout;
  while (browser.last_cursor() < cursor) {
    if (Clock::now() > deadline) return false;
    ::poll(nullptr, 0, 20);
  }
  return true;
}

// The screen has at least what the table has now, and nothing but what the table has: the alerts go on, so both are
// compared up to where the screen stopped.
bool Test::Compare(Browser& browser, const std::string& patient) {
  const auto newest = [](const std::vector<std::int64_t>& cursors) { return cursors.empty() ? 0 : cursors.back(); };
  const auto table = [&](const char* name) { return CursorsOf(patient, name); };
  const bool reached = Await(browser, std::max(newest(table(kReadings)), newest(table(kAlerts))));
  browser.Stop();
  const auto up_to_the_end = [&](std::vector<std::int64_t> cursors) {
    std::erase_if(cursors, [&](std::int64_t cursor) { return cursor > browser.last_cursor(); });
    return cursors;
  };
  const std::vector<std::int64_t> readings = up_to_the_end(table(kReadings));
  const std::vector<std::int64_t> alerts = up_to_the_end(table(kAlerts));
  const bool equal = browser.readings() == readings && browser.alerts() == alerts;
  if (!equal || !reached || browser.out_of_order() != 0 || browser.gaps() != 0) {
    std::printf("a screen of %s: %zu readings of %zu, %zu alerts of %zu, %lu out of order, %lu gaps%s\n",
                patient.c_str(), browser.readings().size(), readings.size(), browser.alerts().size(), alerts.size(),
                browser.out_of_order(), browser.gaps(), reached ? "" : ", not up to the end");
    return false;
  }
  return !readings.empty();
}

int Test::Run() {
  std::vector<std::string> migrate = {options_.server, "migrate"};
  const std::vector<std::string> common = Common("admin");
  migrate.insert(migrate.end(), common.begin(), common.end());
  RunToEnd(migrate, folder_.path() / "migrate.log");
  std::vector<Sensor> over_mqtt, over_sockets;
  for (std::size_t i = 0; i < kPatients; ++i) {
    const std::string patient = "patient" + std::to_string(i + 1);
    std::vector<std::string> add = {options_.server, "patient", "add", patient};
    add.insert(add.end(), common.begin(), common.end());
    RunToEnd(add, folder_.path() / "admin.log");
    over_mqtt.push_back(AddSensor(patient, static_cast<int>(2 * i)));
    over_sockets.push_back(AddSensor(patient, static_cast<int>(2 * i + 1)));
  }
  bridge_->Start();
  for (const auto& api : apis_) api->Start();
  bridge_->WaitUntilReady(kStartTimeout);
  for (const auto& api : apis_) api->WaitUntilReady(kStartTimeout);

  const std::vector<std::uint16_t> api_ports(ports_.begin() + 1, ports_.end());
  std::vector<std::unique_ptr<Browser>> browsers;
  for (int i = 0; i < options_.browsers; ++i) {
    const Sensor& sensor = over_sockets[static_cast<std::size_t>(i) % kPatients];
    browsers.push_back(std::make_unique<Browser>(
        BrowserOptions{sensor.patient, sensor.token, api_ports, options_.seed + static_cast<std::uint32_t>(i)}));
  }
  Publishers publishers({broker_.port(), api_ports, options_.rate, options_.seed}, over_mqtt, over_sockets);
  Disturb();
  publishers.Stop();
  for (const auto& browser : browsers) browser->StayFromNowOn();
  WaitForIngest();

  bool good = publishers.sent() > 0;
  std::uint64_t disconnects = 0, losses = 0, received = 0;
  for (std::size_t i = 0; i < browsers.size(); ++i) {
    good = Compare(*browsers[i], over_sockets[i % kPatients].patient) && good;
    disconnects += browsers[i]->disconnects();
    losses += browsers[i]->losses();
    received += browsers[i]->readings().size() + browsers[i]->alerts().size();
  }
  std::printf(
      "seed %u: %lu messages published (%lu late), killed: bridge %d, api %d, Redis %d times; %zu screens went away "
      "%lu "
      "times and were thrown out %lu times, and got %lu readings and alerts: %s\n",
      options_.seed, publishers.sent(), publishers.late(), kills_.bridge, kills_.api, kills_.redis, browsers.size(),
      disconnects, losses, received, good ? "each log equal to the table" : "NOT equal to the table");
  for (const auto& api : apis_) good = api->Stop(kStartTimeout) == 0 && good;
  good = bridge_->Stop(kStartTimeout) == 0 && good;
  return good ? 0 : 1;
}

}  // namespace
}  // namespace fajma::cluster

int main(int argc, char** argv) {
  try {
    return fajma::cluster::Test(fajma::cluster::ParseOptions(argc, argv)).Run();
  } catch (const std::exception& error) {
    std::fprintf(stderr, "cluster: %s\n", error.what());
    return 2;
  }
}
