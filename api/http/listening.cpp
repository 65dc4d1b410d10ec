#include "api/http/listening.h"

#include <netdb.h>
#include <netinet/in.h>
#include <sys/resource.h>

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <memory>
#include <stdexcept>
#include <string_view>

namespace fajma::http {
namespace {

// Descriptors left to files, the database, the bus and the loop.
constexpr std::size_t kReservedDescriptors = 256;

// Whether a socket is bound to this host, whatever port that names, and to this port.
bool IsAt(const sockaddr_storage& bound, const sockaddr_storage& host, std::uint16_t port) {
  if (bound.ss_family != host.ss_family) return false;
  if (bound.ss_family == AF_INET) {
    const auto& left = reinterpret_cast<const sockaddr_in&>(bound);
    const auto& right = reinterpret_cast<const sockaddr_in&>(host);
    return ntohs(left.sin_port) == port && left.sin_addr.s_addr == right.sin_addr.s_addr;
  }
  const auto& left = reinterpret_cast<const sockaddr_in6&>(bound);
  const auto& right = reinterpret_cast<const sockaddr_in6&>(host);
  return bound.ss_family == AF_INET6 && ntohs(left.sin6_port) == port &&
         std::memcmp(&left.sin6_addr, &right.sin6_addr, sizeof left.sin6_addr) == 0;
}

}  // namespace

BindAddress ResolveBindAddress(const std::string& address) {
  const std::size_t colon = address.rfind(':');
  std::string host = address.substr(0, colon);
  if (host.size() > 2 && host.front() == '[' && host.back() == ']') {
    host = host.substr(1, host.size() - 2);
  }
  std::uint16_t port = 0;
  const char* const end = address.data() + address.size();
  const char* const digits = colon == std::string::npos ? end : address.data() + colon + 1;
  const auto [rest, error] = std::from_chars(digits, end, port);
  if (host.empty() || error != std::errc() || rest != end) {
    throw std::runtime_error("not an address of the form host:port: " + address);
  }
  addrinfo hints{};
  hints.ai_flags = AI_PASSIVE;
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  if (const int code = ::getaddrinfo(host.c_str(), nullptr, &hints, &found); code != 0) {
    throw std::runtime_error("cannot resolve " + address + ": " + ::gai_strerror(code));
  }
  const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> owner(found, &::freeaddrinfo);
  BindAddress result{{}, port};
  std::memcpy(&result.socket_address, found->ai_addr, found->ai_addrlen);
  return result;
}

int FindListeningSocket(const BindAddress& address, std::uint16_t port) {
  for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fd")) {
    const int fd = std::atoi(entry.path().filename().c_str());
    int listens = 0;
    socklen_t size = sizeof listens;
    if (::getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &listens, &size) != 0 || listens == 0) continue;
    sockaddr_storage bound{};
    size = sizeof bound;
    if (::getsockname(fd, reinterpret_cast<sockaddr*>(&bound), &size) != 0) continue;
    if (IsAt(bound, address.socket_address, port)) return fd;
  }
  throw std::runtime_error("the listening socket is not to be found");
}

std::string PlainAddress(std::string address) {
  constexpr std::string_view kMapped = "::ffff:";
  if (address.starts_with(kMapped) && address.find('.') != std::string::npos) {
    address.erase(0, kMapped.size());
  }
  return address;
}

std::size_t FitToDescriptors(std::size_t wanted) {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return wanted;
  const rlim_t needed = wanted + kReservedDescriptors;
  if (limit.rlim_cur < needed) {
    limit.rlim_cur = std::min<rlim_t>(limit.rlim_max, needed);
    ::setrlimit(RLIMIT_NOFILE, &limit);
    ::getrlimit(RLIMIT_NOFILE, &limit);
  }
  if (limit.rlim_cur >= needed) return wanted;
  return limit.rlim_cur > 2 * kReservedDescriptors ? limit.rlim_cur - kReservedDescriptors : limit.rlim_cur / 2;
}

}  // namespace fajma::http
