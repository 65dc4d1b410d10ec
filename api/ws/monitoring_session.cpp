#include "api/ws/monitoring_session.h"

#include <utility>

#include "api/ws/catch_up.h"
#include "api/ws/socket_request.h"
#include "core/json/frames.h"

namespace fajma::ws {
namespace {

// A technicien watches over devices: of patients no reading and no alert.
Topic::Carries CarriedFor(const SocketContext& context) {
  if (context.user.role == kTechnician) return Topic::Carries::kStatuses;
  return context.readings ? Topic::Carries::kEverything : Topic::Carries::kNewAlerts;
}

Topic TopicOf(const SocketContext& context) {
  Topic topic;
  topic.kind = context.room == kGlobalRoom ? Topic::Kind::kAllRooms : Topic::Kind::kRoom;
  topic.room = context.room;
  topic.rooms = context.user.rooms;
  topic.carries = CarriedFor(context);
  return topic;
}

}  // namespace

MonitoringSession::MonitoringSession(const Services& services, SocketContext context)
    : services_(services), context_(std::move(context)), topic_(TopicOf(context_)) {}

void MonitoringSession::OnOpen(Connection& connection) {
  const ConnectionId id = connection.id();
  Register(services_, id, context_, "monitoring", "monitoring_" + context_.room);
  const bool global = topic_.kind == Topic::Kind::kAllRooms;
  services_.monitor.Join(id, {context_.room, global ? std::optional(topic_.rooms) : std::nullopt},
                         [&alerts = services_.system_alerts](Connection& told) { alerts.Join(told); });
  FollowOrCatchUp(services_, context_, connection, topic_);
}

void MonitoringSession::OnText(Connection& connection, std::string_view text) {
  services_.recorder.Touch(connection.id());
  const auto request = SocketRequest::Read(services_, context_.route, connection, text);
  if (!request) return;
  if (request->type() != "get_stats") return RefuseType(services_, context_.route, connection);
  if (MayAct(services_, context_)) return services_.monitor.Ask(connection.id());
  SendError(services_, context_.route, connection, ErrorFrame("rate_limited", kTooManyActions));
}

void MonitoringSession::OnBinary(Connection& connection, std::string_view data) { OnText(connection, data); }

void MonitoringSession::OnClose(ConnectionId id, std::uint16_t) {
  Unregister(services_, id);
  services_.monitor.Leave(id);
  services_.system_alerts.Leave(id);
  services_.hub.Leave(id, topic_);
}

}  // namespace fajma::ws
