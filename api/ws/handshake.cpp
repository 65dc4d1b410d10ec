#include "api/ws/handshake.h"

#include <algorithm>
#include <charconv>
#include <iterator>
#include <utility>

#include "api/auth/revocation.h"
#include "api/ws/alerts_session.h"
#include "api/ws/chat_session.h"
#include "api/ws/cidr.h"
#include "api/ws/iot_session.h"
#include "api/ws/monitoring_session.h"
#include "core/runtime/log.h"

namespace fajma::ws {
namespace {

constexpr std::string_view kBearer = "bearer.";
constexpr std::string_view kArduino = "arduino";  // what the usual Arduino library offers, and insists on

constexpr std::string_view kRetryAfterSeconds = "5";

http::Response TooManySockets() {
  http::Response response = http::DetailResponse(503, "Too many sockets are open, try again later.");
  response.headers.emplace_back("Retry-After", kRetryAfterSeconds);
  return response;
}

// Names a user or a device for its limit; empty: it is anonymous.
std::string NameForLimit(const SocketUser& user) {
  if (user.user_id != 0) return "u" + std::to_string(user.user_id);
  return user.device_id != 0 ? "d" + std::to_string(user.device_id) : std::string();
}

bool IsRoomName(std::string_view name) {
  const auto allowed = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
  };
  return !name.empty() && name.size() <= 50 && std::all_of(name.begin(), name.end(), allowed);
}

struct RouteMatch {
  SocketContext::Route route;
  std::string name;
};

struct NamedRoute {
  std::string_view prefix;  // a name follows
  SocketContext::Route route;
};
constexpr NamedRoute kNamedRoutes[] = {
    {"/ws/iot/", SocketContext::Route::kIot},
    {"/ws/monitoring/", SocketContext::Route::kMonitoring},
    {"/ws/chat/", SocketContext::Route::kChat},
};

// The routes of WebSockets, with or without their last slash.
std::optional<RouteMatch> MatchRoute(std::string_view path) {
  if (path.ends_with('/')) path.remove_suffix(1);
  if (path == "/ws/alerts") return RouteMatch{SocketContext::Route::kAlerts, {}};
  for (const NamedRoute& named : kNamedRoutes) {
    if (!path.starts_with(named.prefix)) continue;
    const std::string_view name = path.substr(named.prefix.size());
    if (IsRoomName(name)) return RouteMatch{named.route, std::string(name)};
  }
  return std::nullopt;
}

void SplitList(std::string_view list, std::vector<std::string_view>& parts) {
  while (!list.empty()) {
    const std::size_t comma = std::min(list.find(','), list.size());
    std::string_view part = list.substr(0, comma);
    while (part.starts_with(' ')) part.remove_prefix(1);
    while (part.ends_with(' ')) part.remove_suffix(1);
    if (!part.empty()) parts.push_back(part);
    list.remove_prefix(std::min(comma + 1, list.size()));
  }
}

// Of all such headers together (RFC 6455, 11.3.4). Valid as long as the request.
std::vector<std::string_view> OfferedSubprotocols(const http::Request& request) {
  std::vector<std::string_view> parts;
  for (const auto& [name, value] : request.headers) {
    if (http::EqualsIgnoringCase(name, "Sec-WebSocket-Protocol")) SplitList(value, parts);
  }
  return parts;
}

// "https://host:port" → "host".
std::string_view HostOfOrigin(std::string_view origin) {
  const std::size_t scheme = origin.find("://");
  if (scheme == std::string_view::npos) return {};
  std::string_view host = origin.substr(scheme + 3);
  if (host.starts_with('[')) return host.substr(0, std::min(host.find(']'), host.size() - 1) + 1);
  return host.substr(0, std::min(host.find(':'), host.size()));
}

// As on REST: administrateur and integrateur see all patients, carers those of their rooms, technicien none.
bool SeesPatients(const SocketUser& user) { return user.user_id != 0 && user.role != kTechnician; }

Rooms RoomsOf(User user) {
  if (user.role != "medecin" && user.role != "infirmier") return nullptr;
  return std::make_shared<const std::vector<std::string>>(std::move(user.rooms));
}

// Who listens to a patient, or to alerts and readings of all whom the user may see, reads their data.
void NoteSubscription(const Services& services, const SocketContext& context) {
  if (services.access_journal == nullptr || !SeesPatients(context.user)) return;
  const auto note = [&](std::int64_t patient_id, const char* route) {
    services.access_journal->Note(context.user.user_id, patient_id, route, SystemNow());
  };
  switch (context.route) {
    case SocketContext::Route::kIot:
      return note(context.patient_id, "/ws/iot/");
    case SocketContext::Route::kAlerts:
      return note(kAnyPatient, "/ws/alerts/");
    case SocketContext::Route::kMonitoring:
      return note(kAnyPatient, "/ws/monitoring/");
    case SocketContext::Route::kChat:
      return;  // what users say to one another is no patient's data
  }
}

bool IsOne(const std::string* value) { return value != nullptr && *value == "1"; }

std::unique_ptr<Session> NewSession(const Services& services, SocketContext context) {
  switch (context.route) {
    case SocketContext::Route::kIot:
      return std::make_unique<IotSession>(services, std::move(context));
    case SocketContext::Route::kMonitoring:
      return std::make_unique<MonitoringSession>(services, std::move(context));
    case SocketContext::Route::kChat:
      return std::make_unique<ChatSession>(services, std::move(context));
    case SocketContext::Route::kAlerts:
      break;
  }
  return std::make_unique<AlertsSession>(services, std::move(context));
}

}  // namespace

Handshake::Handshake(Services services, const auth::TokenAuthority& tokens, HandshakeOptions options)
    : services_(services),
      tokens_(tokens),
      options_(std::move(options)),
      places_(std::make_shared<SocketPlaces>(options_.limits, options_.shared_limits)),
      users_(services.database),
      devices_(services.database),
      patients_(services.database),
      rooms_(services.database) {}

http::UpgradeDecision Handshake::Decide(const http::Request& request) {
  const std::optional<RouteMatch> match = MatchRoute(request.path);
  if (!match) return Refuse(Refusal::kUnknownRoute);
  if (!IsOriginAllowed(request)) return Refuse(Refusal::kForbidden);
  const std::optional<Token> token = FindToken(request);
  SocketContext context;
  context.route = match->route;
  context.readings = IsOne(request.FindQuery("mesures"));
  context.wants_ack = IsOne(request.FindQuery("ack"));
  context.address = options_.client_address ? options_.client_address(request) : request.peer_address;
  try {
    if (std::optional<http::Response> refusal = Judge(request, token, match->name, context)) return *std::move(refusal);
  } catch (const DatabaseError&) {
    return Refuse(Refusal::kUnavailable);
  }
  if (const std::string* agent = request.FindHeader("User-Agent")) context.user_agent = *agent;
  if (const std::string* after = request.FindQuery("apres")) context.after = *after;
  if (const std::string* state = request.FindQuery("etat")) context.state = *state;
  http::UpgradeAccept accept;
  accept.context = std::move(context);
  if (token && !token->subprotocol.empty()) {
    accept.subprotocol = token->subprotocol;
  } else {
    const auto offered = OfferedSubprotocols(request);
    if (std::find(offered.begin(), offered.end(), kArduino) != offered.end()) accept.subprotocol = kArduino;
  }
  return accept;
}

http::Response Handshake::Refuse(Refusal reason) {
  static constexpr struct {
    int status;
    const char* detail;
  } kAnswers[] = {{404, "Not found."}, {403, "Forbidden"}, {503, "Service temporarily unavailable, try again later."}};
  static_assert(std::size(kAnswers) == static_cast<std::size_t>(Refusal::kCount));
  const auto place = static_cast<std::size_t>(reason);
  refused_[place].fetch_add(1, std::memory_order_relaxed);
  return http::DetailResponse(kAnswers[place].status, kAnswers[place].detail);
}

std::optional<http::Response> Handshake::Judge(const http::Request& request, const std::optional<Token>& token,
                                               const std::string& name, SocketContext& context) {
  std::optional<SocketUser> user = Authenticate(request, token);
  if (!user) return Refuse(Refusal::kForbidden);
  context.user = std::move(*user);
  if (!Admit(context, name)) return Refuse(Refusal::kForbidden);
  if (!TakePlace(context)) return TooManySockets();
  NoteSubscription(services_, context);
  return std::nullopt;
}

bool Handshake::TakePlace(SocketContext& context) {
  const std::string client = options_.client_of_address ? options_.client_of_address(context.address) : context.address;
  auto taken = places_->Take(NameForLimit(context.user), client);
  auto* const place = std::get_if<std::shared_ptr<void>>(&taken);
  if (place == nullptr) return false;
  context.place = std::move(*place);
  return true;
}

void Handshake::Adopt(http::DetachedSocket socket) {
  auto context = std::any_cast<SocketContext>(std::move(socket.context));
  services_.loop.Adopt(std::move(socket), NewSession(services_, std::move(context)));
}

// `?token=` first, then the header, then a subprotocol, which browsers can set.
std::optional<Handshake::Token> Handshake::FindToken(const http::Request& request) {
  if (const std::string* token = request.FindQuery("token")) return Token{*token, {}};
  if (const std::string* header = request.FindHeader("Authorization")) {
    constexpr std::string_view kScheme = "Bearer ";
    if (header->starts_with(kScheme)) return Token{header->substr(kScheme.size()), {}};
  }
  for (const std::string_view part : OfferedSubprotocols(request)) {
    if (part.starts_with(kBearer)) return Token{std::string(part.substr(kBearer.size())), std::string(part)};
  }
  return std::nullopt;
}

// Devices send none, or the Arduino library's "file://"; a page of another site must not use its visitor's place here.
bool Handshake::IsOriginAllowed(const http::Request& request) const {
  const std::string* origin = request.FindHeader("Origin");
  if (origin == nullptr || *origin == "file://") return true;
  const std::string_view host = HostOfOrigin(*origin);
  return !host.empty() && options_.is_allowed_host(host);
}

std::optional<SocketUser> Handshake::Authenticate(const http::Request& request, const std::optional<Token>& token) {
  if (!token) return Anonymous(request);
  const Result<auth::Claims> claims = tokens_.VerifyAny(token->text, SystemNow());
  if (!claims || auth::IsRevoked(services_.database, claims.value(), SystemNow())) return std::nullopt;
  SocketUser result;
  if (claims.value().type == auth::TokenType::kDevice && claims.value().device_id) {
    const std::optional<Device> device = devices_.Find(*claims.value().device_id);
    if (!device) return std::nullopt;
    result.device_id = device->id;
    result.device_mac = device->mac;
    result.token_id = claims.value().id;
    return result;
  }
  if (claims.value().type != auth::TokenType::kAccess || !claims.value().user_id) return std::nullopt;
  std::optional<User> user = users_.Find(*claims.value().user_id);
  if (!user || !user->active) return std::nullopt;
  result.user_id = user->id;
  result.name = user->name;
  result.role = user->role;
  result.tokens_since = user->tokens_since;
  result.rooms = RoomsOf(std::move(*user));
  result.login = claims.value().login;
  return result;
}

std::optional<SocketUser> Handshake::Anonymous(const http::Request& request) const {
  if (options_.allow_anonymous_devices) return SocketUser{};
  for (const std::string& range : options_.anonymous_devices_from) {
    if (!IsInRange(request.peer_address, range)) continue;
    SocketUser device;
    device.write_only = true;
    return device;
  }
  return std::nullopt;
}

// `identifiant`, else the primary key.
std::optional<Patient> Handshake::FindPatient(const std::string& name) {
  if (std::optional<Patient> patient = patients_.FindByIdentifier(name)) return patient;
  std::int64_t id = 0;
  const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), id);
  if (error != std::errc{} || end != name.data() + name.size()) return std::nullopt;
  return patients_.Find(id);
}

bool Handshake::Admit(SocketContext& context, const std::string& name) {
  switch (context.route) {
    case SocketContext::Route::kIot:
      return AdmitToPatient(context, name);
    case SocketContext::Route::kMonitoring:
      return AdmitToMonitoring(context, name);
    case SocketContext::Route::kChat:
      return AdmitToChat(context, name);
    case SocketContext::Route::kAlerts:
      break;
  }
  return SeesPatients(context.user);
}

// A room that is there, and that a carer has. A technicien watches over the devices of all.
bool Handshake::AdmitToMonitoring(SocketContext& context, const std::string& name) {
  if (context.user.user_id == 0 || (context.readings && !SeesPatients(context.user))) return false;
  context.room = name;
  if (name == kGlobalRoom) return true;
  return AreSeen(context.user.rooms, {0, {}, name}) && rooms_.FindByName(name);
}

// The chat of a room of patients is for those who have that room; any other name is for all who may chat.
bool Handshake::AdmitToChat(SocketContext& context, const std::string& name) {
  constexpr std::string_view kMayChat[] = {"administrateur", "medecin", "infirmier"};
  if (std::find(std::begin(kMayChat), std::end(kMayChat), context.user.role) == std::end(kMayChat)) return false;
  context.room = name;
  return AreSeen(context.user.rooms, {0, {}, name}) || !rooms_.FindByName(name);
}

bool Handshake::AdmitToPatient(SocketContext& context, const std::string& name) {
  const std::optional<Patient> patient = FindPatient(name);
  if (!patient) return false;
  context.patient_id = patient->id;
  context.room = patient->room;
  if (context.user.user_id != 0) {
    return SeesPatients(context.user) && AreSeen(context.user.rooms, {patient->id, patient->identifier, patient->room});
  }
  if (context.user.device_id == 0) return true;
  const std::optional<Device> device = devices_.Find(context.user.device_id);
  return device && device->patient_id == patient->id;
}

}  // namespace fajma::ws
