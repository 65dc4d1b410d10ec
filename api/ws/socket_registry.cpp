#include "api/ws/socket_registry.h"

#include <algorithm>

#include "api/ws/services.h"

namespace fajma::ws {
namespace {

using auth::SessionEnd;
using auth::SessionEndReason;

bool Has(const std::vector<std::string>& rooms, const std::string& room) {
  return std::find(rooms.begin(), rooms.end(), room) != rooms.end();
}

bool IsOfUser(const SessionEnd& end, const SocketContext& socket) {
  return socket.user.user_id != 0 && socket.user.user_id == end.user_id;
}

// A token of another server names no login.
bool HasLoggedOut(const SessionEnd& end, const SocketContext& socket) {
  const std::string& login = socket.user.login;
  return IsOfUser(end, socket) && (end.login.empty() || login.empty() || login == end.login);
}

bool ShowsManyRooms(const SocketContext& socket) {
  using Route = SocketContext::Route;
  return socket.route == Route::kAlerts || (socket.route == Route::kMonitoring && socket.room == kGlobalRoom);
}

// Lost rooms end the sockets of their patients, their monitors and chats, and those that show many rooms; another role
// ends all.
bool HasLostAccess(const SessionEnd& end, const SocketContext& socket) {
  if (socket.user.user_id == 0 || (end.user_id != 0 && !IsOfUser(end, socket))) return false;
  if (end.rooms.empty()) return true;
  if (socket.user.rooms == nullptr) return false;
  if (!ShowsManyRooms(socket)) return Has(end.rooms, socket.room);
  return std::any_of(end.rooms.begin(), end.rooms.end(),
                     [&](const std::string& room) { return Has(*socket.user.rooms, room); });
}

bool IsNamedAfterRoom(const SocketContext& socket) {
  using Route = SocketContext::Route;
  return socket.route == Route::kMonitoring || socket.route == Route::kChat;
}

// It would go on with the rooms that it began with, and miss the others' alerts; or under a name that is not the
// room's any more.
bool ShowsByRoom(const SessionEnd& end, const SocketContext& socket) {
  if (socket.user.rooms != nullptr) return end.user_id == 0 || IsOfUser(end, socket);
  return end.user_id == 0 && IsNamedAfterRoom(socket);
}

bool HasLostPatient(const SessionEnd& end, const SocketContext& socket) {
  return socket.patient_id == end.patient_id && socket.user.rooms != nullptr;
}

bool IsRevoked(const SessionEnd& end, const SocketContext& socket) {
  return socket.user.device_id != 0 && socket.user.device_id == end.device_id &&
         (end.token_id.empty() || end.token_id == socket.user.token_id);
}

struct EndRule {
  SessionEndReason reason;
  bool (*ends)(const SessionEnd&, const SocketContext&);
  std::uint16_t code = kCloseSessionEnded;
};
constexpr EndRule kRules[] = {
    {SessionEndReason::kLogout, HasLoggedOut},
    {SessionEndReason::kPasswordChanged, IsOfUser},
    {SessionEndReason::kDeactivated, IsOfUser},
    {SessionEndReason::kAccessChanged, HasLostAccess},
    {SessionEndReason::kPatientMoved, HasLostPatient},
    {SessionEndReason::kDeviceRevoked, IsRevoked},
    {SessionEndReason::kRoomsChanged, ShowsByRoom, kCloseTryAgainLater},
};

}  // namespace

void SocketRegistry::Add(ConnectionId id, const SocketContext& context) {
  if (sockets_.insert_or_assign(id, &context).second && context.user.user_id != 0) ++users_;
}

void SocketRegistry::Remove(ConnectionId id) {
  const auto found = sockets_.find(id);
  if (found == sockets_.end()) return;
  if (found->second->user.user_id != 0) --users_;
  sockets_.erase(found);
}

std::vector<const SocketContext*> SocketRegistry::All() const {
  std::vector<const SocketContext*> all;
  all.reserve(sockets_.size());
  for (const auto& [id, socket] : sockets_) all.push_back(socket);
  return all;
}

std::vector<SocketRegistry::Ended> SocketRegistry::FindEnded(const SessionEnd& end) const {
  std::vector<Ended> ended;
  for (const EndRule& rule : kRules) {
    if (rule.reason != end.reason) continue;
    for (const auto& [id, socket] : sockets_) {
      if (rule.ends(end, *socket)) ended.push_back({id, rule.code});
    }
  }
  return ended;
}

void CloseEnded(Loop& loop, const SocketRegistry& registry, const SessionEnd& end) {
  loop.Post([&loop, &registry, end] {
    for (const SocketRegistry::Ended& ended : registry.FindEnded(end)) {
      if (Connection* connection = loop.Find(ended.id)) connection->Close(ended.code, "the right to be here changed");
    }
  });
}

}  // namespace fajma::ws
