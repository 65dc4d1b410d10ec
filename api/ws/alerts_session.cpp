#include "api/ws/alerts_session.h"

#include <memory>
#include <utility>
#include <vector>

#include "api/ws/catch_up.h"
#include "api/ws/socket_request.h"
#include "core/json/frames.h"
#include "core/store/patient_store.h"

namespace fajma::ws {
namespace {

// Who may acknowledge (contract: administrateur, medecin, infirmier).
bool MayAcknowledge(const SocketUser& user) {
  return user.role == "administrateur" || user.role == "medecin" || user.role == "infirmier";
}

VisiblePatients PatientsOf(const Services& services, const Rooms& rooms) {
  if (rooms == nullptr) return std::nullopt;
  return PatientStore(services.database).IdsInRooms(*rooms);
}

std::string AlertError(std::string_view code, std::string_view message, std::int64_t alert_id) {
  return ErrorFrame(code, message, "alert_id", std::to_string(alert_id));
}

}  // namespace

AlertsSession::AlertsSession(const Services& services, SocketContext context)
    : services_(services), context_(std::move(context)) {}

void AlertsSession::OnOpen(Connection& connection) {
  Register(services_, connection.id(), context_, "alerts", "alerts");
  SendActive(connection);
}

// The list is read after the newest commit is noted: a change in between may come twice, in the list and live, but
// none is missed.
void AlertsSession::SendActive(Connection& connection) {
  const ConnectionId id = connection.id();
  const Cursor newest = MakeCursor(services_.database.last_commit() + 1, -1);
  const std::optional<Cursor> asked = context_.after ? ParseCursor(*context_.after) : std::optional(newest);
  if (!asked) connection.SendText(ErrorFrame("invalid_cursor", "Curseur invalide."));
  const Cursor after = asked.value_or(newest);
  const bool taken = services_.background.Submit([services = services_, id, after, topic = topic()] {
    const auto close = [services, id] {
      if (Connection* late = services.loop.Find(id)) late->Close(kCloseTryAgainLater, "try again later");
    };
    try {
      const std::vector<Alert> active =
          services.alerts.Active(AlertLevel::kCritical, PatientsOf(services, topic.rooms));
      services.loop.Post([services, id, after, topic, frame = ActiveAlertsFrame(active)] {
        Connection* here = services.loop.Find(id);
        if (here == nullptr) return;
        here->SendText(frame);
        CatchUp(services, id, topic, after);
      });
    } catch (const DatabaseError&) {
      services.loop.Post(close);
    }
  });
  if (!taken) connection.Close(kCloseTryAgainLater, "try again later");
}

void AlertsSession::OnText(Connection& connection, std::string_view text) {
  services_.recorder.Touch(connection.id());
  const auto request = SocketRequest::Read(connection, text);
  if (!request) return;
  if (request->type() != "acknowledge") return RefuseType(connection);
  if (const auto alert_id = request->IntegerOf("alert_id")) {
    Acknowledge(connection, *alert_id);
  } else {
    connection.SendText(ErrorFrame("invalid_data", "alert_id entier requis."));
  }
}

void AlertsSession::OnBinary(Connection& connection, std::string_view data) { OnText(connection, data); }

void AlertsSession::Acknowledge(Connection& connection, std::int64_t alert_id) {
  if (!MayAcknowledge(context_.user)) {
    connection.SendText(AlertError("forbidden", "Action non autorisée.", alert_id));
    return;
  }
  const auto answer = [services = services_, id = connection.id()](std::string frame) {
    services.loop.Post([services, id, frame = std::move(frame)] {
      if (Connection* here = services.loop.Find(id)) here->SendText(frame);
    });
  };
  const bool taken = services_.background.Submit([services = services_, answer, alert_id, user = context_.user] {
    try {
      const std::optional<Alert> alert = services.alerts.Find(alert_id);
      const bool seen = alert && AreSeen(user.rooms, *alert->patient);
      AlertResult result = seen ? services.alerts.Acknowledge(alert_id, user.user_id, SystemNow())
                                : AlertResult{AlertOutcome::kUnknown, std::nullopt};
      if (result.outcome == AlertOutcome::kUnknown) {
        return answer(AlertError("not_found", "Alerte inconnue.", alert_id));
      }
      if (result.outcome == AlertOutcome::kAlready) {
        return answer(AlertError("already_acknowledged", "Alerte déjà acquittée.", alert_id));
      }
      auto commit = std::make_shared<Commit>();
      commit->number = CommitOf(result.event->cursor);
      commit->alerts.push_back(std::move(*result.event));
      services.bus.Publish(commit);
    } catch (const DatabaseError&) {
      answer(AlertError("unavailable", "Service momentanément indisponible.", alert_id));
    }
  });
  if (!taken) connection.SendText(AlertError("unavailable", "Service momentanément indisponible.", alert_id));
}

void AlertsSession::OnClose(ConnectionId id, std::uint16_t) {
  Unregister(services_, id);
  services_.hub.Leave(id, topic());
}

}  // namespace fajma::ws
