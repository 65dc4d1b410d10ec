#include "core/json/frames.h"

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
  writer.End();
}

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

}  // namespace fajma
