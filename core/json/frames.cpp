#include "core/json/frames.h"

#include <array>
#include <charconv>
#include <cmath>
#include <numeric>

#include "core/domain/alert_nature.h"
#include "core/json/alert_json.h"
#include "core/json/writer.h"

namespace fajma {
namespace {

using json::ObjectWriter;

void AppendValue(std::string& out, const MeasureValue& value) {
  if (value.integral) {
    json::AppendJsonInteger(out, static_cast<std::int64_t>(value.value));
  } else {
    json::AppendJsonNumber(out, value.value);
  }
}

void AppendAlert(std::string& out, const Alert& alert) {
  ObjectWriter writer(out);
  writer.Integer("id", alert.id);
  writer.Integer("dispositif", alert.device_id);
  writer.Integer("patient", alert.patient->id);
  writer.String("niveau", NameOf(alert.level));
  writer.String("titre", alert.title);
  writer.String("message", alert.message);
  writer.IntegerOrNull("donnee_declencheur", alert.trigger_reading_id);
  writer.Bool("acquittee", alert.acknowledged);
  writer.IntegerOrNull("acquittee_par", alert.acknowledged_by);
  writer.TimeOrNull("date_acquittement", alert.acknowledged_at);
  writer.Time("date_creation", alert.created_at);
  writer.String("nature", NameOf(NatureOf(alert.condition)));
  writer.End();
}

void AppendChatMembers(ObjectWriter& writer, const ChatMessage& message) {
  writer.Integer("id", message.id);
  writer.String("room_name", message.room);
  writer.Integer("user_id", message.user_id);
  writer.String("username", message.user_name);
  writer.String("message", message.text);
  writer.Time("timestamp", message.sent_at);
  writer.Integer("cursor", message.cursor);
  writer.End();
}

double RoundedToThousandths(double number) { return std::round(number * 1000) / 1000; }

template <std::size_t kCount>
void AppendCounts(std::string& out, const std::array<std::string_view, kCount>& names,
                  const std::array<std::int64_t, kCount>& counts) {
  ObjectWriter writer(out);
  for (std::size_t i = 0; i < kCount; ++i) writer.Integer(names[i], counts[i]);
  writer.End();
}

template <std::size_t kCount>
std::int64_t SumOf(const std::array<std::int64_t, kCount>& counts) {
  return std::accumulate(counts.begin(), counts.end(), std::int64_t{0});
}

constexpr std::string_view kSelfTestStart = R"({"type":"self_test","due_at":)";

// Most messages are about 200 bytes: one allocation.
std::string NewFrame() {
  std::string out;
  out.reserve(256);
  return out;
}

}  // namespace

std::string SensorDataFrame(const StoredMessage& message) {
  std::string out = NewFrame();
  ObjectWriter writer(out);
  writer.Raw("type", "\"sensor_data\"");
  writer.Integer("patient_id", message.patient->id);
  writer.Integer("device_id", message.device.id);
  writer.String("device_mac", message.device.mac.ToColons());
  {
    ObjectWriter data(writer.Key("data"));
    for (const MeasureValue& value : message.values) AppendValue(data.Key(GetMeasure(value.measure).name), value);
    if (!message.measure_name.empty()) AppendValue(data.Key(message.measure_name), message.other_value);
    if (!message.device_timestamp.empty()) data.Raw("timestamp", message.device_timestamp);
    data.End();
  }
  writer.Time("timestamp", message.measured_at);
  if (message.late) writer.Bool("late", true);
  writer.Integer("cursor", message.cursor);
  writer.End();
  return out;
}

std::string AlertFrame(const AlertEvent& event) {
  std::string out = NewFrame();
  ObjectWriter writer(out);
  writer.String("type", kAlertChangeTypes[static_cast<std::size_t>(event.change)]);
  AppendAlert(writer.Key("alert"), event.alert);
  writer.Integer("cursor", event.cursor);
  if (event.alert.late) writer.Bool("late", true);
  if (event.change == AlertChange::kUpdated) {
    json::AppendAlarmMembers(writer, event.alert);
    writer.String("commentaire", event.comment);
    if (!event.what.empty()) writer.String("fait", event.what);
  }
  writer.End();
  return out;
}

std::string DeviceStatusFrame(const DeviceStatusEvent& event) {
  std::string out = NewFrame();
  ObjectWriter writer(out);
  writer.Raw("type", "\"device_status\"");
  writer.Integer("device_id", event.device.id);
  writer.String("device_mac", event.device.mac.ToColons());
  writer.Integer("patient_id", event.patient->id);
  writer.String("status", event.status);
  writer.IntegerOrNull("niveau_batterie", event.battery_percent);
  writer.IntegerOrNull("qualite_signal", event.signal_percent);
  writer.TimeOrNull("derniere_connexion", event.last_seen_at);
  writer.End();
  return out;
}

std::string ConnectionEstablishedFrame(std::int64_t patient_id) {
  std::string out;
  ObjectWriter writer(out);
  writer.Raw("type", "\"connection_established\"");
  writer.Integer("patient_id", patient_id);
  writer.String("message", "Connexion WebSocket établie");
  writer.End();
  return out;
}

std::string ActiveAlertsFrame(std::span<const Alert> alerts) {
  std::string out;
  ObjectWriter writer(out);
  writer.Raw("type", "\"active_alerts\"");
  writer.Integer("count", static_cast<std::int64_t>(alerts.size()));
  std::string& list = writer.Key("alerts");
  list += "[";
  for (const Alert& alert : alerts) {
    if (&alert != alerts.data()) list += ",";
    AppendAlert(list, alert);
  }
  list += "]";
  writer.End();
  return out;
}

std::string CommandFrame(const DeviceCommand& command, Micros now) {
  std::string out;
  ObjectWriter writer(out);
  writer.Raw("type", "\"command\"");
  writer.String("command_id", command.id);
  writer.String("device_mac", command.mac.ToColons());
  writer.String("command", command.name);
  writer.Raw("params", command.params);
  writer.Time("timestamp", now);
  writer.Time("expires_at", command.expires_at);
  writer.End();
  return out;
}

std::string MonitoringStatsFrame(std::string_view room, const MonitoringStats& stats, Micros now) {
  const RoomFigures& figures = stats.room;
  const auto readings = static_cast<std::int64_t>(figures.readings_last_minute);
  std::string out;
  ObjectWriter writer(out);
  writer.Raw("type", "\"monitoring_stats\"");
  writer.String("room_name", room);
  {
    ObjectWriter inner(writer.Key("stats"));
    inner.Integer("dispositifs_total", SumOf(figures.devices_by_status));
    inner.Integer("dispositifs_connectes", figures.devices_by_status[0]);
    AppendCounts(inner.Key("dispositifs_par_status"), kDeviceStatuses, figures.devices_by_status);
    inner.Integer("donnees_derniere_minute", readings);
    inner.Number("donnees_par_seconde", RoundedToThousandths(static_cast<double>(readings) / 60));
    inner.Integer("alertes_actives", SumOf(figures.alerts_by_level));
    AppendCounts(inner.Key("alertes_par_niveau"), kAlertLevelNames, figures.alerts_by_level);
    inner.Integer("sessions_actives", stats.active_sessions);
    inner.Number("temps_reponse_api_ms", RoundedToThousandths(stats.api_response_ms));
    inner.End();
  }
  writer.Time("timestamp", now);
  writer.End();
  return out;
}

std::string ChatMessageFrame(const ChatMessage& message) {
  std::string out = NewFrame();
  ObjectWriter writer(out);
  writer.Raw("type", "\"chat_message\"");
  AppendChatMembers(writer, message);
  return out;
}

std::string ChatHistoryFrame(std::string_view room, std::span<const ChatMessage> messages,
                             std::optional<std::int64_t> before) {
  std::string out = NewFrame();
  ObjectWriter writer(out);
  writer.Raw("type", "\"chat_history\"");
  writer.String("room_name", room);
  if (before) writer.Integer("before", *before);
  std::string& list = writer.Key("messages");
  list += "[";
  for (const ChatMessage& message : messages) {
    if (&message != messages.data()) list += ",";
    ObjectWriter each(list);
    AppendChatMembers(each, message);
  }
  list += "]";
  writer.End();
  return out;
}

std::string ChatTypingFrame(const ChatSignal& signal) {
  std::string out;
  ObjectWriter writer(out);
  writer.Raw("type", "\"typing\"");
  writer.String("room_name", signal.room);
  writer.String("username", signal.user.name);
  writer.End();
  return out;
}

std::string ChatPresenceFrame(std::string_view type, std::string_view room, const ChatUser& user,
                              std::span<const ChatUser> users) {
  std::string out = NewFrame();
  ObjectWriter writer(out);
  writer.String("type", type);
  writer.String("room_name", room);
  writer.Integer("user_id", user.id);
  writer.String("username", user.name);
  std::string& list = writer.Key("users");
  list += "[";
  for (const ChatUser& present : users) {
    if (&present != users.data()) list += ",";
    json::AppendJsonString(list, present.name);
  }
  list += "]";
  writer.End();
  return out;
}

std::string SystemAlertFrame(const SystemAlert& alert) {
  const SystemConditionRow& row = RowOf(alert.condition);
  std::string out = NewFrame();
  ObjectWriter writer(out);
  writer.Raw("type", "\"system_alert\"");
  writer.String("condition", row.name);
  writer.String("etat", alert.present ? "presente" : "absente");
  writer.String("niveau", NameOf(row.level));
  writer.String("message", alert.present ? row.present : row.absent);
  writer.Time("depuis", alert.since);
  writer.End();
  return out;
}

std::string SelfTestFrame(const SelfTestProbe& probe) {
  std::string out(kSelfTestStart);
  json::AppendJsonInteger(out, probe.due_at);
  out.push_back('}');
  return out;
}

std::optional<std::int64_t> ProbeOfFrame(std::string_view frame) {
  if (!frame.starts_with(kSelfTestStart) || !frame.ends_with('}')) return std::nullopt;
  frame.remove_prefix(kSelfTestStart.size());
  frame.remove_suffix(1);
  std::int64_t due_at = 0;
  const auto [end, error] = std::from_chars(frame.data(), frame.data() + frame.size(), due_at);
  const bool whole = error == std::errc() && end == frame.data() + frame.size();
  return whole ? std::optional(due_at) : std::nullopt;
}

std::string PongFrame(Micros now) {
  std::string out;
  ObjectWriter writer(out);
  writer.Raw("type", "\"pong\"");
  writer.Time("timestamp", now);
  writer.End();
  return out;
}

std::string GapFrame(Cursor from, Cursor to) {
  std::string out;
  ObjectWriter writer(out);
  writer.Raw("type", "\"gap\"");
  writer.Integer("from", from);
  writer.Integer("to", to);
  writer.End();
  return out;
}

std::string AckFrame(const Outcome& outcome, std::optional<std::uint64_t> durable, Micros now) {
  std::string out;
  ObjectWriter writer(out);
  writer.Raw("type", "\"ack\"");
  writer.String("device_mac", outcome.mac.ToColons());
  writer.Integer("stored", outcome.stored_readings);
  if (outcome.identity && durable) {
    writer.Integer("boot", outcome.identity->boot);
    writer.Integer("durable", static_cast<std::int64_t>(*durable));
  }
  writer.Time("timestamp", now);
  writer.Integer("now", now / kMicrosPerMilli);
  writer.End();
  return out;
}

std::string ErrorFrame(std::string_view code, std::string_view message) { return ErrorFrame(code, message, {}, {}); }

std::string ErrorFrame(std::string_view code, std::string_view message, std::string_view key, std::string_view value) {
  std::string out;
  ObjectWriter writer(out);
  writer.Raw("type", "\"error\"");
  writer.String("code", code);
  writer.String("message", message);
  if (!key.empty()) writer.Raw(key, value);
  writer.End();
  return out;
}

std::string_view ErrorCodeOf(std::string_view frame) {
  constexpr std::string_view kStart = R"({"type":"error","code":")";
  if (!frame.starts_with(kStart)) return {};
  frame.remove_prefix(kStart.size());
  return frame.substr(0, frame.find('"'));
}

}  // namespace fajma
