#include "cli/app.h"

#include <unistd.h>

#include <filesystem>
#include <functional>
#include <thread>
#include <utility>

#include "api/auth/access_journal.h"
#include "api/auth/password.h"
#include "api/auth/secret_key.h"
#include "api/auth/token.h"
#include "api/http/server.h"
#include "api/rest/hosts.h"
#include "api/rest/rest_api.h"
#include "api/ws/background.h"
#include "api/ws/cidr.h"
#include "api/ws/command_sink.h"
#include "api/ws/handshake.h"
#include "api/ws/live_hub.h"
#include "api/ws/loop/loop.h"
#include "api/ws/session_recorder.h"
#include "bridge/broker_check.h"
#include "bridge/command_sink.h"
#include "bridge/mqtt_link.h"
#include "cli/app_metrics.h"
#include "cli/mqtt_mirrors.h"
#include "core/bus/in_process_event_bus.h"
#include "core/commands/command_delivery.h"
#include "core/ingest/ingest.h"
#include "core/ingest/intake.h"
#include "core/ingest/reading_creator.h"
#include "core/journal/journal.h"
#include "core/runtime/log.h"
#include "core/store/alert_store.h"
#include "core/store/database.h"
#include "core/store/device_store.h"
#include "core/store/patient_store.h"
#include "core/store/reading_store.h"
#include "core/store/user_store.h"

namespace fajma::cli {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kActive = "actif";
constexpr std::string_view kInactive = "inactif";
constexpr Micros kRecently = 2 * kMicrosPerMinute;
constexpr std::chrono::milliseconds kCommandTimeout{3000};

MqttAddress BrokerOf(const Settings& settings) {
  const std::optional<MqttAddress> address = ParseMqttUrl(settings.mqtt_url);
  if (!address) throw BadSetting("mqtt-url", "mqtt://[user:password@]host:port or mqtts://… is expected");
  return *address;
}

std::unique_ptr<Database> OpenDatabase(const Settings& settings) {
  DatabaseOptions options;
  options.url = settings.database_url;
  options.readers = static_cast<std::size_t>(settings.http_workers) + 2;  // REST's workers, the sockets' background
  std::unique_ptr<Database> database;
  try {
    database = std::make_unique<Database>(options);
  } catch (const DatabaseError&) {
    throw BadSetting("database-url", "sqlite:///path or postgresql://user@host:port/name is expected");
  }
  if (database->dialect() == Dialect::kSqlite) {
    database->Migrate();
  } else if (const std::string state = database->DescribeMigrationState(); !state.empty()) {
    throw DatabaseError(state, false);
  }
  return database;
}

// Names the program that holds the sockets: the same at each of its starts.
std::string ProcessName(const Settings& settings) {
  char host[256] = "";
  ::gethostname(host, sizeof host - 1);
  return std::string(host) + " " + settings.http_address;
}

JournalOptions JournalOf(const Settings& settings, Door door) {
  JournalOptions options;
  options.folder = fs::path(settings.data_dir) / "journal";
  options.door = door;
  return options;
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
  DoorHandler(rest::RestApi& rest, ws::Handshake& handshake) : rest_(rest), handshake_(handshake) {}
  http::Response Handle(const http::Request& request) override { return rest_.Handle(request); }
  http::UpgradeDecision DecideUpgrade(const http::Request& request) override { return handshake_.Decide(request); }

 private:
  rest::RestApi& rest_;
  ws::Handshake& handshake_;
};

}  // namespace

// In the order of construction; ~App ends what has threads explicitly, sources before sinks.
struct App::Parts {
  Parts(const Settings& settings, const AppOptions& options);

  rest::RestDependencies RestParts();
  std::vector<CommandSink> CommandSinks();
  bool IsThere(std::int64_t device_id);
  static rest::RestOptions RestOptionsOf(const Settings& settings, const AppOptions& options);
  std::optional<rest::CreatedReading> CreateReading(const rest::NewReading& reading, std::chrono::milliseconds timeout);
  void WriteBrokerPasswordsAtStart();
  void PublishAlert(const AlertEvent& event);
  void PublishStatus(const DeviceStatusEvent& event);

  std::unique_ptr<Database> database;
  auth::SecretKey key;
  auth::TokenAuthority tokens{key};
  auth::PasswordHasher passwords;
  auth::BrokerPasswordFile broker_passwords;
  DeviceStore devices{*database};
  PatientStore patients{*database};
  UserStore users{*database};
  ReadingStore readings{*database};
  AlertStore alerts{*database};
  AccessStore accesses{*database};
  MessageCounters counters;
  MetricsPage metrics;
  InProcessEventBus bus;
  Journal mqtt_journal;
  Journal api_journal;
  Intake intake{api_journal, counters};
  ReadingCreator creator{intake};
  ws::Loop loop;
  ws::LiveHub hub{loop, intake.process()};
  ws::SocketRegistry open_sockets;
  std::unique_ptr<ws::SessionRecorder> recorder;
  std::unique_ptr<ws::Background> background = std::make_unique<ws::Background>();
  std::unique_ptr<auth::AccessJournal> access_journal = std::make_unique<auth::AccessJournal>(accesses);
  std::unique_ptr<MqttLink> link;
  std::unique_ptr<MqttMirrors> mirrors;
  std::unique_ptr<CommandDelivery> commands;
  std::unique_ptr<rest::RestApi> rest;
  std::unique_ptr<ws::Handshake> handshake;
  std::unique_ptr<Ingest> ingest;
  std::unique_ptr<http::Server> server;
  std::jthread broker_check;
};

App::Parts::Parts(const Settings& settings, const AppOptions& options)
    : database(OpenDatabase(settings)),
      key(auth::LoadSecretKey(settings.secret_key_file, auth::WhenAbsent::kCreate)),
      broker_passwords(settings.mqtt_password_file),
      mqtt_journal(JournalOf(settings, Door::kMqtt)),
      api_journal(JournalOf(settings, Door::kApi)),
      loop(LoopOptionsOf(settings)) {
  WriteBrokerPasswordsAtStart();
  recorder = std::make_unique<ws::SessionRecorder>(*database, ProcessName(settings));
  MqttLinkOptions mqtt;
  mqtt.address = BrokerOf(settings);
  mqtt.version = options.version;
  const ws::Services services{loop,
                              hub,
                              *background,
                              intake,
                              bus,
                              *database,
                              alerts,
                              readings,
                              open_sockets,
                              *recorder,
                              access_journal.get(),
                              [this](Mac mac) { commands->OnReturn(mac); }};
  rest = std::make_unique<rest::RestApi>(RestParts(), RestOptionsOf(settings, options));
  ws::HandshakeOptions sockets;
  sockets.allow_anonymous_devices = settings.ws_allow_anonymous_devices;
  sockets.anonymous_devices_from = settings.ws_anonymous_devices_from;
  sockets.is_allowed_host = [hosts = rest::AllowedHosts(settings.allowed_hosts)](std::string_view host) {
    return hosts.Allows(host);
  };
  sockets.client_address = [proxies = InRanges(settings.trusted_proxies)](const http::Request& request) {
    return rest::ClientAddressOf(request, proxies);
  };
  handshake = std::make_unique<ws::Handshake>(services, tokens, std::move(sockets));
  bus.Subscribe([this](const CommitPtr& commit) { hub.OnCommit(commit); });
  bus.Subscribe([this](const CommitPtr& commit) { creator.OnCommit(commit); });
  link = std::make_unique<MqttLink>(mqtt, mqtt_journal, counters);
  commands = std::make_unique<CommandDelivery>(*database, CommandSinks());
  bus.Subscribe([this](const CommitPtr& commit) {
    for (const Mac mac : commit->returned) commands->OnReturn(mac);
  });
  mirrors = std::make_unique<MqttMirrors>(*link, mqtt.address, *database, bus);
  ingest = std::make_unique<Ingest>(
      *database, std::vector<JournalOfDoor>{{Door::kMqtt, &mqtt_journal}, {Door::kApi, &api_journal}}, bus, counters);
  http::Options http;
  http.address = settings.http_address;
  http.workers = static_cast<int>(settings.http_workers);
  http.on_error = [](std::string_view where, std::string_view what) {
    log::Error("a request failed", std::string(where) + ": " + std::string(what));
  };
  server = std::make_unique<http::Server>(std::move(http), std::make_shared<DoorHandler>(*rest, *handshake),
                                          [this](http::DetachedSocket socket) { handshake->Adopt(std::move(socket)); });
  RegisterMetrics(metrics, {counters, *ingest, *server, loop, hub, mqtt_journal, api_journal, *link, *access_journal});
  if (settings.broker_check) broker_check = std::jthread([address = mqtt.address] { LogBrokerCheck(address); });
}

rest::RestOptions App::Parts::RestOptionsOf(const Settings& settings, const AppOptions& options) {
  rest::RestOptions rest;
  rest.allowed_hosts = settings.allowed_hosts;
  rest.cors_origins = settings.cors_origins;
  rest.is_trusted_proxy = InRanges(settings.trusted_proxies);
  rest.page_folder = settings.page_dir;
  rest.demo_login = options.demo_login;
  rest.requests_per_second = settings.rest_rate;
  return rest;
}

rest::RestDependencies App::Parts::RestParts() {
  rest::RestDependencies parts{*database, devices, patients, users, readings, alerts, tokens,   passwords,
                               &metrics,  {},      {},       {},    {},       {},     SystemNow};
  parts.create_reading = [this](const rest::NewReading& reading, std::chrono::milliseconds timeout) {
    return CreateReading(reading, timeout);
  };
  parts.publish_alert = [this](const AlertEvent& event) { PublishAlert(event); };
  parts.publish_status = [this](const DeviceStatusEvent& event) { PublishStatus(event); };
  parts.broker_passwords = &broker_passwords;
  parts.access_journal = access_journal.get();
  parts.end_sessions = [this](const auth::SessionEnd& end) { ws::CloseEnded(loop, open_sockets, end); };
  parts.send_command = [this](const DeviceCommand& command) { return commands->Send(command, kCommandTimeout); };
  parts.find_fault = [this] {
    if (!ingest->ready()) return std::string("ingest is still recovering");
    return std::string(link->connected() ? "" : "the broker is not connected");
  };
  return parts;
}

std::vector<CommandSink> App::Parts::CommandSinks() {
  PublishFunction publish = [this](const OutgoingMessage& message, PublishDone done) {
    return link->Publish(message, std::move(done));
  };
  return {ws::CommandsOverSockets(loop, hub),
          CommandsOverMqtt(std::move(publish), [this](std::int64_t device_id) { return IsThere(device_id); })};
}

// A device that a person has put into maintenance is known by its messages alone.
bool App::Parts::IsThere(std::int64_t device_id) {
  const std::optional<Device> device = devices.Find(device_id);
  if (!device || device->status == kInactive) return false;
  return device->status == kActive || SystemNow() - device->last_seen_at.value_or(0) < kRecently;
}

std::optional<rest::CreatedReading> App::Parts::CreateReading(const rest::NewReading& reading,
                                                              std::chrono::milliseconds timeout) {
  const std::optional<TypeId> type = readings.EnsureType(reading.type_donnee, reading.unite);
  if (!type) return std::nullopt;
  DecodedRestReading message;
  message.device_id = reading.device_id;
  message.type_id = *type;
  message.type_name = reading.type_donnee;
  message.value = reading.value;
  message.quality_percent = reading.quality_percent;
  message.metadata = reading.metadata == "{}" ? "" : reading.metadata;
  const std::optional<CommittedReading> committed = creator.Create(message, timeout);
  if (!committed) return std::nullopt;
  return rest::CreatedReading{committed->id, committed->measured_at};
}

// What the file missed while the program was away, or another process wrote. A database that is away does not stop the
// start.
void App::Parts::WriteBrokerPasswordsAtStart() {
  try {
    auth::WriteBrokerPasswords(broker_passwords, *database);
  } catch (const std::runtime_error& error) {
    log::Error("the broker's passwords are not up to date", error.what());
  }
}

void App::Parts::PublishAlert(const AlertEvent& event) {
  auto commit = std::make_shared<Commit>();
  commit->number = CommitOf(event.cursor);
  commit->alerts.push_back(event);
  bus.Publish(commit);
}

void App::Parts::PublishStatus(const DeviceStatusEvent& event) {
  auto commit = std::make_shared<Commit>();
  commit->statuses.push_back(event);
  bus.Publish(commit);
}

App::App(const Settings& settings, const AppOptions& options) {
  std::error_code error;
  fs::create_directories(settings.data_dir, error);
  if (error) throw BadSetting("data-dir", error.message());
  parts_ = std::make_unique<Parts>(settings, options);
}

App::~App() {
  Parts& parts = *parts_;
  parts.server->Stop();  // no requests, no new sockets
  parts.link->Stop();    // nothing more from the broker, which keeps it for the next start
  parts.ingest.reset();  // stores what was taken
  parts.loop.Stop();     // 1001 to all; until then a device may speak on a socket and ask for its commands
  parts.commands.reset();
  parts.background.reset();
  parts.recorder.reset();
  parts.mirrors.reset();
  parts.access_journal.reset();  // writes what was read last
}

std::uint16_t App::http_port() const { return parts_->server->port(); }
bool App::broker_connected() const { return parts_->link->connected(); }

}  // namespace fajma::cli
