#include "api/rest/identity.h"

#include <algorithm>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "api/auth/digest.h"
#include "api/auth/revocation.h"
#include "api/http/utf8.h"
#include "api/rest/answers.h"
#include "core/json/writer.h"

namespace fajma::rest {
namespace {

constexpr std::chrono::seconds kKeepFor{5};
constexpr std::size_t kMaxUsers = 10'000;

http::Response Refuse(http::Response response) {
  response.headers.emplace_back("WWW-Authenticate", "Bearer realm=\"api\"");
  return response;
}

http::Response RefuseToken(std::string_view message) {
  std::string body = R"({"detail":"Given token not valid for any token type","code":"token_not_valid",)"
                     R"("messages":[{"token_class":"AccessToken","token_type":"access","message":)";
  json::AppendJsonString(body, message);
  body += "}]}";
  return Refuse(Json(401, std::move(body)));
}

std::vector<std::string_view> SplitWords(std::string_view text) {
  std::vector<std::string_view> words;
  std::size_t at = 0;
  while ((at = text.find_first_not_of(" \t", at)) != std::string_view::npos) {
    const std::size_t end = std::min(text.find_first_of(" \t", at), text.size());
    words.push_back(text.substr(at, end - at));
    at = end;
  }
  return words;
}

}  // namespace

bool Identity::Sees(std::int64_t patient_id) const {
  return !patients || std::binary_search(patients->begin(), patients->end(), patient_id);
}

std::shared_ptr<const Identity> UserCache::Find(std::int64_t user_id, std::int64_t directory_generation) {
  const auto now = std::chrono::steady_clock::now();
  {
    const std::lock_guard lock(mutex_);
    const auto found = entries_.find(user_id);
    if (found != entries_.end() && found->second.generation == directory_generation &&
        now - found->second.read_at < kKeepFor) {
      return found->second.identity;
    }
  }
  std::shared_ptr<const Identity> identity = Read(user_id);
  const std::lock_guard lock(mutex_);
  if (entries_.size() >= kMaxUsers) entries_.clear();
  entries_[user_id] = {identity, directory_generation, now};
  return identity;
}

std::shared_ptr<const Identity> UserCache::Read(std::int64_t user_id) {
  std::optional<User> user = users_.Find(user_id);
  if (!user) return nullptr;
  auto identity = std::make_shared<Identity>();
  identity->user = std::move(*user);
  identity->role = FindRole(identity->user.role).value_or(kPublic);
  identity->ended_logins = tokens_.EndedLogins(user_id, SystemNow() - auth::kEndedLoginsMatter);
  identity->scope_key = "*";
  if ((identity->role & kRoomRoles) != 0) {
    std::vector<std::int64_t> visible = patients_.IdsInRooms(identity->user.rooms);
    std::sort(visible.begin(), visible.end());
    identity->patients = std::move(visible);
    identity->scope_key.clear();
    for (const std::string& room : identity->user.rooms) identity->scope_key += room + '\n';
  }
  return identity;
}

bool Identity::HasEnded(const auth::Claims& claims) const {
  if (claims.issued_at < user.tokens_since) return true;
  return !claims.login.empty() && std::binary_search(ended_logins.begin(), ended_logins.end(), claims.login);
}

std::shared_ptr<const Identity> UserCache::FindByApiToken(const std::string& hash, std::int64_t directory_generation) {
  const auto now = std::chrono::steady_clock::now();
  std::int64_t user_id = 0;
  {
    const std::lock_guard lock(mutex_);
    const auto found = owners_.find(hash);
    if (found != owners_.end() && found->second.generation == directory_generation &&
        now - found->second.read_at < kKeepFor) {
      user_id = found->second.user_id;
    }
  }
  if (user_id == 0) {
    const std::optional<std::int64_t> owner = tokens_.FindUserOfApiToken(hash);
    if (!owner) return nullptr;  // not kept: whoever guesses must not fill the memory
    user_id = *owner;
    const std::lock_guard lock(mutex_);
    if (owners_.size() >= kMaxUsers) owners_.clear();
    owners_[hash] = {user_id, directory_generation, now};
  }
  return Find(user_id, directory_generation);
}

namespace {

using Authenticated = std::variant<std::shared_ptr<const Identity>, http::Response>;

Authenticated CheckBearer(const std::vector<std::string_view>& words, const auth::TokenAuthority& tokens,
                          UserCache& users, std::int64_t directory_generation, Micros now) {
  if (words.size() != 2) {
    return Refuse(DetailWithCode(401, "Authorization header must contain two space-delimited values",
                                 "bad_authorization_header"));
  }
  const Result<auth::Claims> claims = tokens.Verify(words[1], auth::TokenType::kAccess, now);
  if (!claims) return RefuseToken(claims.rejection().detail);
  if (!claims.value().user_id) {
    return Refuse(DetailWithCode(401, "Token contained no recognizable user identification", "token_not_valid"));
  }
  std::shared_ptr<const Identity> identity = users.Find(*claims.value().user_id, directory_generation);
  if (!identity) return Refuse(DetailWithCode(401, "User not found", "user_not_found"));
  if (!identity->user.active) return Refuse(DetailWithCode(401, "User is inactive", "user_inactive"));
  if (identity->HasEnded(claims.value())) return RefuseToken("Token is blacklisted");
  return identity;
}

Authenticated CheckApiToken(const std::vector<std::string_view>& words, UserCache& users,
                            std::int64_t directory_generation) {
  if (words.size() == 1) return Refuse(Detail(401, "Invalid token header. No credentials provided."));
  if (words.size() > 2) return Refuse(Detail(401, "Invalid token header. Token string should not contain spaces."));
  if (!http::IsValidUtf8(words[1])) {
    return Refuse(Detail(401, "Invalid token header. Token string should not contain invalid characters."));
  }
  std::shared_ptr<const Identity> identity = users.FindByApiToken(auth::HashToken(words[1]), directory_generation);
  if (!identity) return Refuse(Detail(401, "Invalid token."));
  if (!identity->user.active) return Refuse(Detail(401, "User inactive or deleted."));
  return identity;
}

}  // namespace

std::variant<std::shared_ptr<const Identity>, http::Response> Authenticate(const http::Request& request,
                                                                           const auth::TokenAuthority& tokens,
                                                                           UserCache& users,
                                                                           std::int64_t directory_generation,
                                                                           Micros now) {
  const std::string* header = request.FindHeader("Authorization");
  const std::vector<std::string_view> words = SplitWords(header == nullptr ? std::string_view() : *header);
  if (!words.empty() && words[0] == "Bearer") return CheckBearer(words, tokens, users, directory_generation, now);
  if (!words.empty() && http::EqualsIgnoringCase(words[0], "Token")) {
    return CheckApiToken(words, users, directory_generation);
  }
  return Refuse(Detail(401, "Authentication credentials were not provided."));
}

}  // namespace fajma::rest
