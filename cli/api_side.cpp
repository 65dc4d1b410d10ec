#include "cli/api_side.h"

#include <unistd.h>

#include <filesystem>
#include <utility>

#include "api/rest/hosts.h"
#include "api/rest/rate_limit.h"
#include "api/ws/cidr.h"
#include "api/ws/command_sink.h"
#include "api/ws/rights_check.h"
#include "cli/app_metrics.h"
#include "core/runtime/log.h"

namespace fajma::cli {
namespace {

// Names the program that holds the sockets: the same at each of its starts.
std::string ProcessName(const Settings& settings) {
  char host[256] = "";
  ::gethostname(host, sizeof host - 1);
  return std::string(host) + " " + settings.http_address;
}

ws::LoopOptions LoopOptionsOf(const Settings& settings) {
  ws::LoopOptions options;
  options.ping_interval = std::chrono::seconds(settings.ws_ping_interval_seconds);
  options.idle_timeout = std::chrono::seconds(settings.ws_timeout_seconds);
  options.on_error = [](std::string_view where, std::string_view what) {
    log::Error("a socket's session failed", std::string(where) + ": " + std::string(what));
  };
  return options;
}

// All sockets, and room for requests beside them: a limit of sockets is answered, one of connections is not.
std::size_t MaxConnectionsOf(const Settings& settings) {
  constexpr std::size_t kBeside = 5'000;
  constexpr std::size_t kUnlimited = 1'000'000;  // as far as there are descriptors
  return settings.ws_max_sockets == 0 ? kUnlimited : static_cast<std::size_t>(settings.ws_max_sockets) + kBeside;
}

std::function<bool(std::string_view)> InRanges(const std::vector<std::string>& ranges) {
  return [ranges](std::string_view address) {
    for (const std::string& range : ranges) {
      if (ws::IsInRange(address, range)) return true;
    }
    return false;
  };
}

// Both halves of the HTTP door.
class DoorHandler final : public http::Handler {
 public:
  DoorHandler(rest::RestApi& rest, ws::Handshake& handshake, const ws::SelfTestDoor& self_test,
              http::ResponseTimes& times)
      : rest_(rest), handshake_(handshake), self_test_(self_test), times_(times) {}
  http::Response Handle(const http::Request& request) override {
    const auto begin = http::ResponseTimes::Clock::now();
    http::Response response = rest_.Handle(request);
    const auto end = http::ResponseTimes::Clock::now();
    if (request.path.starts_with("/api/")) times_.Note(end - begin, end);
    return response;
  }
  http::UpgradeDecision DecideUpgrade(const http::Request& request) override {
    if (auto accept = self_test_.Decide(request)) return *std::move(accept);
    return handshake_.Decide(request);
  }

 private:
  rest::RestApi& rest_;
  ws::Handshake& handshake_;
  const ws::SelfTestDoor& self_test_;
  http::ResponseTimes& times_;
};

}  // namespace

ApiSide::ApiSide(const Settings& settings, ApiSideOptions options, Foundation& foundation)
    : settings_(settings),
      options_(std::move(options)),
      foundation_(foundation),
      key_(auth::LoadSecretKey(settings.secret_key_file, auth::WhenAbsent::kCreate)),
      broker_passwords_(settings.mqtt_password_file),
      devices_(foundation.database()),
      patients_(foundation.database()),
      users_(foundation.database()),
      readings_(foundation.database()),
      alerts_(foundation.database(), EscalationOf(settings)),
      accesses_(foundation.database()),
      journal_(JournalOf(settings, Door::kApi)),
      intake_(journal_, foundation.counters),
      loop_(LoopOptionsOf(settings)),
      recorder_(foundation.database(), ProcessName(settings)) {
  WriteBrokerPasswordsAtStart();
  rest_ = std::make_unique<rest::RestApi>(RestParts(), RestOptionsOf());
  handshake_ = std::make_unique<ws::Handshake>(SocketParts(), tokens_, HandshakeOptionsOf());
  foundation.bus().Subscribe([this](const CommitPtr& commit) { hub_.OnCommit(commit); });
  foundation.bus().Subscribe([this](const CommitPtr& commit) { creator_.OnCommit(commit); });
  foundation.OnNotice(kSessionEndNotice, [this](const std::string& payload) {
    if (const auto end = auth::DecodeSessionEnd(payload)) ws::CloseEnded(loop_, open_sockets_, *end);
  });
  if (foundation.shared()) limits_ = std::make_unique<SharedLimits>(foundation, *rest_, handshake_->places());
  foundation.OnNoticesMissed([this] { ws::CheckRights(SocketParts()); });
}

void ApiSide::StartTicker() {
  std::vector<ws::Ticker::Job> jobs = {
      {ws::RoomMonitor::kTick, [this] { loop_.Post([this] { monitor_.Tick(); }); }},
      {ws::ChatRooms::kTick, [this] { loop_.Post([this] { chats_.Tick(); }); }},
  };
  if (limits_) jobs.push_back({SharedLimits::kTick, [this] { limits_->Tell(); }});
  ticker_ = std::make_unique<ws::Ticker>(std::move(jobs));
}

void ApiSide::Serve() {
  StartTicker();
  http::Options http;
  http.address = settings_.http_address;
  http.workers = static_cast<int>(settings_.http_workers);
  http.max_connections = MaxConnectionsOf(settings_);
  http.on_error = [](std::string_view where, std::string_view what) {
    log::Error("a request failed", std::string(where) + ": " + std::string(what));
  };
  server_ = std::make_unique<http::Server>(
      std::move(http), std::make_shared<DoorHandler>(*rest_, *handshake_, self_test_door_, response_times_),
      [this](http::DetachedSocket socket) {
        if (!self_test_door_.Adopt(socket)) handshake_->Adopt(std::move(socket));
      });
  foundation_.metrics.Register([this](std::string& out) { AppendMetrics(out); });
}

void ApiSide::StopServing() {
  if (server_) server_->Stop();
}

void ApiSide::CloseSockets() {
  ticker_.reset();
  loop_.Stop();
}

CommandSink ApiSide::Commands() { return ws::CommandsOverSockets(loop_, hub_); }

ws::Services ApiSide::SocketParts() {
  return {loop_,
          hub_,
          background_,
          intake_,
          foundation_.bus(),
          foundation_.database(),
          alerts_,
          readings_,
          open_sockets_,
          recorder_,
          monitor_,
          chats_,
          socket_errors_,
          socket_actions_,
          system_alerts_,
          &access_journal_,
          options_.on_device};
}

ws::MonitorSources ApiSide::MonitorParts() {
  return {ProcessName(settings_), [this] { return open_sockets_.users(); },
          [this] { return response_times_.MeanMillis(http::ResponseTimes::Clock::now()); }};
}

ws::HandshakeOptions ApiSide::HandshakeOptionsOf() const {
  ws::HandshakeOptions options;
  options.allow_anonymous_devices = settings_.ws_allow_anonymous_devices;
  options.anonymous_devices_from = settings_.ws_anonymous_devices_from;
  options.is_allowed_host = [hosts = rest::AllowedHosts(settings_.allowed_hosts)](std::string_view host) {
    return hosts.Allows(host);
  };
  options.client_address = [proxies = InRanges(settings_.trusted_proxies)](const http::Request& request) {
    return rest::ClientAddressOf(request, proxies);
  };
  options.client_of_address = rest::ClientOfAddress;
  options.shared_limits = LimitKeysOf();
  options.limits = {static_cast<std::size_t>(settings_.ws_max_sockets),
                    static_cast<std::size_t>(settings_.ws_max_sockets_per_user),
                    static_cast<std::size_t>(settings_.ws_max_sockets_per_address)};
  return options;
}

std::optional<auth::LimitKeys> ApiSide::LimitKeysOf() const {
  return foundation_.shared() ? std::optional(auth::LimitKeys(key_)) : std::nullopt;
}

rest::RestOptions ApiSide::RestOptionsOf() const {
  rest::RestOptions options;
  options.allowed_hosts = settings_.allowed_hosts;
  options.cors_origins = settings_.cors_origins;
  options.is_trusted_proxy = InRanges(settings_.trusted_proxies);
  options.page_folder = settings_.page_dir;
  options.demo_login = options_.demo_login;
  options.requests_per_second = settings_.rest_rate;
  options.cache_lists = !foundation_.shared();
  options.shared_limits = LimitKeysOf();
  return options;
}

rest::RestDependencies ApiSide::RestParts() {
  rest::RestDependencies parts{
      foundation_.database(), devices_, patients_, users_, readings_, alerts_, tokens_, passwords_};
  if (settings_.metrics_address.empty()) parts.metrics = &foundation_.metrics;
  parts.create_reading = [this](const rest::NewReading& reading, std::chrono::milliseconds timeout) {
    return CreateReading(reading, timeout);
  };
  parts.publish_alerts = [this](const std::vector<AlertEvent>& events) { PublishAlerts(events); };
  parts.publish_status = [this](const DeviceStatusEvent& event) { PublishStatus(event); };
  parts.broker_passwords = &broker_passwords_;
  parts.access_journal = &access_journal_;
  parts.end_sessions = [this](const auth::SessionEnd& end) {
    foundation_.Tell(kSessionEndNotice, auth::EncodeSessionEnd(end));
  };
  parts.send_command = options_.send_command;
  parts.find_fault = options_.find_fault;
  parts.find_defects = options_.find_defects;
  return parts;
}

std::optional<rest::CreatedReading> ApiSide::CreateReading(const rest::NewReading& reading,
                                                           std::chrono::milliseconds timeout) {
  const std::optional<TypeId> type = readings_.EnsureType(reading.type_donnee, reading.unite);
  if (!type) return std::nullopt;
  DecodedRestReading message;
  message.device_id = reading.device_id;
  message.type_id = *type;
  message.type_name = reading.type_donnee;
  message.value = reading.value;
  message.quality_percent = reading.quality_percent;
  message.metadata = reading.metadata == "{}" ? "" : reading.metadata;
  const std::optional<CommittedReading> committed = creator_.Create(message, timeout);
  if (!committed) return std::nullopt;
  return rest::CreatedReading{committed->id, committed->measured_at};
}

// What the file missed while the program was away, or another process wrote. A database that is away does not stop the
// start.
void ApiSide::WriteBrokerPasswordsAtStart() {
  try {
    auth::WriteBrokerPasswords(broker_passwords_, foundation_.database());
  } catch (const std::runtime_error& error) {
    log::Error("the broker's passwords are not up to date", error.what());
  }
}

void ApiSide::PublishAlerts(const std::vector<AlertEvent>& events) {
  foundation_.bus().Publish(CommitOfAlerts(events));
}

void ApiSide::PublishStatus(const DeviceStatusEvent& event) {
  auto commit = std::make_shared<Commit>();
  commit->statuses.push_back(event);
  foundation_.bus().Publish(commit);
}

void ApiSide::AppendMetrics(std::string& out) const {
  AppendJournal(out, journal_, Door::kApi);
  AppendHttp(out, server_->GetStatistics());
  AppendOne(out, "fajma_access_journal_lost_total", "counter", "Reads of patients' data that were not noted.",
            access_journal_.lost());
  AppendHandshakes(out, *handshake_);
  AppendSocketErrors(out, socket_errors_);
  if (limits_) {
    AppendOne(out, "fajma_limits_processes", "gauge", "Other processes whose sockets and requests count here.",
              handshake_->places().processes_elsewhere());
  }
  AppendSockets(out, loop_.GetStatistics(), hub_.overruns(), self_test_door_.open());
}

}  // namespace fajma::cli
