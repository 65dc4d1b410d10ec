#include <utility>

#include "api/auth/digest.h"
#include "api/auth/random.h"
#include "api/auth/revocation.h"
#include "api/rest/login.h"
#include "api/rest/resource_fields.h"
#include "api/rest/resources.h"
#include "core/json/writer.h"
#include "core/store/token_store.h"

namespace fajma::rest {
namespace {

constexpr std::string_view kBlacklisted = "Token is blacklisted";

http::Response RefuseToken(std::string_view detail) {
  return Unauthorized(DetailWithCode(401, detail, "token_not_valid"));
}

http::Response Empty() { return Json(200, "{}"); }

// One text field, or the answer that refuses the body.
std::variant<std::string, http::Response> ReadToken(const Call& call, std::span<const Field> fields) {
  auto read = ReadValues(call, fields, {});
  if (auto* refusal = std::get_if<http::Response>(&read)) return std::move(*refusal);
  return std::get<Values>(read).Text(fields.front().name).value_or("");
}

// The claims of a good refresh token in the body, or the answer that refuses it.
std::variant<auth::Claims, http::Response> ReadRefreshClaims(const Call& call, Micros now) {
  auto token = ReadToken(call, RefreshFields());
  if (auto* refusal = std::get_if<http::Response>(&token)) return std::move(*refusal);
  Result<auth::Claims> claims = call.app.tokens.Verify(std::get<std::string>(token), auth::TokenType::kRefresh, now);
  if (!claims) return RefuseToken(claims.rejection().detail);
  return claims.value();
}

std::string ApiTokenOf(const Call& call, const User& user) {
  TokenStore store(call.app.database);
  if (const std::optional<ApiToken> known = store.FindApiToken(user.id)) {
    std::string token = call.app.tokens.DeriveApiToken(user.id, known->salt);
    if (auth::HashToken(token) == known->hash) return token;  // else the server's key has changed
  }
  const std::string salt = auth::RandomHex(16);
  std::string token = call.app.tokens.DeriveApiToken(user.id, salt);
  store.ReplaceApiToken({auth::HashToken(token), user.id, salt}, call.app.now());
  return token;
}

// Whether neither a new password nor a deactivation came since this user was read.
bool IsAsItWas(const Call& call, const User& user) {
  const std::optional<User> now = call.app.users.Find(user.id);
  return now && now->active && now->tokens_since == user.tokens_since;
}

}  // namespace

http::Response CreateToken(Call& call) {
  auto read = ReadValues(call, LoginFields(), {});
  if (auto* refusal = std::get_if<http::Response>(&read)) return std::move(*refusal);
  const Values& values = std::get<Values>(read);
  // As of before the password was looked at: a new one that comes meanwhile ends these tokens too.
  const Micros begun = call.app.now();
  auto login = LogIn(call, values.Text("username").value_or(""), values.Text("password").value_or(""));
  if (auto* refusal = std::get_if<http::Response>(&login)) return std::move(*refusal);
  const User* user = std::get_if<User>(&login);
  if (user == nullptr) return Unauthorized(Detail(401, "No active account found with the given credentials"));
  const auth::TokenPair pair = call.app.tokens.IssueLogin(user->id, IssueTime(*user, begun));
  std::string body;
  json::ObjectWriter writer(body);
  writer.String("refresh", pair.refresh);
  writer.String("access", pair.access);
  writer.End();
  return Json(200, std::move(body));
}

http::Response RefreshToken(Call& call) {
  const Micros now = call.app.now();
  const auto read = ReadRefreshClaims(call, now);
  if (const auto* refusal = std::get_if<http::Response>(&read)) return *refusal;
  const auto& claims = std::get<auth::Claims>(read);
  if (auth::IsRevoked(call.app.database, claims, now)) return RefuseToken(kBlacklisted);
  const std::optional<User> user = call.app.users.Find(claims.user_id.value_or(0));
  if (!user || !user->active) return Unauthorized(Detail(401, "No active account found for the given token."));
  if (claims.issued_at < user->tokens_since) return RefuseToken(kBlacklisted);  // a new password since the look above
  std::string body;
  json::ObjectWriter writer(body);
  writer.String("access", call.app.tokens.IssueAccess(claims, IssueTime(*user, now)));
  writer.End();
  return Json(200, std::move(body));
}

http::Response BlacklistToken(Call& call) {
  const Micros now = call.app.now();
  const auto read = ReadRefreshClaims(call, now);
  if (const auto* refusal = std::get_if<http::Response>(&read)) return *refusal;
  const auto& claims = std::get<auth::Claims>(read);
  const std::int64_t user_id = claims.user_id.value_or(0);
  if (!TokenStore(call.app.database).Revoke({claims.id, claims.login, user_id, *claims.expires_at + 1}, now)) {
    return RefuseToken(kBlacklisted);
  }
  EndSessions(call, {.reason = auth::SessionEndReason::kLogout, .user_id = user_id, .login = claims.login});
  return Empty();
}

http::Response VerifyToken(Call& call) {
  const auto token = ReadToken(call, VerifyFields());
  if (const auto* refusal = std::get_if<http::Response>(&token)) return *refusal;
  const Micros now = call.app.now();
  const Result<auth::Claims> claims = call.app.tokens.VerifyAny(std::get<std::string>(token), now);
  if (!claims) return RefuseToken(claims.rejection().detail);
  if (auth::IsRevoked(call.app.database, claims.value(), now)) return RefuseToken(kBlacklisted);
  return Empty();
}

http::Response CreateApiToken(Call& call) {
  auto read = ReadValues(call, LoginFields(), {});
  if (auto* refusal = std::get_if<http::Response>(&read)) return std::move(*refusal);
  const Values& values = std::get<Values>(read);
  auto login = LogIn(call, values.Text("username").value_or(""), values.Text("password").value_or(""));
  if (auto* refusal = std::get_if<http::Response>(&login)) return std::move(*refusal);
  const User* user = std::get_if<User>(&login);
  const std::string token = user == nullptr ? "" : ApiTokenOf(call, *user);
  if (token.empty() || !IsAsItWas(call, *user)) {
    FieldErrors errors;
    errors.Add(kNonFieldErrors, "Unable to log in with provided credentials.");
    return BadFields(errors);
  }
  std::string body;
  json::ObjectWriter writer(body);
  writer.String("token", token);
  writer.End();
  return Json(200, std::move(body));
}

}  // namespace fajma::rest
