#include "api/ws/self_test_door.h"

#include <netinet/in.h>

#include <any>
#include <memory>
#include <utility>

#include "api/auth/digest.h"
#include "api/auth/random.h"
#include "api/http/listening.h"
#include "api/ws/loop/session.h"

namespace fajma::ws {
namespace {

constexpr std::size_t kSecretBytes = 32;
constexpr std::string_view kScheme = "Bearer ";

Endpoint ReachableAt(const http::BindAddress& bound, std::uint16_t port) {
  Endpoint endpoint;
  endpoint.address = bound.socket_address;
  if (bound.socket_address.ss_family == AF_INET6) {
    auto& address = reinterpret_cast<sockaddr_in6&>(endpoint.address);
    if (IN6_IS_ADDR_UNSPECIFIED(&address.sin6_addr)) address.sin6_addr = in6addr_loopback;
    address.sin6_port = htons(port);
    endpoint.size = sizeof address;
  } else {
    auto& address = reinterpret_cast<sockaddr_in&>(endpoint.address);
    if (address.sin_addr.s_addr == htonl(INADDR_ANY)) address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(port);
    endpoint.size = sizeof address;
  }
  return endpoint;
}

struct SelfTestSocket {};  // DetachedSocket::context

// Follows the probes, as other sessions follow patients.
class SelfTestSession final : public Session {
 public:
  SelfTestSession(LiveHub& hub, std::atomic<std::size_t>& open) : hub_(hub), open_(open) {}

  void OnOpen(Connection& connection) override {
    ++open_;
    hub_.Follow(connection, kTopic);
  }
  void OnText(Connection&, std::string_view) override {}
  void OnBinary(Connection&, std::string_view) override {}
  void OnClose(ConnectionId id, std::uint16_t) override {
    --open_;
    hub_.Leave(id, kTopic);
  }

 private:
  static inline const Topic kTopic{.kind = Topic::Kind::kSelfTest};
  LiveHub& hub_;
  std::atomic<std::size_t>& open_;
};

}  // namespace

SelfTestDoor::SelfTestDoor(Loop& loop, LiveHub& hub)
    : loop_(loop), hub_(hub), secret_(auth::RandomHex(kSecretBytes)), secret_hash_(auth::HashToken(secret_)) {}

ClientSocketOptions SelfTestDoor::OwnSocket(const std::string& http_address, std::uint16_t port) const {
  ClientSocketOptions options;
  options.endpoint = ReachableAt(http::ResolveBindAddress(http_address), port);
  options.host = "localhost";
  options.target = kSelfTestPath;
  options.headers = "Authorization: " + std::string(kScheme) + secret_ + "\r\n";
  return options;
}

std::optional<http::UpgradeAccept> SelfTestDoor::Decide(const http::Request& request) const {
  if (request.path != kSelfTestPath) return std::nullopt;
  const std::string* header = request.FindHeader("Authorization");
  if (header == nullptr || !header->starts_with(kScheme)) return std::nullopt;
  // Of hashes: how long comparing takes tells nothing.
  if (auth::HashToken(std::string_view(*header).substr(kScheme.size())) != secret_hash_) return std::nullopt;
  http::UpgradeAccept accept;
  accept.context = SelfTestSocket{};
  return accept;
}

bool SelfTestDoor::Adopt(http::DetachedSocket& socket) {
  if (std::any_cast<SelfTestSocket>(&socket.context) == nullptr) return false;
  loop_.Adopt(std::move(socket), std::make_unique<SelfTestSession>(hub_, open_));
  return true;
}

}  // namespace fajma::ws
