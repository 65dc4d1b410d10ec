#include "api/ws/alerts_session.h"

#include <algorithm>
#include <iterator>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "api/ws/catch_up.h"
#include "api/ws/socket_request.h"
#include "core/domain/characters.h"
#include "core/json/frames.h"
#include "core/store/patient_store.h"
#include "core/store/user_store.h"

namespace fajma::ws {

// What an action needs beside the alert.
struct AlertArgument {
  std::optional<std::int64_t> number;
  std::string text;
};

struct AlertOrder {
  std::int64_t alert_id = 0;
  std::int64_t user_id = 0;
  std::string room;  // of its patient
  Micros now = 0;
  AlertArgument argument;
};

namespace {

constexpr SocketRoute kRoute = SocketRoute::kAlerts;

VisiblePatients PatientsOf(const Services& services, const Rooms& rooms) {
  if (rooms == nullptr) return std::nullopt;
  return PatientStore(services.database).IdsInRooms(*rooms);
}

std::vector<Alert> Listed(const Services& services, const Rooms& rooms, bool present) {
  const VisiblePatients patients = PatientsOf(services, rooms);
  return present ? services.alerts.Present(AlertLevel::kCritical, patients)
                 : services.alerts.Active(AlertLevel::kCritical, patients);
}

std::string AlertError(std::string_view code, std::string_view message, std::int64_t alert_id) {
  return ErrorFrame(code, message, "alert_id", std::to_string(alert_id));
}

std::string Unavailable(std::int64_t alert_id) {
  return AlertError("unavailable", "Service momentanément indisponible.", alert_id);
}

// A socket that has just been opened comes back by itself.
void CannotList(const Services& services, Connection& connection, bool just_opened) {
  if (just_opened) return connection.Close(kCloseTryAgainLater, "try again later");
  SendError(services, kRoute, connection, ErrorFrame("unavailable", "Service momentanément indisponible."));
}

constexpr std::string_view kMayEscalate[] = {"administrateur", "medecin"};
constexpr std::string_view kPresent = "presente";

constexpr std::int64_t kMostMinutes = kLongestSilence / kMicrosPerMinute;
constexpr std::string_view kSpaces = " \t\n\r\f\v";

const char* ReadNothing(const SocketRequest&, AlertArgument&) { return nullptr; }

const char* ReadMinutes(const SocketRequest& request, AlertArgument& argument) {
  argument.number = request.IntegerOf("minutes");
  const bool good = argument.number && *argument.number >= 0 && *argument.number <= kMostMinutes;
  return good ? nullptr : "minutes : entier de 0 à 1440.";
}

const char* ReadUser(const SocketRequest& request, AlertArgument& argument) {
  const std::optional<json::Value> user = request.Find("utilisateur");
  if (user && user->IsNull()) return nullptr;
  argument.number = request.IntegerOf("utilisateur");
  return argument.number ? nullptr : "utilisateur : entier ou null.";
}

// As REST takes it.
const char* ReadComment(const SocketRequest& request, AlertArgument& argument) {
  const std::string_view text = request.TextOf("commentaire").value_or(std::string_view());
  const std::size_t first = text.find_first_not_of(kSpaces);
  if (first != std::string_view::npos) argument.text = text.substr(first, text.find_last_not_of(kSpaces) - first + 1);
  const bool good = !argument.text.empty() && CountCharacters(argument.text) <= kMaxAlertComment &&
                    argument.text.find('\0') == std::string::npos;
  return good ? nullptr : "commentaire : de 1 à 1000 caractères.";
}

bool MayTakeCare(const Services& services, const AlertOrder& order, std::int64_t user_id) {
  const std::optional<User> user = UserStore(services.database).Find(user_id);
  return user && TakesCareOfAlertsIn(*user, order.room);
}

}  // namespace

struct AlertsSession::Action {
  struct Fault {
    std::string_view code;
    std::string_view message;
  };
  std::string_view type;
  std::span<const std::string_view> roles;
  // What it needs beside the alert; what is wrong with that, or nullptr.
  const char* (*read)(const SocketRequest& request, AlertArgument& argument);
  AlertResult (*perform)(const Services& services, const AlertOrder& order);
  Fault unknown;
  Fault already;
};

constexpr AlertsSession::Action AlertsSession::kActions[] = {
    {"acknowledge",
     kAlertRoles,
     ReadNothing,
     [](const Services& services, const AlertOrder& order) {
       return services.alerts.Acknowledge(order.alert_id, order.user_id, order.now);
     },
     {"not_found", "Alerte inconnue."},
     {"already_acknowledged", "Alerte déjà acquittée."}},
    {"escalate",
     kMayEscalate,
     ReadNothing,
     [](const Services& services, const AlertOrder& order) {
       return services.alerts.Escalate(order.alert_id, order.user_id, order.now);
     },
     {"not_escalated", "Alerte inconnue, acquittée ou déjà au plus haut niveau."},
     {"not_escalated", "Alerte inconnue, acquittée ou déjà au plus haut niveau."}},
    {"silence",
     kAlertRoles,
     ReadMinutes,
     [](const Services& services, const AlertOrder& order) {
       const Micros until = order.now + order.argument.number.value_or(0) * kMicrosPerMinute;
       return services.alerts.Silence(order.alert_id, order.user_id, until, order.now);
     },
     {"not_found", "Alerte inconnue."},
     {"not_silenced", "Alerte acquittée ou close, ou qui n'était pas silencieuse."}},
    {"assign",
     kAlertRoles,
     ReadUser,
     [](const Services& services, const AlertOrder& order) {
       const auto to = order.argument.number;
       if (to && !MayTakeCare(services, order, *to)) return AlertResult{AlertOutcome::kUnknown, {}};
       return services.alerts.Assign(order.alert_id, order.user_id, to, order.now);
     },
     {"not_found", "Alerte ou utilisateur inconnu."},
     {"already_assigned", "Alerte déjà confiée à cet utilisateur."}},
    {"comment",
     kAlertRoles,
     ReadComment,
     [](const Services& services, const AlertOrder& order) {
       return services.alerts.Comment(order.alert_id, order.user_id, order.argument.text, order.now);
     },
     {"not_found", "Alerte inconnue."},
     {"not_found", "Alerte inconnue."}},
};

AlertsSession::AlertsSession(const Services& services, SocketContext context)
    : services_(services), context_(std::move(context)) {}

// The list is read after the newest commit is noted: a change in between may come twice, in the list and live, but
// none is missed.
void AlertsSession::OnOpen(Connection& connection) {
  Register(services_, connection.id(), context_, "alerts", "alerts");
  const Cursor newest = MakeCursor(services_.database.last_commit() + 1, -1);
  const std::optional<Cursor> asked = context_.after ? ParseCursor(*context_.after) : std::optional(newest);
  if (!asked) SendError(services_, kRoute, connection, ErrorFrame("invalid_cursor", "Curseur invalide."));
  if (context_.state.value_or(std::string(kPresent)) != kPresent) {
    SendError(services_, kRoute, connection, ErrorFrame("invalid_data", "etat : presente."));
  }
  SendActive(connection, asked.value_or(newest));
}

void AlertsSession::SendActive(Connection& connection, std::optional<Cursor> after) {
  const ConnectionId id = connection.id();
  const bool present = context_.state == kPresent;
  const bool taken = services_.background.Submit([services = services_, id, after, present, topic = topic()] {
    const auto give_up = [services, id, after] {
      if (Connection* late = services.loop.Find(id)) CannotList(services, *late, after.has_value());
    };
    try {
      services.loop.Post(
          [services, id, after, topic, frame = ActiveAlertsFrame(Listed(services, topic.rooms, present))] {
            Connection* here = services.loop.Find(id);
            if (here == nullptr) return;
            here->SendText(frame);
            services.system_alerts.Join(*here);
            if (after) CatchUp(services, id, topic, *after);
          });
    } catch (const DatabaseError&) {
      services.loop.Post(give_up);
    }
  });
  if (!taken) CannotList(services_, connection, after.has_value());
}

void AlertsSession::OnText(Connection& connection, std::string_view text) {
  services_.recorder.Touch(connection.id());
  const auto request = SocketRequest::Read(services_, context_.route, connection, text);
  if (!request) return;
  if (request->type() == "get_active") {
    if (MayAct(services_, context_)) return SendActive(connection, std::nullopt);
    return SendError(services_, kRoute, connection, ErrorFrame("rate_limited", kTooManyActions));
  }
  const auto* action = std::find_if(std::begin(kActions), std::end(kActions),
                                    [&](const Action& each) { return each.type == request->type(); });
  if (action == std::end(kActions)) return RefuseType(services_, context_.route, connection);
  AlertOrder order;
  const auto alert_id = request->IntegerOf("alert_id");
  const char* fault = alert_id ? action->read(*request, order.argument) : "alert_id entier requis.";
  if (fault != nullptr) return SendError(services_, kRoute, connection, ErrorFrame("invalid_data", fault));
  order.alert_id = *alert_id;
  order.user_id = context_.user.user_id;
  Act(connection, *action, std::move(order));
}

void AlertsSession::OnBinary(Connection& connection, std::string_view data) { OnText(connection, data); }

// Whoever follows is told by the hub; the alert of another room is unknown.
void AlertsSession::Act(Connection& connection, const Action& action, AlertOrder order) {
  const std::int64_t alert_id = order.alert_id;
  if (std::find(action.roles.begin(), action.roles.end(), context_.user.role) == action.roles.end()) {
    SendError(services_, kRoute, connection, AlertError("forbidden", "Action non autorisée.", alert_id));
    return;
  }
  if (!MayAct(services_, context_)) {
    return SendError(services_, kRoute, connection, AlertError("rate_limited", kTooManyActions, alert_id));
  }
  const auto answer = [services = services_, id = connection.id()](std::string frame) {
    services.loop.Post([services, id, frame = std::move(frame)] {
      if (Connection* here = services.loop.Find(id)) here->SendText(frame);
    });
  };
  const auto refuse = [services = services_, id = connection.id()](std::string frame) {
    services.loop.Post([services, id, frame = std::move(frame)] {
      if (Connection* here = services.loop.Find(id)) SendError(services, kRoute, *here, frame);
    });
  };
  const bool taken = services_.background.Submit(
      [services = services_, answer, refuse, &action, alert_id, topic = topic(), order = std::move(order)]() mutable {
        try {
          const std::optional<Alert> alert = services.alerts.Find(alert_id);
          const bool seen = alert && AreSeen(topic.rooms, *alert->patient);
          order.now = SystemNow();
          if (seen) order.room = alert->patient->room;
          const AlertResult result = seen ? action.perform(services, order) : AlertResult{AlertOutcome::kUnknown, {}};
          if (!result.events.empty()) services.bus.Publish(CommitOfAlerts(result.events));
          if (result.outcome != AlertOutcome::kDone) {
            const Action::Fault& fault = result.outcome == AlertOutcome::kUnknown ? action.unknown : action.already;
            return refuse(AlertError(fault.code, fault.message, alert_id));
          }
          const AlertEvent& last = result.events.back();
          if (!topic.Wants(last)) answer(AlertFrame(last));  // it is not carried here
        } catch (const DatabaseError&) {
          refuse(Unavailable(alert_id));
        }
      });
  if (!taken) SendError(services_, kRoute, connection, Unavailable(alert_id));
}

void AlertsSession::OnClose(ConnectionId id, std::uint16_t) {
  Unregister(services_, id);
  services_.system_alerts.Leave(id);
  services_.hub.Leave(id, topic());
}

}  // namespace fajma::ws
