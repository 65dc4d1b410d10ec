// The subcommands. Each returns the program's exit code; what it throws is told in one line by main.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "cli/settings.h"

namespace fajma::cli {

inline constexpr std::string_view kVersion = "0.1.0";

struct DemoOptions {
  std::int64_t devices = 12;   // simulated; 0: none
  std::int64_t mqtt_port = 0;  // 0: a free one
  bool data_dir_given = false;
  bool lan = false;  // for real devices: all addresses, random passwords
  bool http_address_given = false;
};

struct NewUser {
  std::string name;
  std::string role;
  std::vector<std::string> rooms;
};

struct NewPatient {
  std::string identifier;
  std::string room;
  std::string last_name;
  std::string first_name;
};

struct NewDevice {
  std::string mac;
  std::string patient;  // identifier
  std::string type = "capteur_cardiaque";
  std::string name;
};

int RunServe(Settings settings);   // both doors
int RunBridge(Settings settings);  // MQTT
int RunApi(Settings settings);     // HTTP and WebSocket
int RunDemo(Settings settings, const DemoOptions& options);
int RunMigrate(Settings settings);
int RunCheck(Settings settings);
// The password is read from standard input, one line.
int RunUserAdd(Settings settings, const NewUser& user);
int RunPatientAdd(Settings settings, const NewPatient& patient);
// Prints the device's token for WebSockets, once.
int RunDeviceAdd(Settings settings, const NewDevice& device);

struct SimulateOptions {
  std::int64_t devices = 10;
  std::string first_mac = "AA:BB:CC:00:00:01";
  std::int64_t interval_ms = 5000;
};
int RunSimulate(const Settings& settings, const SimulateOptions& options);

// Blocks the signals that end the program, in every thread begun later.
void BlockStopSignals();
// Until SIGINT or SIGTERM comes.
void WaitForStopSignal();

}  // namespace fajma::cli
