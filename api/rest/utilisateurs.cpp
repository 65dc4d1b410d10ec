#include <algorithm>
#include <utility>

#include "api/rest/account_fields.h"
#include "api/rest/lists.h"
#include "api/rest/login.h"
#include "api/rest/resources.h"
#include "core/json/writer.h"

namespace fajma::rest {
namespace {

using auth::SessionEndReason;

void AppendUser(std::string& out, const User& user) {
  json::ObjectWriter writer(out);
  writer.Integer("id", user.id);
  writer.String("username", user.name);
  writer.String("first_name", user.first_name);
  writer.String("last_name", user.last_name);
  writer.String("email", user.email);
  writer.String("role", user.role);
  writer.Key("salles") += '[';
  AppendRows(out, user.rooms, [](std::string& text, const std::string& room) { json::AppendJsonString(text, room); });
  writer.Bool("is_active", user.active);
  writer.Time("date_joined", user.joined_at);
  writer.TimeOrNull("last_login", user.last_login_at);
  writer.End();
}

http::Response Show(int status, const User& user) {
  std::string body;
  AppendUser(body, user);
  return Json(status, std::move(body));
}

http::Response BadField(std::string_view field, std::string message) {
  FieldErrors errors;
  errors.Add(field, std::move(message));
  return BadFields(errors);
}

UserPatch PatchOf(const Values& values) {
  UserPatch patch;
  patch.name = values.Text("username");
  patch.role = values.Text("role");
  patch.first_name = values.Text("first_name");
  patch.last_name = values.Text("last_name");
  patch.email = values.Text("email");
  patch.active = values.Boolean("is_active");
  if (const auto rooms = values.Text("salles")) patch.rooms = NamesIn(*rooms);
  return patch;
}

// Which places of this user at the server the change has ended.
void TellEnded(const Call& call, const User& before, const User& after, bool new_password) {
  const auto tell = [&](SessionEndReason reason, std::vector<std::string> rooms = {}) {
    EndSessions(call, {.reason = reason, .user_id = after.id, .login = {}, .rooms = std::move(rooms)});
  };
  if (new_password) tell(SessionEndReason::kPasswordChanged);
  if (before.active && !after.active) tell(SessionEndReason::kDeactivated);
  if (before.role != after.role) tell(SessionEndReason::kAccessChanged);
  std::vector<std::string> lost;
  std::set_difference(before.rooms.begin(), before.rooms.end(), after.rooms.begin(), after.rooms.end(),
                      std::back_inserter(lost));
  if (!lost.empty()) tell(SessionEndReason::kAccessChanged, std::move(lost));
  const bool gained = !std::includes(before.rooms.begin(), before.rooms.end(), after.rooms.begin(), after.rooms.end());
  if (gained) tell(SessionEndReason::kRoomsChanged);
}

http::Response Apply(const Call& call, std::int64_t id, const UserPatch& patch, int status) {
  const UserResult result = call.app.users.Update(id, patch, call.app.now());
  switch (result.outcome) {
    case UserOutcome::kUnknown:
      return NotFound();
    case UserOutcome::kNameTaken:
      return BadField("username", "A user with that username already exists.");
    case UserOutcome::kLastAdministrator:
      return BadField(kNonFieldErrors, "The last active administrateur must stay one.");
    case UserOutcome::kTokensEnded:  // another password came while this one was looked at
      return BadField("old_password", "Wrong password.");
    case UserOutcome::kDone:
      break;
  }
  TellEnded(call, *result.before, *result.user, patch.password_hash.has_value());
  return status == 204 ? NoContent() : Show(status, *result.user);
}

http::Response Update(const Call& call, bool partial) {
  const std::optional<std::int64_t> id = call.Id();
  if (!id || !call.app.users.Find(*id)) return NotFound();
  auto read = ReadValues(call, UserFields(), UserLookups(call, *id), partial);
  if (auto* refusal = std::get_if<http::Response>(&read)) return std::move(*refusal);
  const Values& values = std::get<Values>(read);
  UserPatch patch = PatchOf(values);
  if (const auto password = values.Text("password")) {
    patch.password_hash = HashPassword(call, *password);
    if (!patch.password_hash) return Unavailable();
  }
  return Apply(call, *id, patch, 200);
}

}  // namespace

http::Response ListUsers(Call& call) {
  return AnswerPage(
      call, [&](PageRequest page) { return call.app.users.List(page); }, AppendUser);
}

http::Response CreateUser(Call& call) {
  auto read = ReadValues(call, NewUserFields(), UserLookups(call, 0));
  if (auto* refusal = std::get_if<http::Response>(&read)) return std::move(*refusal);
  const Values& values = std::get<Values>(read);
  std::optional<std::string> hash = HashPassword(call, *values.Text("password"));
  if (!hash) return Unavailable();
  User user;
  user.name = *values.Text("username");
  user.password_hash = std::move(*hash);
  user.role = *values.Text("role");
  user.first_name = values.Text("first_name").value_or("");
  user.last_name = values.Text("last_name").value_or("");
  user.email = values.Text("email").value_or("");
  user.active = values.Boolean("is_active").value_or(true);
  user.joined_at = call.app.now();
  if (const auto rooms = values.Text("salles")) user.rooms = NamesIn(*rooms);
  const std::optional<User> created = call.app.users.Create(user);
  if (!created) return BadField("username", "A user with that username already exists.");
  return Show(201, *created);
}

http::Response ShowUser(Call& call) {
  const std::optional<std::int64_t> id = call.Id();
  const std::optional<User> user = id ? call.app.users.Find(*id) : std::nullopt;
  return user ? Show(200, *user) : NotFound();
}

http::Response ReplaceUser(Call& call) { return Update(call, false); }

http::Response ChangeUser(Call& call) { return Update(call, true); }

http::Response DeactivateUser(Call& call) {
  const std::optional<std::int64_t> id = call.Id();
  if (!id) return NotFound();
  UserPatch patch;
  patch.active = false;
  return Apply(call, *id, patch, 204);
}

http::Response ShowOwnUser(Call& call) {
  const std::optional<User> user = call.app.users.Find(call.identity->user.id);
  return user ? Show(200, *user) : NotFound();
}

http::Response ChangeOwnUser(Call& call) {
  auto read = ReadValues(call, OwnFields(), UserLookups(call, call.identity->user.id), true);
  if (auto* refusal = std::get_if<http::Response>(&read)) return std::move(*refusal);
  const Values& values = std::get<Values>(read);
  UserPatch patch = PatchOf(values);
  if (const auto password = values.Text("new_password")) {
    const auto old_password = values.Text("old_password");
    if (!old_password) return BadField("old_password", "This field is required.");
    auto login = LogIn(call, call.identity->user.name, *old_password);
    if (auto* refusal = std::get_if<http::Response>(&login)) return std::move(*refusal);
    if (std::holds_alternative<WrongPassword>(login)) return BadField("old_password", "Wrong password.");
    patch.if_tokens_since = std::get<User>(login).tokens_since;
    patch.password_hash = HashPassword(call, *password);
    if (!patch.password_hash) return Unavailable();
  }
  return Apply(call, call.identity->user.id, patch, 200);
}

}  // namespace fajma::rest
