// Tokens that are refused before their time, and the API tokens of users.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/domain/time.h"
#include "core/store/database.h"

namespace fajma {

// A refresh token that was given back.
struct RevokedToken {
  std::string id;                      // `jti`, at most 255 characters
  std::string login;                   // `sid`, at most 255 characters; empty: none
  std::int64_t user_id = 0;            // 0: it names none
  std::int64_t expires_at_second = 0;  // seconds since 1970; its row goes then
};

// A token of `Authorization: Token`, without the token itself.
struct ApiToken {
  std::string hash;  // SHA-256, 64 hex digits
  std::int64_t user_id = 0;
  std::string salt;  // what it was derived from; empty: made elsewhere
};

// Thread-safe. Every call throws DatabaseError (DatabaseBusy when no session came free).
class TokenStore {
 public:
  explicit TokenStore(Database& database) : database_(database) {}

  // Purges what has expired, too. False when it was revoked before.
  bool Revoke(const RevokedToken& token, Micros now);
  bool IsRevoked(const std::string& id);
  // The logins of a user that ended since, sorted.
  std::vector<std::string> EndedLogins(std::int64_t user_id, Micros since);

  // The newest one of the user that can be derived again.
  std::optional<ApiToken> FindApiToken(std::int64_t user_id);
  std::optional<std::int64_t> FindUserOfApiToken(const std::string& hash);
  // Takes the place of the user's others that could be derived.
  void ReplaceApiToken(const ApiToken& token, Micros now);

 private:
  Database& database_;
};

}  // namespace fajma
