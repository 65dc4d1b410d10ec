#include "api/auth/session_end.h"

#include "core/json/document.h"
#include "core/json/writer.h"

namespace fajma::auth {
namespace {

constexpr auto kLastReason = static_cast<std::int64_t>(SessionEndReason::kDeviceRevoked);

std::int64_t IntOf(const json::Value& object, std::string_view name) {
  const auto value = object.Find(name);
  return value && value->IsInt64() ? value->AsInt64() : 0;
}

std::string TextOf(const json::Value& object, std::string_view name) {
  const auto value = object.Find(name);
  return value && value->IsString() ? std::string(value->AsString()) : std::string();
}

}  // namespace

std::string EncodeSessionEnd(const SessionEnd& end) {
  std::string text;
  json::ObjectWriter writer(text);
  writer.Integer("reason", static_cast<std::int64_t>(end.reason));
  writer.Integer("user_id", end.user_id);
  writer.String("login", end.login);
  std::string& rooms = writer.Key("rooms");
  rooms.push_back('[');
  for (std::size_t i = 0; i < end.rooms.size(); ++i) {
    if (i != 0) rooms.push_back(',');
    json::AppendJsonString(rooms, end.rooms[i]);
  }
  rooms.push_back(']');
  writer.Integer("patient_id", end.patient_id);
  writer.Integer("device_id", end.device_id);
  writer.String("token_id", end.token_id);
  writer.End();
  return text;
}

std::optional<SessionEnd> DecodeSessionEnd(std::string_view text) {
  const auto document = json::Document::Parse(text);
  if (!document || !document.value().root().IsObject()) return std::nullopt;
  const json::Value root = document.value().root();
  const auto reason = root.Find("reason");
  if (!reason || !reason->IsInt64() || reason->AsInt64() < 0 || reason->AsInt64() > kLastReason) return std::nullopt;
  SessionEnd end;
  end.reason = static_cast<SessionEndReason>(reason->AsInt64());
  end.user_id = IntOf(root, "user_id");
  end.login = TextOf(root, "login");
  if (const auto rooms = root.Find("rooms")) {
    for (const auto& member : *rooms) {
      if (member.value.IsString()) end.rooms.emplace_back(member.value.AsString());
    }
  }
  end.patient_id = IntOf(root, "patient_id");
  end.device_id = IntOf(root, "device_id");
  end.token_id = TextOf(root, "token_id");
  return end;
}

}  // namespace fajma::auth
