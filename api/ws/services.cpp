#include "api/ws/services.h"

#include <string_view>
#include <utility>

#include "core/json/frames.h"

namespace fajma::ws {

namespace {

constexpr std::size_t kMaxAddress = 45;  // an IPv6 address
constexpr std::size_t kMaxUserAgent = 1000;

// What a client says of itself may be any bytes; a database takes text.
std::string Printable(std::string_view text, std::size_t max_bytes) {
  std::string plain(text.substr(0, max_bytes));
  for (char& c : plain) {
    if (c < ' ' || c > '~') c = '?';
  }
  return plain;
}

}  // namespace

void Register(const Services& services, ConnectionId id, const SocketContext& context, std::string_view kind,
              std::string room) {
  services.sockets.Add(id, context);
  if (context.user.user_id == 0) return;
  SocketSession session;
  session.room = std::move(room);
  session.kind = kind;
  session.address = Printable(context.address, kMaxAddress);
  session.user_agent = Printable(context.user_agent, kMaxUserAgent);
  session.user_id = context.user.user_id;
  services.recorder.Open(id, std::move(session));
}

void Unregister(const Services& services, ConnectionId id) {
  services.sockets.Remove(id);
  services.recorder.Close(id);
}

void SendError(const Services& services, SocketRoute route, Connection& connection, std::string_view frame) {
  services.errors.Count(route, ErrorCodeOf(frame));
  connection.SendText(frame);
}

bool MayAct(const Services& services, const SocketContext& context) {
  return services.actions.Take(context.user.user_id, SteadyNow());
}

}  // namespace fajma::ws
