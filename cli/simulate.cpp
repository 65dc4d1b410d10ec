#include <cstdio>
#include <optional>
#include <string>

#include "cli/commands.h"
#include "cli/simulator.h"
#include "core/domain/mac.h"

namespace fajma::cli {

int RunSimulate(const Settings& settings, const SimulateOptions& options) {
  BlockStopSignals();
  const std::optional<MqttAddress> broker = ParseMqttUrl(settings.mqtt_url);
  if (!broker) throw BadSetting("mqtt-url", "mqtt://[user:password@]host:port or mqtts://… is expected");
  const std::optional<Mac> first = Mac::ParseColons(options.first_mac);
  if (!first) throw BadSetting("first-mac", "AA:BB:CC:DD:EE:FF is expected");
  SimulatorOptions simulation;
  simulation.broker = *broker;
  simulation.interval = std::chrono::milliseconds(options.interval_ms);
  for (std::int64_t i = 0; i < options.devices; ++i) {
    SimulatedDevice device;
    const Mac mac = Mac::FromBits((first->bits() + static_cast<std::uint64_t>(i)) & 0xFFFFFFFFFFFFULL);
    device.mac = *firmware::ParseMac(mac.ToColons());
    device.label = mac.ToColons();
    simulation.mqtt_devices.push_back(device);
  }
  Simulator simulator(std::move(simulation));
  std::printf("%lld simulated devices; Ctrl-C ends them\n", static_cast<long long>(options.devices));
  std::fflush(stdout);
  WaitForStopSignal();
  const SimulatorCounters counters = simulator.counters();
  std::printf("samples %llu, acknowledged %llu, refused %llu\n", static_cast<unsigned long long>(counters.samples),
              static_cast<unsigned long long>(counters.acknowledged),
              static_cast<unsigned long long>(counters.rejected));
  return 0;
}

}  // namespace fajma::cli
