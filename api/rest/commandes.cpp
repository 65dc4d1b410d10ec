#include <utility>

#include "api/auth/random.h"
#include "api/rest/lists.h"
#include "api/rest/resource_fields.h"
#include "api/rest/resources.h"
#include "core/json/writer.h"
#include "core/store/command_store.h"

namespace fajma::rest {
namespace {

constexpr std::int64_t kDefaultLifeSeconds = 3600;
constexpr std::string_view kTooMany = "Trop de commandes en attente pour ce dispositif.";

// Version 4: random but for six bits.
std::string NewUuid() {
  std::string hex = auth::RandomHex(16);
  hex[12] = '4';
  hex[16] = "89ab"[hex[16] % 4];
  for (const std::size_t at : {8U, 13U, 18U, 23U}) hex.insert(at, 1, '-');
  return hex;
}

void AppendCommand(std::string& out, const DeviceCommand& command) {
  json::ObjectWriter writer(out);
  writer.String("command_id", command.id);
  writer.Integer("dispositif", command.device_id);
  writer.String("command", command.name);
  writer.Raw("params", command.params);
  writer.String("status", NameOf(command.state));
  writer.String("detail", command.detail);
  writer.Time("date_creation", command.created_at);
  writer.Time("expires_at", command.expires_at);
  writer.Integer("envois", command.sends);
  writer.TimeOrNull("date_envoi", command.sent_at);
  writer.TimeOrNull("date_resultat", command.answered_at);
  writer.Integer("utilisateur", command.user_id);
  writer.End();
}

http::Response ShowSent(const DeviceCommand& command, bool sent) {
  std::string body;
  json::ObjectWriter writer(body);
  writer.String("status", NameOf(sent ? CommandState::kSent : CommandState::kQueued));
  writer.String("command_id", command.id);
  writer.Integer("dispositif", command.device_id);
  writer.String("command", command.name);
  writer.End();
  return Json(200, std::move(body));
}

}  // namespace

http::Response SendCommand(Call& call) {
  const std::optional<std::int64_t> id = call.Id();
  const std::optional<Device> device = id ? FindVisibleDevice(call, *id) : std::nullopt;
  if (!device) return NotFound();
  auto read = ReadValues(call, CommandFields(), {});
  if (auto* refusal = std::get_if<http::Response>(&read)) return std::move(*refusal);
  const Values& values = std::get<Values>(read);
  DeviceCommand command;
  command.id = NewUuid();
  command.device_id = device->id;
  command.mac = device->mac;
  command.user_id = call.identity->user.id;
  command.name = *values.Text("command");
  command.params = values.Text("params").value_or("{}");
  command.created_at = call.app.now();
  command.expires_at =
      command.created_at + values.Integer("expires_in").value_or(kDefaultLifeSeconds) * kMicrosPerSecond;
  if (!CommandStore(call.app.database).Create(command)) {
    FieldErrors errors;
    errors.Add(kNonFieldErrors, std::string(kTooMany));
    return BadFields(errors);
  }
  return ShowSent(command, call.app.send_command && call.app.send_command(command));
}

http::Response ListCommands(Call& call) {
  const std::optional<std::int64_t> id = call.Id();
  if (!id || !FindVisibleDevice(call, *id)) return NotFound();
  CommandStore store(call.app.database);
  return AnswerPage(
      call, [&](PageRequest page) { return store.List(*id, page, call.app.now()); }, AppendCommand);
}

}  // namespace fajma::rest
