#include "api/ws/system_alerts.h"

#include <vector>

#include "core/json/frames.h"

namespace fajma::ws {

void SystemAlerts::Tell(const SystemAlert& alert) {
  loop_.Post([this, alert] {
    alerts_[static_cast<std::size_t>(alert.condition)] = alert;
    const std::vector<ConnectionId> ids(listeners_.begin(), listeners_.end());
    loop_.Broadcast(ids, EncodeTextFrame(SystemAlertFrame(alert)));
  });
}

void SystemAlerts::Join(Connection& connection) {
  if (!listeners_.insert(connection.id()).second) return;
  for (const SystemAlert& alert : alerts_) {
    if (alert.present) connection.SendText(SystemAlertFrame(alert));
  }
}

}  // namespace fajma::ws
