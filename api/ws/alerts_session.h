// ws/alerts/: critical and emergency alerts of all patients, live; their acknowledgement and escalation.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "api/ws/loop/session.h"
#include "api/ws/services.h"

namespace fajma::ws {

struct AlertOrder;  // what a person wants done with one alert

class AlertsSession final : public Session {
 public:
  AlertsSession(const Services& services, SocketContext context);

  // First what is not acknowledged (with `?etat=presente` what is still so), then live from exactly there (or from
  // `?apres=`).
  void OnOpen(Connection& connection) override;
  void OnText(Connection& connection, std::string_view text) override;
  void OnBinary(Connection& connection, std::string_view data) override;
  void OnClose(ConnectionId id, std::uint16_t code) override;

 private:
  Topic topic() const { return {.kind = Topic::Kind::kAlerts, .rooms = context_.user.rooms}; }
  // What a person may do with an alert.
  struct Action;
  static const Action kActions[];

  // Then follows live from `after` on, when that is given.
  void SendActive(Connection& connection, std::optional<Cursor> after);
  void Act(Connection& connection, const Action& action, AlertOrder order);

  const Services services_;
  const SocketContext context_;
};

}  // namespace fajma::ws
