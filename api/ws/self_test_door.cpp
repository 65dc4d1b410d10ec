#include "api/ws/self_test_door.h"

#include <any>
#include <memory>
#include <utility>

#include "api/auth/digest.h"
#include "api/auth/random.h"
#include "api/ws/loop/session.h"

namespace fajma::ws {
namespace {

constexpr std::size_t kSecretBytes = 32;
constexpr std::string_view kScheme = "Bearer ";

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
