#include "firmware/core/command.h"

#include <array>

#include "firmware/core/calendar.h"
#include "firmware/core/json_reader.h"

namespace fajma::firmware {
namespace {

struct CommandRow {
  std::string_view name;
  CommandKind kind;
  std::string_view parameter;
  std::uint32_t minimum;
  std::uint32_t maximum;
  std::optional<std::uint32_t> otherwise;  // the value without the parameter; absent: it is required
};

constexpr std::array<CommandRow, 3> kCommands = {{
    {"restart", CommandKind::kRestart, "delay", 0, 3600, 0},
    {"set_interval", CommandKind::kSetInterval, "interval", 1, 3600, std::nullopt},
    {"identify", CommandKind::kIdentify, "duration", 1, 300, 10},
}};

CommandRequest Refuse(std::string_view detail) { return {std::nullopt, {CommandStatus::kRefused, detail}}; }

// The reason why the command must not run any more; empty when it may.
std::string_view FindExpiry(const JsonObject& object, std::optional<std::uint64_t> wall_ms) {
  if (!object.Has("expires_at")) {
    return {};
  }
  const std::optional<std::string_view> text = object.FindString("expires_at");
  const std::optional<std::uint64_t> expires_ms = text ? ParseIso8601(*text) : std::nullopt;
  if (!expires_ms) {
    return "expires_at is not a UTC time";
  }
  if (!wall_ms) {
    return "clock not set";
  }
  return *wall_ms >= *expires_ms ? "expired" : std::string_view();
}

CommandRequest ParseParameter(const CommandRow& row, const JsonObject& object) {
  const std::optional<JsonObject> params = object.FindObject("params");
  if (object.Has("params") && !params) {
    return Refuse("params is not an object");
  }
  if (!params || !params->Has(row.parameter)) {
    return row.otherwise ? CommandRequest{Command{row.kind, *row.otherwise}, {}} : Refuse("parameter missing");
  }
  const std::optional<std::uint64_t> value = params->FindUnsigned(row.parameter);
  if (!value || *value < row.minimum || *value > row.maximum) {
    return Refuse("parameter out of range");
  }
  return {Command{row.kind, static_cast<std::uint32_t>(*value)}, {}};
}

}  // namespace

CommandRequest ParseCommand(std::string_view payload, std::optional<std::uint64_t> wall_ms) {
  const std::optional<JsonObject> object = JsonObject::Parse(payload);
  const std::optional<std::string_view> name = object ? object->FindString("command") : std::nullopt;
  if (!name) {
    return Refuse("malformed");
  }
  const std::string_view expiry = FindExpiry(*object, wall_ms);
  if (!expiry.empty()) {
    return Refuse(expiry);
  }
  for (const CommandRow& row : kCommands) {
    if (row.name == *name) {
      return ParseParameter(row, *object);
    }
  }
  return Refuse("unknown command");
}

std::string_view WriteCommandResult(const CommandResult& result, TextBuffer out) {
  constexpr std::array<std::string_view, 3> kStatus = {"done", "failed", "refused"};
  TextWriter writer(out);
  writer.Put("{\"status\":");
  writer.PutQuoted(kStatus[static_cast<std::size_t>(result.status)]);
  if (!result.detail.empty()) {
    writer.Put(",\"detail\":");
    writer.PutQuoted(result.detail);
  }
  writer.Put("}");
  return writer.text();
}

}  // namespace fajma::firmware
