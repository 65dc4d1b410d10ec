#include "cli/settings.h"

#include <array>

namespace fajma::cli {
namespace {

constexpr SettingRow kRows[] = {
    {"http-address", "host:port of the page, REST and WebSocket; port 0 takes a free one", &Settings::http_address},
    {"database-url", "sqlite:///path or postgresql://user@host:port/name", &Settings::database_url},
    {"redis-url", "redis://[[user]:password@]host[:port] that joins several processes; none: this is the only one",
     &Settings::redis_url},
    {"mqtt-url", "mqtt://[user:password@]host:port of the broker, or mqtts://", &Settings::mqtt_url},
    {"data-dir", "folder of the journals and of the embedded database", &Settings::data_dir},
    {"secret-key-file", "key that signs tokens, at least 32 bytes", &Settings::secret_key_file},
    {"mqtt-password-file", "the broker's password file, to be kept with the devices' passwords",
     &Settings::mqtt_password_file},
    {"page-dir", "folder of the built page", &Settings::page_dir},
    {"allowed-hosts", "names this server answers to; none: those of this machine", nullptr, &Settings::allowed_hosts},
    {"cors-origins", "origins whose pages may call the API", nullptr, &Settings::cors_origins},
    {"ws-allow-anonymous-devices", "sockets of ws/iot without a token may send and listen", nullptr, nullptr,
     &Settings::ws_allow_anonymous_devices},
    {"ws-anonymous-devices-from", "addresses (CIDR) whose devices may send without a token", nullptr,
     &Settings::ws_anonymous_devices_from},
    {"trusted-proxies", "addresses (CIDR) of proxies whose X-Forwarded-Proto and X-Forwarded-For count", nullptr,
     &Settings::trusted_proxies},
    {"ws-ping-interval", "seconds between two pings of a WebSocket", nullptr, nullptr, nullptr,
     &Settings::ws_ping_interval_seconds, 1, 3600},
    {"ws-timeout", "seconds of silence after which a WebSocket is closed", nullptr, nullptr, nullptr,
     &Settings::ws_timeout_seconds, 2, 7200},
    {"ws-max-sockets", "open WebSockets in all; 0: no limit", nullptr, nullptr, nullptr, &Settings::ws_max_sockets, 0,
     1'000'000},
    {"ws-max-sockets-per-user", "open WebSockets of one user or device; 0: no limit", nullptr, nullptr, nullptr,
     &Settings::ws_max_sockets_per_user, 0, 1'000'000},
    {"ws-max-sockets-per-address", "open WebSockets of one client address; 0: no limit", nullptr, nullptr, nullptr,
     &Settings::ws_max_sockets_per_address, 0, 1'000'000},
    {"http-workers", "threads that answer HTTP", nullptr, nullptr, nullptr, &Settings::http_workers, 1, 256},
    {"rest-rate", "requests a second of one client address or user; 0: no limit", nullptr, nullptr, nullptr,
     &Settings::rest_rate, 0, 1'000'000},
    {"device-rate", "messages a second of one device; 0: no limit", nullptr, nullptr, nullptr, &Settings::device_rate,
     0, 1'000'000},
    {"retention-days", "days after which what is stored is cut; 0: it is kept for ever", nullptr, nullptr, nullptr,
     &Settings::retention_days, 0, 36'500},
    {"escalate-warning", "seconds until a warning that nobody acknowledges is critical; 0: never", nullptr, nullptr,
     nullptr, &Settings::escalate_warning, 0, 86'400},
    {"escalate-critical", "seconds until a critical alert that nobody acknowledges is an emergency; 0: never", nullptr,
     nullptr, nullptr, &Settings::escalate_critical, 0, 86'400},
    {"self-test-every", "seconds between two self-tests of the alarm path; 0: never", nullptr, nullptr, nullptr,
     &Settings::self_test_every, 0, 3'600},
    {"metrics-address", "host:port of /metrics and /health; none: they are beside REST", &Settings::metrics_address},
    {"broker-check", "look at the broker's settings at start", nullptr, nullptr, &Settings::broker_check},
    {"log-format", "text or json", &Settings::log_format},
};

}  // namespace

std::span<const SettingRow> SettingRows() { return kRows; }

EscalationDelays EscalationOf(const Settings& settings) {
  EscalationDelays delays;
  delays.after[static_cast<std::size_t>(AlertLevel::kWarning)] = settings.escalate_warning * kMicrosPerSecond;
  delays.after[static_cast<std::size_t>(AlertLevel::kCritical)] = settings.escalate_critical * kMicrosPerSecond;
  return delays;
}

std::string VariableOf(std::string_view name) {
  std::string variable = "FAJMA_";
  for (const char c : name) {
    variable.push_back(c == '-' ? '_' : (c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c));
  }
  return variable;
}

JournalOptions JournalOf(const Settings& settings, Door door) {
  JournalOptions options;
  options.folder = std::filesystem::path(settings.data_dir) / "journal";
  options.door = door;
  return options;
}

void Complete(Settings& settings) {
  namespace fs = std::filesystem;
  if (settings.log_format != "text" && settings.log_format != "json") {
    throw BadSetting("log-format", "text or json is expected");
  }
  if (settings.ws_timeout_seconds <= settings.ws_ping_interval_seconds) {
    throw BadSetting("ws-timeout", "must be longer than --ws-ping-interval");
  }
  if (settings.data_dir.empty()) throw BadSetting("data-dir", "must not be empty");
  const fs::path data = fs::absolute(settings.data_dir);
  settings.data_dir = data.string();
  if (settings.database_url.empty()) settings.database_url = "sqlite://" + (data / "fajma.db").string();
  if (settings.secret_key_file.empty()) settings.secret_key_file = (data / "secret-key").string();
  if (settings.page_dir.empty()) {
    std::error_code error;
    const fs::path beside = fs::read_symlink("/proc/self/exe", error).parent_path() / "web";
    if (!error && fs::exists(beside / "index.html")) settings.page_dir = beside.string();
  }
}

}  // namespace fajma::cli
