#include "api/ws/services.h"

#include <utility>

namespace fajma::ws {

void Register(const Services& services, ConnectionId id, const SocketContext& context, std::string_view kind,
              std::string room) {
  services.sockets.Add(id, context);
  if (context.user.user_id == 0) return;
  SocketSession session;
  session.room = std::move(room);
  session.kind = kind;
  session.address = context.address;
  session.user_agent = context.user_agent;
  session.user_id = context.user.user_id;
  services.recorder.Open(id, std::move(session));
}

void Unregister(const Services& services, ConnectionId id) {
  services.sockets.Remove(id);
  services.recorder.Close(id);
}

}  // namespace fajma::ws
