// ws/monitoring/<room>/: the figures of a room, its devices' statuses and its alerts; with `?mesures=1` its readings.
#pragma once

#include "api/ws/loop/session.h"
#include "api/ws/services.h"

namespace fajma::ws {

class MonitoringSession final : public Session {
 public:
  MonitoringSession(const Services& services, SocketContext context);

  void OnOpen(Connection& connection) override;
  void OnText(Connection& connection, std::string_view text) override;
  void OnBinary(Connection& connection, std::string_view data) override;
  void OnClose(ConnectionId id, std::uint16_t code) override;

 private:
  const Services services_;
  const SocketContext context_;
  const Topic topic_;
};

}  // namespace fajma::ws
