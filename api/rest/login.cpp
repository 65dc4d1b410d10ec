#include "api/rest/login.h"

#include <algorithm>
#include <stdexcept>
#include <utility>

#include "api/auth/login_limiter.h"
#include "api/rest/hosts.h"
#include "core/runtime/log.h"

namespace fajma::rest {
namespace {

// The password is checked for unknown and inactive users too: the time tells nothing.
auth::PasswordCheck CheckPassword(const RestDependencies& app, const std::optional<User>& user,
                                  const std::string& password) {
  if (!user) return app.passwords.VerifyNobody(password);
  const auth::PasswordCheck check = app.passwords.Verify(password, user->password_hash);
  return check == auth::PasswordCheck::kRight && !user->active ? auth::PasswordCheck::kWrong : check;
}

// A login that is right stays right when this fails: it is tried again at the next one.
void UpgradeHash(const RestDependencies& app, const User& user, const std::string& password) {
  if (!app.passwords.NeedsUpgrade(user.password_hash)) return;
  try {
    app.users.UpgradePasswordHash(user.id, user.password_hash, app.passwords.Hash(password));
  } catch (const std::runtime_error& error) {
    log::Warn("a password keeps its old hash", error.what());
  }
}

}  // namespace

std::variant<User, WrongPassword, http::Response> LogIn(const Call& call, const std::string& name,
                                                        const std::string& password) {
  const RestDependencies& app = call.app;
  const std::string address = ClientAddressOf(call.request, call.options.is_trusted_proxy);
  const Micros now = app.now();
  if (const std::int64_t wait = call.logins.Begin(name, address, now); wait > 0) return Throttled(wait);
  std::optional<User> user;
  auth::PasswordCheck check = auth::PasswordCheck::kBusy;
  try {
    user = app.users.FindByName(name);
    check = CheckPassword(app, user, password);
  } catch (...) {
    call.logins.Withdraw(name, address, now);
    throw;
  }
  switch (check) {
    case auth::PasswordCheck::kBusy:
      call.logins.Withdraw(name, address, now);
      return Unavailable();
    case auth::PasswordCheck::kWrong:
      return WrongPassword{};
    case auth::PasswordCheck::kRight:
      break;
  }
  call.logins.Succeed(name, address, now);
  UpgradeHash(app, *user, password);
  return std::move(*user);
}

std::optional<std::string> HashPassword(const Call& call, const std::string& password) {
  try {
    return call.app.passwords.Hash(password);
  } catch (const std::runtime_error& error) {
    log::Warn("a password was not hashed", error.what());
    return std::nullopt;
  }
}

Micros IssueTime(const User& user, Micros now) { return std::max(now, user.tokens_since * kMicrosPerSecond); }

http::Response Unauthorized(http::Response response) {
  response.headers.emplace_back("WWW-Authenticate", "Bearer realm=\"api\"");
  return response;
}

}  // namespace fajma::rest
