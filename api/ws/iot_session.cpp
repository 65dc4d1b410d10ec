#include "api/ws/iot_session.h"

#include <utility>

#include "api/ws/catch_up.h"
#include "core/json/document.h"
#include "core/json/frames.h"
#include "core/json/message_decoder.h"

namespace fajma::ws {
namespace {

// A ping is short: a reading is not parsed twice to find out.
constexpr std::size_t kLongestPing = 64;
constexpr std::string_view kCommandResult = "command_result";

std::optional<std::uint64_t> DurableOf(const Outcome& outcome, const Commit& commit) {
  if (!outcome.identity) return std::nullopt;
  for (const BootSettled& settled : commit.settled) {
    if (settled.mac == outcome.mac && settled.boot == outcome.identity->boot) return settled.durable;
  }
  return std::nullopt;
}

}  // namespace

bool IsPing(std::string_view text) {
  if (text.size() > kLongestPing || text.find("ping") == std::string_view::npos) return false;
  const auto parsed = json::Document::Parse(text);
  if (!parsed || !parsed.value().root().IsObject()) return false;
  const auto type = parsed.value().root().Find("type");
  return type && type->IsString() && type->AsString() == "ping";
}

IotSession::IotSession(const Services& services, SocketContext context)
    : services_(services), context_(std::move(context)) {}

void IotSession::OnOpen(Connection& connection) {
  connection.SendText(ConnectionEstablishedFrame(context_.patient_id));
  Register(services_, connection.id(), context_, "iot", "patient_" + std::to_string(context_.patient_id));
  services_.hub.Listen(connection.id(), *this);
  if (context_.user.device_id != 0) {
    BindDevice(connection.id(), context_.user.device_mac, context_.wants_ack);
    TellDevice(context_.user.device_mac, true);
  }
  if (context_.user.write_only) return;
  FollowOrCatchUp(services_, context_, connection, topic());
}

void IotSession::OnText(Connection& connection, std::string_view text) {
  if (context_.user.user_id != 0) services_.recorder.Touch(connection.id());
  if (IsPing(text)) {
    connection.SendText(PongFrame(SystemNow()));
    return;
  }
  if (text.find(kCommandResult) != std::string_view::npos && TakeCommandResult(connection, text)) return;
  RawMessage message;
  message.kind = RawKind::kSocket;
  message.payload = text;
  Submit(connection, message);
}

void IotSession::Submit(Connection& connection, RawMessage& message) {
  message.origin = {connection.id(), context_.patient_id, context_.user.device_id, 0};
  if (!services_.intake.Submit(message)) return connection.Close(kCloseTryAgainLater, "try again later");
  if (++unsettled_ >= kMaxUnsettled && !paused_) {
    paused_ = true;
    connection.PauseReading();
  }
}

bool IotSession::TakeCommandResult(Connection& connection, std::string_view text) {
  const auto parsed = json::Document::Parse(text);
  if (!parsed || !parsed.value().root().IsObject()) return false;
  const json::Value root = parsed.value().root();
  const auto text_of = [&root](std::string_view name) -> std::string_view {
    const auto value = root.Find(name);
    return value && value->IsString() ? value->AsString() : std::string_view();
  };
  if (text_of("type") != kCommandResult) return false;
  const std::string_view id = text_of("command_id");
  const std::optional<Mac> mac = Mac::ParseColons(text_of("device_mac"));
  if (id.empty() || id.find('\n') != std::string_view::npos || !mac) {
    SendError(services_, context_.route, connection, ErrorFrame("invalid_data", "command_id et device_mac requis."));
    return true;
  }
  const std::string payload = EncodeCommandResult(id, text);
  RawMessage message;
  message.kind = RawKind::kCommandResult;
  message.mac_bits = mac->bits();
  message.payload = payload;
  Submit(connection, message);
  return true;
}

void IotSession::BindDevice(ConnectionId id, Mac mac, bool answers) {
  if (devices_.size() >= kMaxDevices || !devices_.insert(mac).second) return;
  services_.hub.Bind(id, mac, answers);
  if (services_.on_device) services_.on_device(mac);
}

void IotSession::OnBinary(Connection& connection, std::string_view data) { OnText(connection, data); }

void IotSession::OnOutcome(Connection& connection, const Outcome& outcome, const Commit& commit) {
  // An array is no documented message: every message of a socket has one outcome.
  --unsettled_;
  if (paused_ && unsettled_ <= kMaxUnsettled / 2) {
    paused_ = false;
    connection.ResumeReading();
  }
  if (!outcome.error_frame.empty()) {
    SendError(services_, context_.route, connection, outcome.error_frame);
    return;
  }
  const bool settled = outcome.disposition == Disposition::kStored || outcome.disposition == Disposition::kDuplicate;
  if (!settled) return;
  BindDevice(connection.id(), outcome.mac, context_.wants_ack || outcome.identity.has_value());
  const bool was_stored = outcome.disposition == Disposition::kStored;
  if (context_.wants_ack || outcome.identity || (context_.user.write_only && was_stored)) {
    connection.SendText(AckFrame(outcome, DurableOf(outcome, commit), SystemNow()));
  }
}

void IotSession::OnClose(ConnectionId id, std::uint16_t) {
  Unregister(services_, id);
  services_.hub.Leave(id, topic());
  for (const Mac mac : devices_) {
    services_.hub.Unbind(id, mac);
    TellDevice(mac, false);
  }
}

// Through the journal like everything that changes a device, so that it keeps its place among the readings.
void IotSession::TellDevice(Mac mac, bool online) {
  RawMessage message;
  message.kind = RawKind::kStatus;
  message.mac_bits = mac.bits();
  message.payload = online ? R"({"status":"online"})" : R"({"status":"offline"})";
  static_cast<void>(services_.intake.Submit(message));  // a full queue: the device's next message says it
}

}  // namespace fajma::ws
