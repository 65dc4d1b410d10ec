// What a client offers in Sec-WebSocket-Extensions (RFC 6455, 9.1). Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace fajma::http {

struct Request;

struct ExtensionParameter {
  std::string name;
  std::optional<std::string> value;  // without quotes; absent: there is no '='
  bool operator==(const ExtensionParameter&) const = default;
};

// One offer. Names as sent, in the order sent, duplicates included.
struct Extension {
  std::string name;
  std::vector<ExtensionParameter> parameters;
  bool operator==(const Extension&) const = default;
};

// Absent: not the form that the RFC demands. There must be one extension at least; empty places in the list are passed
// over, as RFC 9110, 5.6.1 asks.
std::optional<std::vector<Extension>> ParseExtensions(std::string_view list);

// Of all such headers together; none: an empty list.
std::optional<std::vector<Extension>> OfferedExtensions(const Request& request);

}  // namespace fajma::http
