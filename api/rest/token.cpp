#include <utility>

#include "api/rest/resource_fields.h"
#include "api/rest/resources.h"
#include "core/json/writer.h"

namespace fajma::rest {
namespace {

http::Response Unauthorized(http::Response response) {
  response.headers.emplace_back("WWW-Authenticate", "Bearer realm=\"api\"");
  return response;
}

// The password is checked for unknown and inactive users too: the time tells nothing.
auth::PasswordCheck CheckPassword(const RestDependencies& app, const std::optional<User>& user,
                                  const std::string& password) {
  if (!user) return app.passwords.VerifyNobody(password);
  const auth::PasswordCheck check = app.passwords.Verify(password, user->password_hash);
  return check == auth::PasswordCheck::kRight && !user->active ? auth::PasswordCheck::kWrong : check;
}

}  // namespace

http::Response CreateToken(Call& call) {
  auto read = ReadValues(call, LoginFields(), {});
  if (auto* refusal = std::get_if<http::Response>(&read)) return std::move(*refusal);
  const Values& values = std::get<Values>(read);
  const std::optional<User> user = call.app.users.FindByName(values.Text("username").value_or(""));
  switch (CheckPassword(call.app, user, values.Text("password").value_or(""))) {
    case auth::PasswordCheck::kBusy:
      return Unavailable();
    case auth::PasswordCheck::kWrong:
      return Unauthorized(Detail(401, "No active account found with the given credentials"));
    case auth::PasswordCheck::kRight:
      break;
  }
  const auth::TokenPair pair = call.app.tokens.IssueLogin(user->id, call.app.now());
  std::string body;
  json::ObjectWriter writer(body);
  writer.String("refresh", pair.refresh);
  writer.String("access", pair.access);
  writer.End();
  return Json(200, std::move(body));
}

http::Response RefreshToken(Call& call) {
  auto read = ReadValues(call, RefreshFields(), {});
  if (auto* refusal = std::get_if<http::Response>(&read)) return std::move(*refusal);
  const std::string token = std::get<Values>(read).Text("refresh").value_or("");
  const Micros now = call.app.now();
  const Result<auth::Claims> claims = call.app.tokens.Verify(token, auth::TokenType::kRefresh, now);
  if (!claims) return Unauthorized(DetailWithCode(401, claims.rejection().detail, claims.rejection().code));
  const std::optional<User> user = call.app.users.Find(claims.value().user_id.value_or(0));
  if (!user || !user->active) return Unauthorized(Detail(401, "No active account found for the given token."));
  std::string body;
  json::ObjectWriter writer(body);
  writer.String("access", call.app.tokens.IssueAccess(claims.value(), now));
  writer.End();
  return Json(200, std::move(body));
}

}  // namespace fajma::rest
