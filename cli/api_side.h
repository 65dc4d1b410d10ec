// The HTTP and WebSocket door of a process, and the journal of what comes in there.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "api/auth/access_journal.h"
#include "api/auth/broker_passwords.h"
#include "api/auth/password.h"
#include "api/auth/secret_key.h"
#include "api/auth/token.h"
#include "api/http/response_times.h"
#include "api/http/server.h"
#include "api/rest/rest_api.h"
#include "api/ws/background.h"
#include "api/ws/chat_rooms.h"
#include "api/ws/client/client_socket.h"
#include "api/ws/handshake.h"
#include "api/ws/live_hub.h"
#include "api/ws/loop/loop.h"
#include "api/ws/room_monitor.h"
#include "api/ws/self_test_door.h"
#include "api/ws/session_recorder.h"
#include "api/ws/socket_registry.h"
#include "api/ws/system_alerts.h"
#include "api/ws/ticker.h"
#include "cli/foundation.h"
#include "cli/settings.h"
#include "cli/shared_limits.h"
#include "core/commands/command_delivery.h"
#include "core/ingest/intake.h"
#include "core/ingest/reading_creator.h"
#include "core/journal/journal.h"

namespace fajma::cli {

struct ApiSideOptions {
  bool demo_login = false;                                 // the page may fill in the demo's user and password
  std::function<bool(const DeviceCommand&)> send_command;  // see RestDependencies
  std::function<void(Mac)> on_device;                      // see ws::Services
  std::function<std::string()> find_fault;                 // see RestDependencies
  std::function<std::vector<std::string>()> find_defects;  // likewise
};

class ApiSide {
 public:
  // Throws BadSetting and std::runtime_error. The foundation outlives it.
  ApiSide(const Settings& settings, ApiSideOptions options, Foundation& foundation);
  ApiSide(const ApiSide&) = delete;
  ApiSide& operator=(const ApiSide&) = delete;

  Journal& journal() { return journal_; }
  CommandSink Commands();
  ws::SystemAlerts& system_alerts() { return system_alerts_; }
  // After Serve: how the self-test connects.
  ws::ClientSocketOptions SelfTestSocket() const { return self_test_door_.OwnSocket(settings_.http_address, port()); }
  // Begins to answer, when everything behind it is there.
  void Serve();
  std::uint16_t port() const { return server_->port(); }

  void StopServing();   // no requests, no new sockets
  void CloseSockets();  // 1001 to all; until then a device may speak on a socket

 private:
  rest::RestDependencies RestParts();
  rest::RestOptions RestOptionsOf() const;
  ws::Services SocketParts();
  ws::MonitorSources MonitorParts();
  ws::HandshakeOptions HandshakeOptionsOf() const;
  std::optional<auth::LimitKeys> LimitKeysOf() const;
  void StartTicker();
  std::optional<rest::CreatedReading> CreateReading(const rest::NewReading& reading, std::chrono::milliseconds timeout);
  void WriteBrokerPasswordsAtStart();
  void PublishAlerts(const std::vector<AlertEvent>& events);
  void PublishStatus(const DeviceStatusEvent& event);
  void AppendMetrics(std::string& out) const;

  const Settings settings_;
  const ApiSideOptions options_;
  Foundation& foundation_;
  auth::SecretKey key_;
  auth::TokenAuthority tokens_{key_};
  auth::PasswordHasher passwords_;
  auth::BrokerPasswordFile broker_passwords_;
  DeviceStore devices_;
  PatientStore patients_;
  UserStore users_;
  ReadingStore readings_;
  AlertStore alerts_;
  AccessStore accesses_;
  Journal journal_;
  Intake intake_;
  ReadingCreator creator_{intake_};
  ws::Loop loop_;
  ws::LiveHub hub_{loop_, intake_.process()};
  ws::SystemAlerts system_alerts_{loop_};
  ws::SelfTestDoor self_test_door_{loop_, hub_};
  ws::SocketRegistry open_sockets_;
  ws::SocketErrors socket_errors_;
  ws::UserRates socket_actions_{ws::kActionsAtOnce, ws::kActionInterval};
  auth::AccessJournal access_journal_{accesses_};
  ws::SessionRecorder recorder_;
  http::ResponseTimes response_times_;
  ws::RoomMonitor monitor_{loop_, hub_, background_, foundation_.database(), MonitorParts()};
  ws::ChatRooms chats_{loop_, hub_, foundation_.bus(), intake_.process()};
  ws::Background background_;
  std::unique_ptr<rest::RestApi> rest_;
  std::unique_ptr<ws::Handshake> handshake_;
  std::unique_ptr<SharedLimits> limits_;  // null: there are no other processes
  std::unique_ptr<http::Server> server_;
  std::unique_ptr<ws::Ticker> ticker_;
};

}  // namespace fajma::cli
