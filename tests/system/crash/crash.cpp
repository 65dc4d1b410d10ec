// Kills `fajma serve` again and again under load and joins what its publishers were told with what is in the table.
// Exit code: 0 nothing lost and nothing doubled, 1 otherwise, 2 it could not be found out. With --expect-damage (for a
// program that was broken on purpose): 0 when something was lost or doubled, 1 when not.
#include <sys/resource.h>
#include <unistd.h>

#include <poll.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <random>
#include <stdexcept>
#include <string>
#include <string_view>

#include "tests/support/mosquitto.h"
#include "tests/support/temporary_folder.h"
#include "tests/system/crash/publisher.h"
#include "tests/system/crash/server_process.h"
#include "tests/system/crash/stored_table.h"
#include "tests/system/crash/transaction_watch.h"

namespace fajma::crash {
namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr seconds kStartTimeout{180};
constexpr seconds kAnswerTimeout{180};
constexpr seconds kQuiet{3};  // the table does not grow for so long: nothing comes any more
constexpr seconds kGrowTimeout{300};
constexpr int kKillsInStart = 7;  // each so many-th kill comes before the server is ready

struct Options {
  std::string server;
  int kills = 20;
  int inside = 10;  // of them, inside a transaction
  double rate = 5000;
  int devices_per_kind = 8;
  std::uint32_t seed = std::random_device()();
  bool expect_damage = false;
};

Options ParseOptions(int argc, char** argv) {
  Options options;
  for (int i = 1; i < argc; ++i) {
    const std::string_view name = argv[i];
    if (name == "--expect-damage") {
      options.expect_damage = true;
      continue;
    }
    if (++i == argc) throw std::runtime_error("a value is missing behind " + std::string(name));
    const std::string value = argv[i];
    if (name == "--server") {
      options.server = value;
    } else if (name == "--kills") {
      options.kills = std::stoi(value);
    } else if (name == "--inside") {
      options.inside = std::stoi(value);
    } else if (name == "--rate") {
      options.rate = std::stod(value);
    } else if (name == "--devices-per-kind") {
      options.devices_per_kind = std::stoi(value);
    } else if (name == "--seed") {
      options.seed = static_cast<std::uint32_t>(std::stoul(value));
    } else {
      throw std::runtime_error("unknown option " + std::string(name));
    }
  }
  if (options.server.empty()) throw std::runtime_error("--server PROGRAM is missing");
  return options;
}

// A patient for each row of devices, one device of each kind.
std::vector<DeviceLog> AddDevices(const ServerProcess& server, int per_kind) {
  std::vector<DeviceLog> devices;
  for (int i = 0; i < per_kind; ++i) {
    const std::string patient = "patient" + std::to_string(i + 1);
    server.Administer({"patient", "add", patient});
    for (std::size_t kind = 0; kind < kKinds; ++kind) {
      char mac[32];
      std::snprintf(mac, sizeof mac, "AA:BB:CC:00:%02X:%02X", static_cast<unsigned>(i) & 0xFFU,
                    static_cast<unsigned>(kind));
      DeviceLog& device = devices.emplace_back();
      device.kind = static_cast<Kind>(kind);
      device.mac = mac;
      device.patient = patient;
      std::string topic_mac = device.mac;
      std::erase(topic_mac, ':');
      std::transform(topic_mac.begin(), topic_mac.end(), topic_mac.begin(),
                     [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
      device.topic = "fajma/v1/devices/" + topic_mac + "/data";
      std::string told = server.Administer({"device", "add", device.mac, "--patient", patient});
      told.erase(told.find_last_not_of('\n') + 1);
      device.token = told.substr(told.rfind('\n') + 1);
    }
  }
  return devices;
}

struct Kills {
  int inside = 0;
  std::array<int, kStages> at_stage{};
  int in_start = 0;
  int elsewhere = 0;
};

class Test {
 public:
  explicit Test(const Options& options)
      : options_(options),
        random_(options.seed),
        http_port_(QuietPort(options.seed)),
        server_(options.server, folder_.path(), http_port_, broker_.port()) {}

  int Run();

 private:
  void KillAll(const Publisher& publisher);
  void KillOnce(int number);
  void WaitForTable();

  const Options options_;
  std::mt19937 random_;
  test::TemporaryFolder folder_{"fajma-crash"};
  test::Mosquitto broker_;
  const std::uint16_t http_port_;
  ServerProcess server_;
  Kills kills_;
};

int Test::Run() {
  std::printf("seed %u, %d kills, %.0f messages/s, %d devices of each kind\n", options_.seed, options_.kills,
              options_.rate, options_.devices_per_kind);
  std::vector<DeviceLog> devices = AddDevices(server_, options_.devices_per_kind);
  server_.Start();
  server_.WaitUntilReady(kStartTimeout);
  PublisherOptions load;
  load.mqtt_port = broker_.port();
  load.http_port = http_port_;
  load.messages_per_second = options_.rate;
  load.boot = options_.seed | 1U;
  Publisher publisher(load, devices);
  const auto began = Clock::now();
  KillAll(publisher);
  server_.WaitUntilReady(kStartTimeout);
  const double took = std::chrono::duration<double>(Clock::now() - began).count();
  const bool answered = publisher.Finish(kAnswerTimeout);
  WaitForTable();
  std::printf(
      "published %.0f messages/s for %.1f s; killed %d times: %d inside a transaction (%d before its first "
      "frame was in the WAL, %d with frames but no commit frame, %d with the commit frame and COMMIT not "
      "returned), %d during the start, %d at any moment\n",
      static_cast<double>(publisher.sent()) / took, took, options_.kills, kills_.inside, kills_.at_stage[0],
      kills_.at_stage[1], kills_.at_stage[2], kills_.in_start, kills_.elsewhere);
  const int exit_code = server_.Stop(kStartTimeout);
  const Comparison comparison = Compare(server_.database(), devices);
  Print(comparison);
  if (options_.expect_damage) {
    std::printf(comparison.damage() > 0 ? "\ndamage was expected, and found\n" : "\nno damage was found\n");
    return comparison.damage() > 0 ? 0 : 1;
  }
  if (!answered) std::printf("something that was sent was never answered\n");
  if (exit_code != 0) std::printf("SIGTERM did not end the server with 0, but %d\n", exit_code);
  return comparison.IsFlawless() && answered && exit_code == 0 ? 0 : 1;
}

void Test::KillAll(const Publisher& publisher) {
  std::uint64_t sent = publisher.sent();
  for (int number = 1; number <= options_.kills; ++number) {
    KillOnce(number);
    server_.Start();
    if (publisher.sent() == sent) throw std::runtime_error("nothing is published");
    sent = publisher.sent();
  }
}

// Inside transactions first when they would not be reached otherwise; the rest at any time.
void Test::KillOnce(int number) {
  const bool inside =
      number % 2 == 0 ? kills_.inside < options_.inside : options_.kills - number < options_.inside - kills_.inside;
  std::uniform_int_distribution<int> pause(100, 1'800);
  if (!inside && number % kKillsInStart == 0) {
    ::poll(nullptr, 0, pause(random_) / 10);
    ++kills_.in_start;
    return server_.Kill();
  }
  server_.WaitUntilReady(kStartTimeout);
  ::poll(nullptr, 0, pause(random_));
  if (inside) {
    const auto wanted = static_cast<Stage>(static_cast<std::size_t>(kills_.inside) % kStages);
    if (const auto stage = TransactionWatch(server_, random_).KillInside(wanted, milliseconds(1'500))) {
      ++kills_.inside;
      ++kills_.at_stage[static_cast<std::size_t>(*stage)];
      return;
    }
  }
  ++kills_.elsewhere;
  server_.Kill();
}

void Test::WaitForTable() {
  std::int64_t rows = -1;
  const auto deadline = Clock::now() + kGrowTimeout;
  auto grown_at = Clock::now();
  while (Clock::now() - grown_at < kQuiet || server_.Figure("fajma_messages_in_flight") != 0) {
    if (Clock::now() > deadline) throw std::runtime_error("the table does not stop growing");
    const std::int64_t now = CountRows(server_.database());
    if (now != rows) grown_at = Clock::now();
    rows = now;
    ::poll(nullptr, 0, 50);
  }
}

}  // namespace
}  // namespace fajma::crash

int main(int argc, char** argv) {
  try {
    return fajma::crash::Test(fajma::crash::ParseOptions(argc, argv)).Run();
  } catch (const std::exception& error) {
    std::fprintf(stderr, "crash: %s\n", error.what());
    return 2;
  }
}
