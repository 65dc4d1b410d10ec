// What a user's client asks over a socket, and what all routes answer alike.
#pragma once

#include <optional>
#include <string_view>

#include "api/ws/services.h"
#include "core/json/document.h"

namespace fajma::ws {

// An object with a known `type`; the document lives as long as the request.
class SocketRequest {
 public:
  // Absent: it was no JSON, no object, or a ping, and that has been answered.
  static std::optional<SocketRequest> Read(const Services& services, SocketRoute route, Connection& connection,
                                           std::string_view text);

  std::string_view type() const { return TextOf("type").value_or(std::string_view()); }
  std::optional<json::Value> Find(std::string_view name) const { return document_.root().Find(name); }
  std::optional<std::string_view> TextOf(std::string_view name) const;  // absent: it is no text
  std::optional<std::int64_t> IntegerOf(std::string_view name) const;   // absent: it is no whole number of 64 bits

 private:
  explicit SocketRequest(json::Document document) : document_(std::move(document)) {}
  json::Document document_;
};

// {"type":"error","code":"unknown_type",…}
void RefuseType(const Services& services, SocketRoute route, Connection& connection);

}  // namespace fajma::ws
