// Tokens: JWT signed with HS256, with the claims that SimpleJWT's clients know.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "api/auth/secret_key.h"
#include "core/domain/result.h"
#include "core/domain/time.h"

namespace fajma::auth {

enum class TokenType : std::uint8_t { kAccess = 0, kRefresh = 1, kDevice = 2 };
inline constexpr std::string_view kTokenTypeNames[] = {"access", "refresh", "device"};
inline constexpr std::string_view kTokenClassNames[] = {"AccessToken", "RefreshToken", "DeviceToken"};

// Lifetimes in seconds; a device's token does not expire.
inline constexpr std::int64_t kAccessSeconds = 5 * 60;
inline constexpr std::int64_t kRefreshSeconds = 24 * 60 * 60;

struct Claims {
  TokenType type = TokenType::kAccess;
  std::optional<std::int64_t> expires_at;  // seconds since 1970
  std::int64_t issued_at = 0;              // seconds since 1970
  std::string id;                          // `jti`
  std::optional<std::int64_t> user_id;     // access, refresh
  std::optional<std::int64_t> device_id;   // device
  std::string login;                       // `sid`: the same in all tokens of one login; empty: none
};

struct TokenPair {
  std::string access;
  std::string refresh;
};

// Thread-safe. Checking a token takes a few microseconds.
class TokenAuthority {
 public:
  explicit TokenAuthority(const SecretKey& key);
  ~TokenAuthority();
  TokenAuthority(const TokenAuthority&) = delete;
  TokenAuthority& operator=(const TokenAuthority&) = delete;

  // A new login. `now` may lie a second ahead, where a user's older tokens were ended in this second.
  TokenPair IssueLogin(std::int64_t user_id, Micros now) const;
  // An access token of the same login.
  std::string IssueAccess(const Claims& refresh, Micros now) const;
  std::string IssueDevice(std::int64_t device_id, Micros now) const;

  // The token of `Authorization: Token` for this user and salt, 40 hex digits: the same at each call.
  std::string DeriveApiToken(std::int64_t user_id, std::string_view salt) const;

  // The claims of a token of this type. Rejected with the code "token_not_valid" and SimpleJWT's words: "Token is
  // invalid or expired" (form, signature, algorithm, time), "Token has wrong type", "Token has no id"…
  Result<Claims> Verify(std::string_view token, TokenType expected, Micros now) const;
  // Any type; a socket may be a user's or a device's.
  Result<Claims> VerifyAny(std::string_view token, Micros now) const;

  // Header and signature for a payload that is JSON already.
  std::string Sign(std::string_view payload) const;

 private:
  struct KeyedHash;
  bool SignatureFits(std::string_view signed_part, std::string_view signature) const;
  std::unique_ptr<KeyedHash> keyed_;
};

}  // namespace fajma::auth
