// What the sessions of sockets work with. References outlive every session.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "api/auth/access_journal.h"
#include "api/ws/background.h"
#include "api/ws/chat_rooms.h"
#include "api/ws/live_hub.h"
#include "api/ws/loop/loop.h"
#include "api/ws/room_monitor.h"
#include "api/ws/session_recorder.h"
#include "api/ws/socket_errors.h"
#include "api/ws/socket_registry.h"
#include "api/ws/system_alerts.h"
#include "api/ws/user_rates.h"
#include "core/bus/event_bus.h"
#include "core/domain/mac.h"
#include "core/ingest/intake.h"
#include "core/store/alert_store.h"
#include "core/store/database.h"
#include "core/store/reading_store.h"

namespace fajma::ws {

struct Services {
  Loop& loop;
  LiveHub& hub;
  Background& background;
  Intake& intake;
  EventBus& bus;
  Database& database;
  AlertStore& alerts;
  ReadingStore& readings;
  SocketRegistry& sockets;
  SessionRecorder& recorder;
  RoomMonitor& monitor;
  ChatRooms& chats;
  SocketErrors& errors;
  UserRates& actions;
  SystemAlerts& system_alerts;
  auth::AccessJournal* access_journal = nullptr;  // null: subscriptions are not noted
  std::function<void(Mac)> on_device;             // a device speaks on a socket; any thread, returns at once
};

inline constexpr std::string_view kTechnician = "technicien";
inline constexpr std::string_view kGlobalRoom = "global";  // of monitors: all rooms that the user may see

// Who opened a socket, as the handshake found out.
struct SocketUser {
  std::int64_t user_id = 0;       // 0: a device, or anonymous
  std::string name;               // of the user
  std::string role;               // likewise
  Rooms rooms;                    // of a carer; null: all patients
  std::string login;              // `sid` of its token; empty: none
  std::int64_t tokens_since = 0;  // of the user, as it was then
  std::int64_t device_id = 0;     // of a device's token
  std::string token_id;           // `jti` of that token
  Mac device_mac;
  bool write_only = false;  // anonymous devices: they get their own confirmations only
};

// What the handshake handed over for its session (DetachedSocket::context).
struct SocketContext {
  using Route = SocketRoute;
  Route route = Route::kIot;
  SocketUser user;
  std::int64_t patient_id = 0;       // kIot
  std::string room;                  // of that patient; of the path: kMonitoring (also kGlobalRoom), kChat
  std::optional<std::string> after;  // `?apres=` as sent
  bool wants_ack = false;            // `?ack=1`
  bool readings = false;             // `?mesures=1`
  std::optional<std::string> state;  // `?etat=` as sent
  std::string address;               // of the client
  std::string user_agent;
  std::shared_ptr<void> place;  // in SocketPlaces, as long as the session lives
};

// Lists the socket, when it is a user's, and makes it known to whoever may end it; and the opposite.
void Register(const Services& services, ConnectionId id, const SocketContext& context, std::string_view kind,
              std::string room);
void Unregister(const Services& services, ConnectionId id);

// Loop thread: answers what ErrorFrame made, and counts it. No session sends an `error` otherwise.
void SendError(const Services& services, SocketRoute route, Connection& connection, std::string_view frame);

// What a user asks on ws/alerts and ws/monitoring, over all sockets: far beyond a person, and no more jobs in the
// background than others can wait for.
inline constexpr int kActionsAtOnce = 20;
inline constexpr Micros kActionInterval = kMicrosPerSecond / 2;
inline constexpr std::string_view kTooManyActions = "Trop de demandes, réessayez dans un instant.";
// Loop thread: takes one of them. False: the answer is `rate_limited`.
bool MayAct(const Services& services, const SocketContext& context);

// `{"type":"ping"}` is answered by every route.
bool IsPing(std::string_view text);

}  // namespace fajma::ws
