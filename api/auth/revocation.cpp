#include "api/auth/revocation.h"

#include <algorithm>

#include "core/store/credential_store.h"
#include "core/store/token_store.h"
#include "core/store/user_store.h"

namespace fajma::auth {
namespace {

bool IsOlderThanItsUsersTokens(Database& database, const Claims& claims) {
  const std::optional<User> user = claims.user_id ? UserStore(database).Find(*claims.user_id) : std::nullopt;
  return user && claims.issued_at < user->tokens_since;
}

bool HasEndedLogin(Database& database, const Claims& claims, Micros now) {
  if (claims.login.empty() || !claims.user_id) return false;
  const std::vector<std::string> ended = TokenStore(database).EndedLogins(*claims.user_id, now - kEndedLoginsMatter);
  return std::binary_search(ended.begin(), ended.end(), claims.login);
}

}  // namespace

bool IsRevoked(Database& database, const Claims& claims, Micros now) {
  switch (claims.type) {
    case TokenType::kDevice:
      return CredentialStore(database).IsRevoked(claims.id);
    case TokenType::kRefresh:
      return TokenStore(database).IsRevoked(claims.id) || IsOlderThanItsUsersTokens(database, claims);
    case TokenType::kAccess:
      break;
  }
  return HasEndedLogin(database, claims, now) || IsOlderThanItsUsersTokens(database, claims);
}

}  // namespace fajma::auth
