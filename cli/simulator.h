// Simulated ESP32s: the firmware's own core, patients from firmware/simulation, and real connections, MQTT and
// WebSocket. For `fajma demo` in the server's own process, and for `fajma simulate` against any broker.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "bridge/mqtt_address.h"
#include "firmware/core/payload.h"
#include "firmware/simulation/vital_signs.h"

namespace fajma::cli {

struct SimulatedDevice {
  firmware::MacAddress mac;
  firmware::DeviceProfile profile = firmware::DeviceProfile::kFull;
  std::string patient;   // WebSocket: the last part of its path
  std::string label;     // for people only
  std::string username;  // MQTT; empty: those of SimulatorOptions::broker
  std::string password;
  std::string token;  // WebSocket; empty: none is sent
  // WebSocket: sends as the documentation's Arduino example does: no number, temperature and heart_rate, millis() as
  // timestamp. What it measures while it is not connected is lost, and nothing is acknowledged to it.
  bool documented_example = false;
};

struct SimulatorOptions {
  std::vector<SimulatedDevice> mqtt_devices;
  MqttAddress broker;
  std::vector<SimulatedDevice> websocket_devices;
  std::string websocket_base = "ws://127.0.0.1:8000/ws/iot/";  // ws:// only

  // Between two samples of a device. The first is taken at once; from then on the devices are spread over it.
  std::chrono::milliseconds interval{5'000};
  // At the beginning a page has nothing to show: so long, a sample is taken each `fast_interval`. 0: no such phase.
  std::chrono::milliseconds fast_phase{10'000};
  std::chrono::milliseconds fast_interval{1'000};
  // Of the patients: equal seeds give equal ones. The boots of the devices are random always.
  std::uint64_t seed = 1;
  std::chrono::milliseconds episode_period{600'000};  // VitalSignsSettings::episode_period_ms

  // Between two attempts to connect, doubled; what the firmware has.
  std::chrono::milliseconds retry_first{1'000};
  std::chrono::milliseconds retry_longest{60'000};
  // For an answer of the server, before everything is sent again; what the firmware has.
  std::chrono::milliseconds ack_timeout{5'000};

  // Why a device's connection was refused or lost. Called in the simulator's thread; may be absent.
  std::function<void(const SimulatedDevice& device, std::string_view reason)> on_lost;
};

// Samples, unless said. Counted since the start, except the gauges; read together, they may be a few apart.
struct SimulatorCounters {
  std::uint64_t devices = 0;       // gauge
  std::uint64_t connected = 0;     // gauge: devices
  std::uint64_t samples = 0;       // taken
  std::uint64_t messages = 0;      // messages with samples that left, those sent again included
  std::uint64_t acknowledged = 0;  // settled by an ack
  std::uint64_t rejected = 0;      // refused for good
  std::uint64_t dropped = 0;       // the oldest, when a device's memory was full; or lost at a restart
  std::uint64_t sent_again = 0;
  std::uint64_t reconnects = 0;  // connections after the first one of each device
};

class Simulator {
 public:
  // Starts one thread for all devices. Throws std::invalid_argument when websocket_base is none.
  explicit Simulator(SimulatorOptions options);
  // Tells the broker that the devices are offline and closes all; within a second of its own, also when the broker is
  // silent. The MQTT library's end can add about a second, and more on a busy machine.
  ~Simulator();
  Simulator(const Simulator&) = delete;
  Simulator& operator=(const Simulator&) = delete;

  SimulatorCounters counters() const;  // any thread

 private:
  class Core;
  std::unique_ptr<Core> core_;
};

}  // namespace fajma::cli
