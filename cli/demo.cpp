#include "cli/demo.h"

#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>

#include "api/auth/secret_key.h"
#include "api/auth/token.h"
#include "cli/app.h"
#include "cli/commands.h"
#include "cli/simulator.h"
#include "core/runtime/log.h"
#include "core/store/device_store.h"

namespace fajma::cli {
namespace {

namespace fs = std::filesystem;

// A folder of its own when none was named; it goes with the demo.
class DemoFolder {
 public:
  explicit DemoFolder(const std::optional<std::string>& given) {
    if (given) {
      path_ = fs::absolute(*given);
      fs::create_directories(path_);
      return;
    }
    std::string pattern = (fs::temp_directory_path() / "fajma-demo.XXXXXX").string();
    if (::mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("no temporary folder can be made");
    path_ = pattern;
    temporary_ = true;
  }
  ~DemoFolder() {
    std::error_code ignored;
    if (temporary_) fs::remove_all(path_, ignored);
  }
  DemoFolder(const DemoFolder&) = delete;
  DemoFolder& operator=(const DemoFolder&) = delete;
  const fs::path& path() const { return path_; }

 private:
  fs::path path_;
  bool temporary_ = false;
};

constexpr std::string_view kDocumentedMac = "AA:BB:CC:DD:EE:FF";
constexpr std::size_t kWebSocketDevices = 2;  // of the simulated ones; the others use MQTT

SimulatedDevice Simulated(const DemoDevice& device, const LanSecrets& secrets) {
  SimulatedDevice simulated;
  simulated.mac = *firmware::ParseMac(device.mac);
  simulated.profile = firmware::DeviceProfile::kFull;
  simulated.patient = device.patient;
  simulated.label = device.mac;
  simulated.documented_example = device.mac == kDocumentedMac;
  simulated.username = secrets.devices.empty() ? "" : Mac::ParseColons(device.mac)->ToTopic();
  simulated.password = secrets.devices;
  simulated.token = device.token;
  return simulated;
}

std::unique_ptr<Simulator> StartSimulator(const std::vector<DemoDevice>& devices, std::int64_t count,
                                          std::uint16_t mqtt_port, std::uint16_t http_port, const LanSecrets& secrets) {
  if (count <= 0) return nullptr;
  SimulatorOptions options;
  options.broker.host = "127.0.0.1";
  options.broker.port = mqtt_port;
  options.websocket_base = "ws://127.0.0.1:" + std::to_string(http_port) + "/ws/iot/";
  options.episode_period = std::chrono::minutes(3);
  // The last ones, the documented device among them, speak WebSocket.
  const std::size_t all = std::min(devices.size(), static_cast<std::size_t>(count));
  const std::size_t first = devices.size() - all;
  for (std::size_t i = first; i < devices.size(); ++i) {
    const bool websocket = devices.size() - i <= kWebSocketDevices;
    (websocket ? options.websocket_devices : options.mqtt_devices).push_back(Simulated(devices[i], secrets));
  }
  return std::make_unique<Simulator>(std::move(options));
}

std::string HostOf(const std::string& http_address) { return http_address.substr(0, http_address.rfind(':')); }

// Where others reach a server that listens on all addresses.
std::string PageHost(const std::string& http_address, bool lan) {
  std::string host = HostOf(http_address);
  if (host != "0.0.0.0" && host != "[::]") return host;
  return lan ? LanHosts().front() : "127.0.0.1";
}

void PrintAddresses(const std::string& host, std::uint16_t http_port, std::uint16_t mqtt_port) {
  std::printf("page http://%s:%d/\nmqtt mqtt://%s:%d\n", host.c_str(), http_port, host.c_str(), mqtt_port);
}

// Once, to the terminal alone: they are in no log.
void PrintSecrets(const LanSecrets& secrets, const std::vector<DemoDevice>& devices) {
  std::printf("password of demo, medecin, infirmier, technicien, integrateur: %s\n", secrets.users.c_str());
  std::printf("mqtt password of each device (user: its MAC, as aabbccddeeff): %s\n", secrets.devices.c_str());
  for (const DemoDevice& device : devices) {
    if (device.mac != kDocumentedMac) continue;
    std::printf("websocket token of %s (?token=…): %s\n", device.mac.c_str(), device.token.c_str());
  }
}

void AddTokens(Database& database, const Settings& settings, std::vector<DemoDevice>& devices) {
  const auth::SecretKey key = auth::LoadSecretKey(settings.secret_key_file, auth::WhenAbsent::kCreate);
  const auth::TokenAuthority tokens(key);
  DeviceStore store(database);
  for (DemoDevice& device : devices) {
    const std::optional<Device> row = store.FindByMac(*Mac::ParseColons(device.mac));
    if (row) device.token = tokens.IssueDevice(row->id, SystemNow());
  }
}

}  // namespace

int RunDemo(Settings settings, const DemoOptions& options) {
  BlockStopSignals();
  const DemoFolder folder(options.data_dir_given ? std::optional(settings.data_dir) : std::nullopt);
  settings.data_dir = folder.path().string();
  settings.ws_allow_anonymous_devices = !options.lan;
  settings.broker_check = false;  // its configuration is ours
  if (options.lan && !options.http_address_given) settings.http_address = "0.0.0.0:8000";
  if (options.lan && settings.allowed_hosts.empty()) settings.allowed_hosts = LanHosts();
  Complete(settings);
  const LanSecrets secrets = options.lan ? NewLanSecrets() : LanSecrets{};
  std::vector<DemoDevice> devices;
  {
    Database database(DatabaseOptions{settings.database_url, 1, 1});
    database.Migrate();
    devices =
        options.lan ? AddDemoData(database, options.devices, secrets.users) : AddDemoData(database, options.devices);
    if (options.lan) AddTokens(database, settings, devices);
  }
  const BrokerAccess access = options.lan ? LanBroker(HostOf(settings.http_address), secrets, devices) : BrokerAccess{};
  const PrivateBroker broker(folder.path() / "mosquitto", static_cast<std::uint16_t>(options.mqtt_port), access);
  const std::string own = options.lan ? "fajma:" + secrets.server + "@" : "";
  settings.mqtt_url = "mqtt://" + own + "127.0.0.1:" + std::to_string(broker.port());
  const App app(settings, {!options.lan, std::string(kVersion)});
  const std::unique_ptr<Simulator> simulator =
      StartSimulator(devices, options.devices, broker.port(), app.http_port(), secrets);
  if (options.lan) PrintSecrets(secrets, devices);
  PrintAddresses(PageHost(settings.http_address, options.lan), app.http_port(), broker.port());
  std::fflush(stdout);
  WaitForStopSignal();
  log::Info("stopping");
  return 0;
}

}  // namespace fajma::cli
