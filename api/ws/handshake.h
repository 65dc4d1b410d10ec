// Who may open a WebSocket: route, Origin, token. Then the session of the route.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/auth/token.h"
#include "api/http/server.h"
#include "api/ws/services.h"
#include "api/ws/socket_places.h"
#include "core/store/device_store.h"
#include "core/store/patient_store.h"
#include "core/store/room_store.h"
#include "core/store/user_store.h"

namespace fajma::ws {

struct HandshakeOptions {
  bool allow_anonymous_devices = false;             // no token: may send and listen, on ws/iot only
  std::vector<std::string> anonymous_devices_from;  // addresses "a.b.c.d/n" of devices without a token: write only
  std::function<std::string(const http::Request&)> client_address;  // behind proxies; absent: the peer's
  std::function<std::string(std::string_view)> client_of_address;   // whom limits take for one; absent: each address
  std::function<bool(std::string_view host)> is_allowed_host;       // of an Origin, without the port
  SocketLimits limits;
  std::optional<auth::LimitKeys> shared_limits;  // see SocketPlaces
};

// Thread-safe: Decide runs in any worker, and asks the database.
class Handshake {
 public:
  Handshake(Services services, const auth::TokenAuthority& tokens, HandshakeOptions options);

  // 404: no such route. 503 with Retry-After: a limit of sockets is reached, or the database is away. 403: everything
  // else that is refused, as clients of the documented server expect.
  http::UpgradeDecision Decide(const http::Request& request);
  // A socket that Decide accepted.
  void Adopt(http::DetachedSocket socket);

  // How many were refused, otherwise than by a limit, and by one. Any thread.
  enum class Refusal : std::uint8_t { kUnknownRoute, kForbidden, kUnavailable, kCount };
  std::uint64_t refused(Refusal reason) const { return refused_[static_cast<std::size_t>(reason)].load(); }
  std::uint64_t refused(SocketPlaces::Limit limit) const { return places_->refused(limit); }
  SocketPlaces& places() { return *places_; }

 private:
  struct Token {
    std::string text;
    std::string subprotocol;  // to answer, when the token came in one
  };

  http::Response Refuse(Refusal reason);
  // Judges who asks for it and fills `context`; the answer when it is refused.
  std::optional<http::Response> Judge(const http::Request& request, const std::optional<Token>& token,
                                      const std::string& name, SocketContext& context);
  bool TakePlace(SocketContext& context);
  static std::optional<Token> FindToken(const http::Request& request);
  bool IsOriginAllowed(const http::Request& request) const;
  std::optional<SocketUser> Authenticate(const http::Request& request, const std::optional<Token>& token);
  std::optional<SocketUser> Anonymous(const http::Request& request) const;
  std::optional<Patient> FindPatient(const std::string& name);
  // Of the routes, with the name in their path.
  bool Admit(SocketContext& context, const std::string& name);
  bool AdmitToPatient(SocketContext& context, const std::string& name);
  bool AdmitToChat(SocketContext& context, const std::string& name);
  bool AdmitToMonitoring(SocketContext& context, const std::string& name);

  Services services_;
  const auth::TokenAuthority& tokens_;
  HandshakeOptions options_;
  const std::shared_ptr<SocketPlaces> places_;
  std::atomic<std::uint64_t> refused_[static_cast<std::size_t>(Refusal::kCount)] = {};
  UserStore users_;
  DeviceStore devices_;
  PatientStore patients_;
  RoomStore rooms_;
};

}  // namespace fajma::ws
