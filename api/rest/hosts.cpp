#include "api/rest/hosts.h"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <utility>

#include "api/http/listening.h"

namespace fajma::rest {
namespace {

std::string ToLower(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return lower;
}

std::string_view WithoutPort(std::string_view host) {
  const std::size_t end = host.starts_with('[') ? host.find(']') + 1 : host.find(':');
  return host.substr(0, end);
}

bool NameFits(std::string_view name, std::string_view host) {
  if (name == "*" || name == host) return true;
  return name.starts_with('.') && (host == name.substr(1) || host.ends_with(name));
}

// "1.2.3.4:80" → "1.2.3.4", "[::1]:80" → "::1".
std::string_view AddressIn(std::string_view entry) {
  while (entry.starts_with(' ')) entry.remove_prefix(1);
  while (entry.ends_with(' ')) entry.remove_suffix(1);
  if (entry.starts_with('[')) return entry.substr(1, entry.find(']') - 1);
  const bool has_port = std::count(entry.begin(), entry.end(), ':') == 1;
  return has_port ? entry.substr(0, entry.find(':')) : entry;
}

bool IsAddress(std::string_view text) {
  const std::string terminated(text);
  std::array<unsigned char, sizeof(in6_addr)> bytes{};
  return ::inet_pton(AF_INET, terminated.c_str(), bytes.data()) == 1 ||
         ::inet_pton(AF_INET6, terminated.c_str(), bytes.data()) == 1;
}

}  // namespace

AllowedHosts::AllowedHosts(std::vector<std::string> names) : names_(std::move(names)) {
  if (names_.empty()) names_ = {"localhost", "127.0.0.1", "[::1]"};
  for (std::string& name : names_) name = ToLower(name);
}

bool AllowedHosts::Allows(std::string_view host) const {
  std::string name = ToLower(WithoutPort(host));
  if (name.ends_with('.')) name.pop_back();
  return std::any_of(names_.begin(), names_.end(), [&](const std::string& allowed) {
    return allowed == "*" || (!name.empty() && NameFits(allowed, name));
  });
}

bool CorsPolicy::IsPreflight(const http::Request& request) {
  return request.method == "OPTIONS" && request.FindHeader("Access-Control-Request-Method") != nullptr;
}

http::Response CorsPolicy::AnswerPreflight(const http::Request& request) const {
  http::Response response;
  response.headers.emplace_back("Content-Type", "text/html; charset=utf-8");
  Mark(request, response);
  if (response.headers.size() == 1) return response;  // not allowed: the browser stops here
  response.headers.emplace_back("Access-Control-Allow-Headers",
                                "accept, accept-encoding, authorization, content-type, dnt, origin, user-agent, "
                                "x-csrftoken, x-requested-with");
  response.headers.emplace_back("Access-Control-Allow-Methods", "DELETE, GET, OPTIONS, PATCH, POST, PUT");
  response.headers.emplace_back("Access-Control-Max-Age", "86400");
  return response;
}

void CorsPolicy::Mark(const http::Request& request, http::Response& response) const {
  const std::string* origin = request.FindHeader("Origin");
  if (origin == nullptr) return;
  for (const std::string& allowed : origins_) {
    if (allowed != "*" && !http::EqualsIgnoringCase(allowed, *origin)) continue;
    response.headers.emplace_back("Access-Control-Allow-Origin", allowed == "*" ? allowed : *origin);
    return;
  }
}

std::string ClientAddressOf(const http::Request& request, const IsTrustedProxy& is_trusted_proxy) {
  std::string address = request.peer_address;
  if (!is_trusted_proxy) return address;
  std::string chain;
  for (const auto& [name, value] : request.headers) {
    if (http::EqualsIgnoringCase(name, "X-Forwarded-For")) chain += (chain.empty() ? "" : ",") + value;
  }
  std::string_view rest = chain;
  while (!rest.empty() && is_trusted_proxy(address)) {
    const std::size_t comma = rest.rfind(',');
    const std::string_view entry = AddressIn(rest.substr(comma == std::string_view::npos ? 0 : comma + 1));
    rest = comma == std::string_view::npos ? std::string_view() : rest.substr(0, comma);
    if (!IsAddress(entry)) break;  // what a proxy did not understand is nobody's word
    address = http::PlainAddress(std::string(entry));
  }
  return address;
}

std::string SchemeOf(const http::Request& request, const IsTrustedProxy& is_trusted_proxy) {
  const std::string* told = request.FindHeader("X-Forwarded-Proto");
  if (told != nullptr && (*told == "https" || *told == "http") && is_trusted_proxy &&
      is_trusted_proxy(request.peer_address)) {
    return *told;
  }
  return request.scheme;
}

}  // namespace fajma::rest
