// Whose sockets are open, so that they can be closed when their user's or device's place here ends.
#pragma once

#include <string>
#include <unordered_map>
#include <vector>

#include "api/auth/session_end.h"
#include "api/ws/loop/loop.h"

namespace fajma::ws {

struct SocketContext;

// Loop thread. Asked only when something ends: it looks at every socket.
class SocketRegistry {
 public:
  // `context` outlives the entry: it is the session's.
  void Add(ConnectionId id, const SocketContext& context);
  void Remove(ConnectionId id);
  std::size_t users() const { return users_; }  // how many of them are users'
  // Valid until the loop goes on.
  std::vector<const SocketContext*> All() const;
  struct Ended {
    ConnectionId id;
    std::uint16_t code;  // to close it with
  };
  // Those that `end` is about. A socket outlives its token; it does not outlive its right.
  std::vector<Ended> FindEnded(const auth::SessionEnd& end) const;

 private:
  std::unordered_map<ConnectionId, const SocketContext*> sockets_;
  std::size_t users_ = 0;
};

// Any thread: closes them with 4401, or with 1013 where the client may come back at once.
void CloseEnded(Loop& loop, const SocketRegistry& registry, const auth::SessionEnd& end);

}  // namespace fajma::ws
