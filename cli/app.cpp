#include "cli/app.h"

#include <optional>
#include <utility>
#include <vector>

#include "cli/api_side.h"
#include "cli/foundation.h"
#include "cli/mqtt_side.h"
#include "cli/status_server.h"
#include "cli/system_watch.h"
#include "core/commands/command_delivery.h"
#include "core/ingest/alert_runner.h"
#include "core/ingest/ingest.h"
#include "core/retention/retention.h"

namespace fajma::cli {
namespace {

constexpr std::chrono::milliseconds kCommandTimeout{3000};
// Over MQTT a device is believed to be there that may be on a socket of another process, which is asked in the same
// moment, and looks every second for what it may have missed.
constexpr std::chrono::milliseconds kAskedPatience{200};
constexpr std::chrono::milliseconds kMissedPatience{2000};

}  // namespace

// In the order of construction; ~App ends what has threads explicitly, sources before sinks.
struct App::Parts {
  Parts(const Settings& settings, const AppOptions& options);

  ApiSideOptions ApiOptions(const AppOptions& options);
  std::unique_ptr<CommandDelivery> MakeCommands();
  std::unique_ptr<Ingest> MakeIngest(const Settings& settings);
  std::unique_ptr<Retention> MakeRetention(const Settings& settings);
  std::string FindFault() const;
  std::vector<std::string> FindDefects() const;
  void StartWatch();

  Foundation foundation;
  SystemWatch watch;
  std::unique_ptr<MqttSide> mqtt;
  std::unique_ptr<ApiSide> api;
  std::unique_ptr<CommandDelivery> commands;
  std::unique_ptr<AlertRunner> alerts;  // of several processes; of one, ingest evaluates
  std::unique_ptr<Ingest> ingest;
  std::unique_ptr<Retention> retention;
  std::unique_ptr<StatusServer> status;
};

App::Parts::Parts(const Settings& settings, const AppOptions& options)
    : foundation(settings),
      watch(settings.self_test_every,
            options.role == Role::kBridge ? SystemWatch::PathEnd::kBus : SystemWatch::PathEnd::kSocket,
            foundation.counters, [this](const SystemAlert& alert) {
              if (api) api->system_alerts().Tell(alert);
            }) {
  if (options.role != Role::kServe && !foundation.shared()) {
    throw BadSetting("redis-url", "bridge and api are joined by Redis; `serve` runs without");
  }
  if (options.role != Role::kApi) mqtt = std::make_unique<MqttSide>(settings, options.version, foundation);
  if (options.role != Role::kBridge) api = std::make_unique<ApiSide>(settings, ApiOptions(options), foundation);
  commands = MakeCommands();
  if (foundation.shared()) {
    alerts = std::make_unique<AlertRunner>(foundation.database(), foundation.bus(),
                                           std::to_string(foundation.process()), EscalationOf(settings));
  }
  foundation.bus().Subscribe([this](const CommitPtr& commit) { watch.OnCommit(*commit); });
  foundation.Start();
  ingest = MakeIngest(settings);
  retention = MakeRetention(settings);
  foundation.metrics.Register([this](std::string& out) {
    foundation.counters.AppendTo(out);
    ingest->AppendMetrics(out);
    retention->AppendMetrics(out);
    watch.AppendMetrics(out);
  });
  if (api) api->Serve();
  if (!settings.metrics_address.empty()) {
    status = std::make_unique<StatusServer>(
        settings.metrics_address, foundation, [this] { return FindFault(); }, [this] { return FindDefects(); });
  }
  StartWatch();  // last: it uses what a part that cannot start would take away under it
}

void App::Parts::StartWatch() { watch.Start(api ? std::optional(api->SelfTestSocket()) : std::nullopt); }

ApiSideOptions App::Parts::ApiOptions(const AppOptions& options) {
  ApiSideOptions api_options;
  api_options.demo_login = options.demo_login;
  api_options.send_command = [this](const DeviceCommand& command) { return commands->Send(command, kCommandTimeout); };
  api_options.on_device = [this](Mac mac) { commands->OnReturn(mac); };
  api_options.find_fault = [this] { return FindFault(); };
  api_options.find_defects = [this] { return FindDefects(); };
  return api_options;
}

std::unique_ptr<CommandDelivery> App::Parts::MakeCommands() {
  std::vector<CommandSink> sinks;
  if (api) sinks.push_back(api->Commands());
  if (mqtt) sinks.push_back(mqtt->Commands());
  std::optional<CommandPeers> peers;
  if (foundation.shared()) {
    peers = CommandPeers{[this](Mac mac) { foundation.Tell(kCommandNotice, mac.ToTopic()); },
                         [this](const std::string& id) { foundation.Tell(kCommandSentNotice, id); },
                         mqtt ? kAskedPatience : std::chrono::milliseconds(0),
                         mqtt ? kMissedPatience : std::chrono::milliseconds(0)};
  }
  auto delivery = std::make_unique<CommandDelivery>(foundation.database(), std::move(sinks), std::move(peers));
  foundation.bus().Subscribe([this](const CommitPtr& commit) {
    for (const Mac mac : commit->returned) commands->OnReturn(mac);
  });
  foundation.OnNotice(kCommandNotice, [this](const std::string& payload) {
    if (const auto mac = Mac::ParseTopic(payload)) commands->OnAsked(*mac);
  });
  foundation.OnNotice(kCommandSentNotice, [this](const std::string& id) { commands->OnSent(id); });
  foundation.OnNoticesMissed([this] { commands->OnMissed(); });
  return delivery;
}

std::unique_ptr<Ingest> App::Parts::MakeIngest(const Settings& settings) {
  std::vector<JournalOfDoor> journals;
  if (mqtt) journals.push_back({Door::kMqtt, &mqtt->journal()});
  if (api) journals.push_back({Door::kApi, &api->journal()});
  IngestLimits limits;
  limits.device_rate = settings.device_rate;
  limits.escalation = EscalationOf(settings);
  return std::make_unique<Ingest>(foundation.database(), journals, foundation.bus(), foundation.counters, limits,
                                  foundation.shared() ? Alerts::kElsewhere : Alerts::kHere,
                                  mqtt ? &mqtt->probes() : nullptr);
}

std::unique_ptr<Retention> App::Parts::MakeRetention(const Settings& settings) {
  RetentionOptions options;
  options.days = settings.retention_days;
  if (foundation.shared()) options.owner = std::to_string(foundation.process());
  return std::make_unique<Retention>(foundation.database(), std::move(options));
}

std::string App::Parts::FindFault() const {
  if (!ingest->ready()) return "ingest is still recovering";
  return mqtt && !mqtt->connected() ? "the broker is not connected" : "";
}

std::vector<std::string> App::Parts::FindDefects() const {
  std::vector<std::string> defects = watch.Present();
  if (foundation.LacksRedis()) defects.emplace_back("redis");
  return defects;
}

App::App(const Settings& settings, const AppOptions& options) : parts_(std::make_unique<Parts>(settings, options)) {}

App::~App() {
  Parts& parts = *parts_;
  parts.status.reset();
  parts.watch.Stop();
  if (parts.api) parts.api->StopServing();
  if (parts.mqtt) parts.mqtt->Stop();
  parts.retention.reset();
  parts.ingest.reset();                      // stores what was taken
  if (parts.api) parts.api->CloseSockets();  // their users leave; until now a device may have asked for its commands
  parts.foundation.Stop();                   // tells the others of all that, and hears of nothing more
  parts.alerts.reset();
  parts.commands.reset();
  parts.api.reset();
  parts.mqtt.reset();
}

std::uint16_t App::http_port() const { return parts_->api->port(); }
std::uint16_t App::metrics_port() const { return parts_->status ? parts_->status->port() : 0; }
bool App::broker_connected() const { return parts_->mqtt->connected(); }

}  // namespace fajma::cli
