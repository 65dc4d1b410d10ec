#include <stdexcept>
#include <utility>

#include "api/auth/digest.h"
#include "api/auth/random.h"
#include "api/rest/lists.h"
#include "api/rest/resources.h"
#include "core/json/writer.h"
#include "core/runtime/log.h"
#include "core/store/credential_store.h"

namespace fajma::rest {
namespace {

constexpr std::size_t kPasswordBytes = 16;

std::optional<Device> FindDevice(const Call& call) {
  const std::optional<std::int64_t> id = call.Id();
  return id ? FindVisibleDevice(call, *id) : std::nullopt;
}

}  // namespace

http::Response ListCredentials(Call& call) {
  const std::optional<Device> device = FindDevice(call);
  if (!device) return NotFound();
  CredentialStore store(call.app.database);
  return AnswerPage(
      call, [&](PageRequest page) { return store.List(device->id, page); },
      [&](std::string& out, const Credential& credential) {
        json::ObjectWriter writer(out);
        writer.Integer("id", credential.id);
        writer.String("mqtt_username", device->mac.ToTopic());
        writer.Time("date_creation", credential.created_at);
        writer.TimeOrNull("date_revocation", credential.revoked_at);
        writer.End();
      });
}

http::Response CreateCredential(Call& call) {
  const std::optional<Device> device = FindDevice(call);
  if (!device) return NotFound();
  const Micros now = call.app.now();
  const std::string token = call.app.tokens.IssueDevice(device->id, now);
  const std::string password = auth::RandomHex(kPasswordBytes);
  Credential credential;
  credential.device_id = device->id;
  credential.token_id = call.app.tokens.VerifyAny(token, now).value().id;
  credential.token_hash = auth::HashToken(token);
  credential.broker_password_hash = auth::HashBrokerPassword(password);
  credential.created_at = now;
  const std::optional<Credential> created = CredentialStore(call.app.database).Create(credential);
  if (!created) return RefuseField(kNonFieldErrors, "Trop d'identifiants en vigueur pour ce dispositif.");
  WriteBrokerPasswords(call);
  std::string body;
  json::ObjectWriter writer(body);
  writer.Integer("id", created->id);
  writer.String("token", token);
  writer.String("mqtt_username", device->mac.ToTopic());
  writer.String("mqtt_password", password);
  writer.End();
  return Json(201, std::move(body));
}

http::Response RevokeCredential(Call& call) {
  const std::optional<Device> device = FindDevice(call);
  const std::optional<std::int64_t> id = ParseId(call.sub_id_text);
  if (!device || !id) return NotFound();
  const auto revoked = CredentialStore(call.app.database).Revoke(device->id, *id, call.app.now());
  if (!revoked) return NotFound();
  WriteBrokerPasswords(call);
  EndSessions(call, {.reason = auth::SessionEndReason::kDeviceRevoked,
                     .login = {},
                     .device_id = device->id,
                     .token_id = revoked->token_id});
  return NoContent();
}

// The database has the change already: a file that cannot be written now is written at the next change or start.
void WriteBrokerPasswords(const Call& call) {
  if (call.app.broker_passwords == nullptr) return;
  try {
    auth::WriteBrokerPasswords(*call.app.broker_passwords, call.app.database);
  } catch (const std::runtime_error& error) {
    log::Error("the broker's passwords are not up to date", error.what());
  }
}

}  // namespace fajma::rest
