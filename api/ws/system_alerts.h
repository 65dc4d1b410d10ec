// What is wrong with the system itself, told to the sockets of the wards: straight from this process to its own
// sockets, without the database, the bus or the broker.
#pragma once

#include <array>
#include <unordered_set>

#include "api/ws/loop/loop.h"
#include "core/domain/system_alert.h"

namespace fajma::ws {

class SystemAlerts {
 public:
  explicit SystemAlerts(Loop& loop) : loop_(loop) {}
  SystemAlerts(const SystemAlerts&) = delete;
  SystemAlerts& operator=(const SystemAlerts&) = delete;

  // Any thread: one began or ended; all who joined are told.
  void Tell(const SystemAlert& alert);

  // --- loop thread ---
  // Tells what is present now, then each change until Leave. Again: no effect.
  void Join(Connection& connection);
  void Leave(ConnectionId id) { listeners_.erase(id); }

 private:
  Loop& loop_;
  std::array<SystemAlert, kSystemConditions.size()> alerts_{};  // loop thread; by condition
  std::unordered_set<ConnectionId> listeners_;                  // loop thread
};

}  // namespace fajma::ws
