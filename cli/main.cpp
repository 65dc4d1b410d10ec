// The program: its subcommands, their flags, and what an error of theirs becomes.
#include <CLI/CLI.hpp>

#include <cstdio>
#include <exception>
#include <fstream>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "cli/commands.h"
#include "cli/settings.h"
#include "core/runtime/log.h"

namespace fajma::cli {
namespace {

// Every setting of the table as an option of a subcommand.
void AddSettings(CLI::App& command, Settings& settings) {
  command.add_option("--config", "file with a line `name = value` for each setting")->envname("FAJMA_CONFIG");
  for (const SettingRow& row : SettingRows()) {
    const std::string flag = "--" + std::string(row.name);
    const std::string help(row.help);
    CLI::Option* option = nullptr;
    if (row.text != nullptr) option = command.add_option(flag, settings.*row.text, help);
    if (row.list != nullptr) option = command.add_option(flag, settings.*row.list, help)->delimiter(',');
    if (row.toggle != nullptr) option = command.add_flag(flag + "{true}", settings.*row.toggle, help);
    if (row.number != nullptr) {
      option = command.add_option(flag, settings.*row.number, help)->check(CLI::Range(row.min, row.max));
    }
    option->envname(VariableOf(row.name))->capture_default_str();
  }
}

// What neither a flag nor a variable said. CLI11 reads the file itself for the topmost command only.
void ApplyConfigFile(CLI::App& command) {
  const CLI::Option& config = *command.get_option("--config");
  if (config.count() == 0) return;
  const std::string path = config.as<std::string>();
  std::ifstream file(path);
  if (!file) throw BadSetting("config", "the file " + path + " cannot be read");
  for (const CLI::ConfigItem& item : CLI::ConfigINI().from_config(file)) {
    CLI::Option* option = command.get_option_no_throw("--" + item.name);
    if (option == nullptr || item.name == "config") throw BadSetting(item.name, "no such setting (" + path + ")");
    if (option->count() > 0) continue;
    const bool is_toggle = option->get_expected_max() == 0;
    if (is_toggle && item.inputs == std::vector<std::string>{"false"}) continue;
    option->add_result(item.inputs);
    option->run_callback();
  }
}

struct Program {
  CLI::App app{"FAJMA: patients' vital signs, from sensors to screens"};
  Settings settings;
  DemoOptions demo;
  NewUser user;
  NewPatient patient;
  NewDevice device;
  SimulateOptions simulate;
  std::function<int()> chosen;

  Program();
  CLI::App* Add(CLI::App& parent, const std::string& name, const std::string& help, std::function<int()> run);
};

CLI::App* Program::Add(CLI::App& parent, const std::string& name, const std::string& help, std::function<int()> run) {
  CLI::App* command = parent.add_subcommand(name, help);
  AddSettings(*command, settings);
  command->callback([this, command, run = std::move(run)] {
    ApplyConfigFile(*command);
    chosen = run;
  });
  return command;
}

Program::Program() {
  app.set_version_flag("--version", std::string(kVersion));
  app.require_subcommand(1);
  Add(app, "serve", "everything in one process", [this] { return RunServe(settings); });
  Add(app, "bridge", "the MQTT door alone, joined with others by Redis", [this] { return RunBridge(settings); });
  Add(app, "api", "the HTTP and WebSocket door alone, joined with others by Redis",
      [this] { return RunApi(settings); });
  CLI::App* demo_command = Add(app, "demo", "serve with a private broker, demo data and simulated devices", [this] {
    demo.data_dir_given = app.get_subcommand("demo")->get_option("--data-dir")->count() > 0;
    demo.http_address_given = app.get_subcommand("demo")->get_option("--http-address")->count() > 0;
    return RunDemo(settings, demo);
  });
  demo_command->add_option("--devices", demo.devices, "simulated devices")->check(CLI::Range(0, 1000));
  demo_command->add_flag("--lan", demo.lan, "open to the network, for real ESP32s: random passwords, printed");
  demo_command->add_option("--mqtt-port", demo.mqtt_port, "the broker's port; 0: a free one")
      ->check(CLI::Range(0, 65535));
  Add(app, "migrate", "creates or upgrades the database", [this] { return RunMigrate(settings); });
  Add(app, "check", "looks at configuration, database and broker", [this] { return RunCheck(settings); });

  CLI::App* simulate_command =
      Add(app, "simulate", "simulated ESP32s against a broker", [this] { return RunSimulate(settings, simulate); });
  simulate_command->add_option("--devices", simulate.devices, "how many")->check(CLI::Range(1, 1000));
  simulate_command->add_option("--first-mac", simulate.first_mac, "of the first; the others follow");
  simulate_command->add_option("--interval", simulate.interval_ms, "milliseconds between two samples")
      ->check(CLI::Range(10, 3'600'000));

  CLI::App* user_group = app.add_subcommand("user", "users")->require_subcommand(1);
  CLI::App* user_add =
      Add(*user_group, "add", "password on standard input", [this] { return RunUserAdd(settings, user); });
  user_add->add_option("name", user.name)->required();
  user_add->add_option("--role", user.role, "administrateur, medecin, infirmier, technicien, integrateur")->required();
  user_add->add_option("--rooms", user.rooms, "rooms whose patients are seen")->delimiter(',');

  CLI::App* patient_group = app.add_subcommand("patient", "patients")->require_subcommand(1);
  CLI::App* patient_add =
      Add(*patient_group, "add", "a new patient", [this] { return RunPatientAdd(settings, patient); });
  patient_add->add_option("identifier", patient.identifier)->required();
  patient_add->add_option("--room", patient.room);
  patient_add->add_option("--last-name", patient.last_name);
  patient_add->add_option("--first-name", patient.first_name);

  CLI::App* device_group = app.add_subcommand("device", "devices")->require_subcommand(1);
  CLI::App* device_add =
      Add(*device_group, "add", "a new device; prints its token", [this] { return RunDeviceAdd(settings, device); });
  device_add->add_option("mac", device.mac, "AA:BB:CC:DD:EE:FF")->required();
  device_add->add_option("--patient", device.patient, "the patient's identifier")->required();
  device_add->add_option("--type", device.type);
  device_add->add_option("--name", device.name);
}

// One line on standard error; bad configuration ends with 2, anything else with 1.
int Main(int argc, char** argv) {
  const auto program = std::make_unique<Program>();
  try {
    program->app.parse(argc, argv);
    log::Configure(program->settings.log_format == "json" ? log::Format::kJson : log::Format::kText);
    return program->chosen();
  } catch (const CLI::Success& success) {
    return program->app.exit(success);
  } catch (const CLI::ParseError& error) {
    std::fprintf(stderr, "fajma: %s\n", error.what());
    return 2;
  } catch (const BadSetting& error) {
    std::fprintf(stderr, "fajma: %s\n", error.what());
    return 2;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "fajma: %s\n", error.what());
    return 1;
  }
}

}  // namespace
}  // namespace fajma::cli

int main(int argc, char** argv) { return fajma::cli::Main(argc, argv); }
