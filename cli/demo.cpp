#include "cli/demo.h"

#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>

#include "cli/app.h"
#include "cli/commands.h"
#include "cli/simulator.h"
#include "core/runtime/log.h"

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

SimulatedDevice Simulated(const DemoDevice& device) {
  SimulatedDevice simulated;
  simulated.mac = *firmware::ParseMac(device.mac);
  simulated.profile = firmware::DeviceProfile::kFull;
  simulated.patient = device.patient;
  simulated.label = device.mac;
  simulated.documented_example = device.mac == kDocumentedMac;
  return simulated;
}

std::unique_ptr<Simulator> StartSimulator(const std::vector<DemoDevice>& devices, std::int64_t count,
                                          std::uint16_t mqtt_port, std::uint16_t http_port) {
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
    (websocket ? options.websocket_devices : options.mqtt_devices).push_back(Simulated(devices[i]));
  }
  return std::make_unique<Simulator>(std::move(options));
}

// Where a page reaches a server that listens on all addresses.
std::string PageHost(const std::string& http_address) {
  const std::string host = http_address.substr(0, http_address.rfind(':'));
  return host == "0.0.0.0" || host == "[::]" ? "127.0.0.1" : host;
}

}  // namespace

int RunDemo(Settings settings, const DemoOptions& options) {
  BlockStopSignals();
  const DemoFolder folder(options.data_dir_given ? std::optional(settings.data_dir) : std::nullopt);
  settings.data_dir = folder.path().string();
  settings.ws_allow_anonymous_devices = true;
  settings.broker_check = false;  // its configuration is ours
  Complete(settings);
  const PrivateBroker broker(folder.path() / "mosquitto", static_cast<std::uint16_t>(options.mqtt_port));
  settings.mqtt_url = "mqtt://127.0.0.1:" + std::to_string(broker.port());
  std::vector<DemoDevice> devices;
  {
    Database database(DatabaseOptions{settings.database_url, 1, 1});
    database.Migrate();
    devices = AddDemoData(database, options.devices);
  }
  const App app(settings, {true, std::string(kVersion)});
  const std::unique_ptr<Simulator> simulator = StartSimulator(devices, options.devices, broker.port(), app.http_port());
  std::printf("page http://%s:%d/\nmqtt %s\n", PageHost(settings.http_address).c_str(), app.http_port(),
              settings.mqtt_url.c_str());
  std::fflush(stdout);
  WaitForStopSignal();
  log::Info("stopping");
  return 0;
}

}  // namespace fajma::cli
