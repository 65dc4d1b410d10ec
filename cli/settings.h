// Every setting, once: a flag, a variable FAJMA_… and a line of the configuration file.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "core/alerts/alarm.h"
#include "core/journal/journal.h"

namespace fajma::cli {

struct Settings {
  std::string http_address = "127.0.0.1:8000";
  std::string database_url;  // empty: fajma.db in data_dir
  std::string redis_url;     // empty: the only process
  std::string mqtt_url = "mqtt://127.0.0.1:1883";
  std::string data_dir = "fajma-data";
  std::string secret_key_file;     // empty: secret-key in data_dir, made at the first start
  std::string mqtt_password_file;  // empty: not written
  std::string page_dir;            // empty: `web` beside the program
  std::vector<std::string> allowed_hosts;
  std::vector<std::string> cors_origins;
  bool ws_allow_anonymous_devices = false;
  std::vector<std::string> ws_anonymous_devices_from;
  std::vector<std::string> trusted_proxies;
  std::int64_t ws_ping_interval_seconds = 30;
  std::int64_t ws_timeout_seconds = 60;
  std::int64_t ws_max_sockets = 20'000;
  std::int64_t ws_max_sockets_per_user = 50;
  std::int64_t ws_max_sockets_per_address = 2'000;
  std::int64_t http_workers = 2;
  std::int64_t rest_rate = 0;
  std::int64_t device_rate = 5'000;
  std::int64_t retention_days = 0;
  std::int64_t escalate_warning = 1'800;  // seconds; 0: never
  std::int64_t escalate_critical = 300;
  std::int64_t self_test_every = 30;  // seconds; 0: never
  std::string metrics_address;        // empty: /metrics is beside REST
  bool broker_check = true;
  std::string log_format = "text";
};

// A setting that cannot be used: the program ends with 2 and this line.
class BadSetting : public std::runtime_error {
 public:
  BadSetting(std::string_view name, std::string_view reason)
      : std::runtime_error("--" + std::string(name) + ": " + std::string(reason)) {}
};

// What the command line knows of one setting. Exactly one of the pointers is set.
struct SettingRow {
  std::string_view name;  // flag without dashes; the variable is FAJMA_ and this in capitals with underscores
  std::string_view help;
  std::string Settings::*text = nullptr;
  std::vector<std::string> Settings::*list = nullptr;  // separated by commas
  bool Settings::*toggle = nullptr;
  std::int64_t Settings::*number = nullptr;
  std::int64_t min = 0;
  std::int64_t max = 0;
};
std::span<const SettingRow> SettingRows();

// "FAJMA_HTTP_ADDRESS" for "http-address".
std::string VariableOf(std::string_view name);

// How long alerts wait for an acknowledgement.
EscalationDelays EscalationOf(const Settings& settings);

// The journal of a door, in its folder.
JournalOptions JournalOf(const Settings& settings, Door door);

// What follows from others: paths, absolute; throws BadSetting for what no part of the program will check.
void Complete(Settings& settings);

}  // namespace fajma::cli
