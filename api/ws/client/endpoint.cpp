#include "api/ws/client/endpoint.h"

#include <netdb.h>

#include <algorithm>
#include <charconv>
#include <cstring>
#include <memory>

namespace fajma::ws {

std::string WsUrl::Authority() const {
  const std::string name = host.find(':') == std::string::npos ? host : "[" + host + "]";
  return name + ":" + std::to_string(port);
}

std::optional<WsUrl> ParseWsUrl(std::string_view url) {
  constexpr std::string_view kScheme = "ws://";
  if (!url.starts_with(kScheme)) return std::nullopt;
  url.remove_prefix(kScheme.size());
  const auto allowed = [](char c) { return c > ' ' && c < 0x7F; };
  if (!std::all_of(url.begin(), url.end(), allowed)) return std::nullopt;
  WsUrl parsed;
  const std::size_t slash = std::min(url.find('/'), url.size());
  if (slash < url.size()) parsed.path = url.substr(slash);
  std::string_view authority = url.substr(0, slash);
  std::string_view port;
  if (authority.starts_with('[')) {
    const std::size_t end = authority.find(']');
    if (end == std::string_view::npos) return std::nullopt;
    parsed.host = authority.substr(1, end - 1);
    port = authority.substr(end + 1);
  } else {
    parsed.host = authority.substr(0, authority.find(':'));
    port = authority.substr(parsed.host.size());
  }
  if (parsed.host.empty() || parsed.host.find_first_of("@?#") != std::string::npos) return std::nullopt;
  if (port.empty()) return parsed;
  const char* const end = port.data() + port.size();
  const auto [stopped, error] = std::from_chars(port.data() + 1, end, parsed.port);
  if (port.front() != ':' || error != std::errc() || stopped != end || parsed.port == 0) return std::nullopt;
  return parsed;
}

std::optional<Endpoint> FindEndpoint(const WsUrl& url) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_NUMERICSERV;
  addrinfo* found = nullptr;
  if (::getaddrinfo(url.host.c_str(), std::to_string(url.port).c_str(), &hints, &found) != 0) return std::nullopt;
  const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> owned(found, &::freeaddrinfo);
  Endpoint endpoint;
  endpoint.size = found->ai_addrlen;
  std::memcpy(&endpoint.address, found->ai_addr, found->ai_addrlen);
  return endpoint;
}

}  // namespace fajma::ws
