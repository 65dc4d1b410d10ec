// Which names this server answers to, and which pages of others may call it.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "api/http/message.h"

namespace fajma::rest {

// Names as Django's ALLOWED_HOSTS: "example.org", ".example.org" with all below it, "[::1]", "*". The port does not
// count. An empty list stands for this machine's own names: localhost, 127.0.0.1, [::1].
class AllowedHosts {
 public:
  explicit AllowedHosts(std::vector<std::string> names);
  bool Allows(std::string_view host) const;

 private:
  std::vector<std::string> names_;  // lower case
};

// Origins as browsers send them: "http://localhost:3000"; "*" for any.
class CorsPolicy {
 public:
  explicit CorsPolicy(std::vector<std::string> origins) : origins_(std::move(origins)) {}

  static bool IsPreflight(const http::Request& request);
  // 200 without a body; what it allows is the same for every path.
  http::Response AnswerPreflight(const http::Request& request) const;
  // Adds Access-Control-Allow-Origin when the request's origin may read the answer.
  void Mark(const http::Request& request, http::Response& response) const;

 private:
  std::vector<std::string> origins_;
};

using IsTrustedProxy = std::function<bool(std::string_view peer_address)>;
// The client's address: of the socket, or the last one of X-Forwarded-For that no trusted proxy has.
std::string ClientAddressOf(const http::Request& request, const IsTrustedProxy& is_trusted_proxy);
// "http" or "https": of the socket, or as a trusted proxy tells by X-Forwarded-Proto.
std::string SchemeOf(const http::Request& request, const IsTrustedProxy& is_trusted_proxy);

}  // namespace fajma::rest
