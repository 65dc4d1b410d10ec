#include "api/ws/socket_request.h"

#include <utility>

#include "core/domain/time.h"
#include "core/json/frames.h"

namespace fajma::ws {

std::optional<SocketRequest> SocketRequest::Read(const Services& services, SocketRoute route, Connection& connection,
                                                 std::string_view text) {
  auto parsed = json::Document::Parse(text);
  if (!parsed) {
    SendError(services, route, connection, ErrorFrame("invalid_json", "JSON invalide."));
    return std::nullopt;
  }
  SocketRequest request(std::move(parsed).value());
  if (!request.document_.root().IsObject()) {
    SendError(services, route, connection, ErrorFrame("invalid_message", "Un objet JSON est attendu."));
    return std::nullopt;
  }
  if (request.type() == "ping") {
    connection.SendText(PongFrame(SystemNow()));
    return std::nullopt;
  }
  return request;
}

std::optional<std::string_view> SocketRequest::TextOf(std::string_view name) const {
  const auto value = Find(name);
  return value && value->IsString() ? std::optional(value->AsString()) : std::nullopt;
}

std::optional<std::int64_t> SocketRequest::IntegerOf(std::string_view name) const {
  const auto value = Find(name);
  return value && value->IsInt64() ? std::optional(value->AsInt64()) : std::nullopt;
}

void RefuseType(const Services& services, SocketRoute route, Connection& connection) {
  SendError(services, route, connection, ErrorFrame("unknown_type", "Type de message inconnu."));
}

}  // namespace fajma::ws
