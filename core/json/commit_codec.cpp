#include "core/json/commit_codec.h"

#include <optional>
#include <utility>

#include "core/json/commit_parts.h"

namespace fajma {
namespace {

using namespace commit_parts;

constexpr int kVersion = 1;

// --- writing --------------------------------------------------------------------------------------------------------

void OptionalInt(Writer& to, const std::optional<std::int64_t>& number) { number ? to.Int64(*number) : to.Null(); }

void Write(Writer& to, const PatientRef& patient) {
  to.StartArray();
  to.Int64(patient.id);
  Text(to, patient.identifier);
  Text(to, patient.room);
  to.EndArray();
}

void Write(Writer& to, const DeviceRef& device) {
  to.StartArray();
  to.Int64(device.id);
  to.Uint64(device.mac.bits());
  to.EndArray();
}

void Write(Writer& to, const MeasureValue& value) {
  to.StartArray();
  to.Int(static_cast<int>(value.measure));
  to.Bool(value.integral);
  to.Double(value.value);
  to.EndArray();
}

void Write(Writer& to, const StoredMessage& message) {
  to.StartArray();
  to.Int64(message.cursor);
  to.Int64(message.first_row);
  Write(to, *message.patient);
  Write(to, message.device);
  to.Int64(message.measured_at);
  to.Int64(message.received_at);
  to.Int(static_cast<int>(message.time_source));
  to.Bool(message.late);
  Text(to, message.device_timestamp);
  to.StartArray();
  for (const MeasureValue& value : message.values) Write(to, value);
  to.EndArray();
  Text(to, message.measure_name);
  Write(to, message.other_value);
  to.EndArray();
}

constexpr int kNoLevel = -1;

void Write(Writer& to, const AlertEvent& event) {
  const Alert& alert = event.alert;
  to.StartArray();
  to.Int64(event.cursor);
  to.Int(static_cast<int>(event.change));
  to.Int64(alert.id);
  to.Int64(alert.device_id);
  Write(to, *alert.patient);
  Text(to, alert.condition);
  to.Int(static_cast<int>(alert.level));
  Text(to, alert.title);
  Text(to, alert.message);
  OptionalInt(to, alert.trigger_reading_id);
  to.Bool(alert.acknowledged);
  OptionalInt(to, alert.acknowledged_by);
  OptionalInt(to, alert.acknowledged_at);
  to.Int64(alert.created_at);
  OptionalInt(to, alert.resolved_at);
  to.Int(static_cast<int>(alert.alarm.presence));
  to.Int(alert.alarm.condition ? static_cast<int>(*alert.alarm.condition) : kNoLevel);
  to.Int64(alert.alarm.escalates_at);
  to.Int64(alert.alarm.silent_until);
  to.Bool(alert.late);
  OptionalInt(to, alert.assigned_to);
  Text(to, event.comment);
  Text(to, event.what);
  to.EndArray();
}

void Write(Writer& to, const DeviceStatusEvent& event) {
  to.StartArray();
  Write(to, *event.patient);
  Write(to, event.device);
  Text(to, event.status);
  OptionalInt(to, event.battery_percent);
  OptionalInt(to, event.signal_percent);
  OptionalInt(to, event.last_seen_at);
  to.EndArray();
}

void Write(Writer& to, const Mac& mac) { to.Uint64(mac.bits()); }

void Write(Writer& to, const BootSettled& settled) {
  to.StartArray();
  to.Uint64(settled.mac.bits());
  to.Uint(settled.boot);
  to.Uint64(settled.durable);
  to.EndArray();
}

void Write(Writer& to, const Notice& notice) {
  to.StartArray();
  Text(to, notice.topic);
  Text(to, notice.payload);
  to.EndArray();
}

void Write(Writer& to, const SelfTestProbe& probe) {
  to.StartArray();
  to.Int64(probe.cursor);
  to.Int64(probe.due_at);
  to.Int64(probe.received_at);
  to.Double(probe.value);
  to.EndArray();
}

void WriteOne(Writer& to, const char* name, const std::optional<SelfTestProbe>& probe) {
  if (!probe) return;
  to.Key(name);
  Write(to, *probe);
}

template <typename Item>
void WriteList(Writer& to, const char* name, const std::vector<Item>& items) {
  if (items.empty()) return;
  to.Key(name);
  to.StartArray();
  for (const Item& item : items) Write(to, item);
  to.EndArray();
}

// --- reading --------------------------------------------------------------------------------------------------------

std::shared_ptr<const PatientRef> ReadPatient(Reader& from) {
  Reader reader(from.Next());
  auto patient = std::make_shared<PatientRef>();
  patient->id = reader.Int();
  patient->identifier = reader.Text();
  patient->room = reader.Text();
  from.Require(reader.ok());
  return patient;
}

DeviceRef ReadDevice(Reader& from) {
  Reader reader(from.Next());
  DeviceRef device;
  device.id = reader.Int();
  device.mac = Mac::FromBits(reader.Unsigned());
  from.Require(reader.ok());
  return device;
}

MeasureValue ReadValue(Reader& from, bool of_catalogue) {
  Reader reader(from.Next());
  MeasureValue value;
  const std::int64_t count = static_cast<std::int64_t>(kMeasureCount);
  value.measure = of_catalogue ? reader.Choice<MeasureId>(count, 1) : reader.Choice<MeasureId>(count + 1);
  value.integral = reader.Bool();
  value.value = reader.Number();
  from.Require(reader.ok());
  return value;
}

bool Read(Reader from, StoredMessage& message) {
  message.cursor = from.Int();
  message.first_row = from.Int();
  message.patient = ReadPatient(from);
  message.device = ReadDevice(from);
  message.measured_at = from.Int();
  message.received_at = from.Int();
  message.time_source = from.Choice<TimeSource>(std::ssize(kTimeSourceNames));
  message.late = from.Bool();
  message.device_timestamp = from.Text();
  const Value& values = from.Next();
  if (!values.IsArray() || values.Size() > kMeasureCount) return false;
  Reader each(values);
  for (rapidjson::SizeType i = 0; i < values.Size(); ++i) message.values.Add(ReadValue(each, true));
  message.measure_name = from.Text();
  message.other_value = ReadValue(from, false);
  return from.ok() && each.ok();
}

bool Read(Reader from, AlertEvent& event) {
  Alert& alert = event.alert;
  event.cursor = from.Int();
  event.change = from.Choice<AlertChange>(std::ssize(kAlertChangeTypes));
  alert.id = from.Int();
  alert.device_id = from.Int();
  alert.patient = ReadPatient(from);
  alert.condition = from.Text();
  alert.level = from.Choice<AlertLevel>(std::ssize(kAlertLevelNames));
  alert.title = from.Text();
  alert.message = from.Text();
  alert.trigger_reading_id = from.OptionalInt();
  alert.acknowledged = from.Bool();
  alert.acknowledged_by = from.OptionalInt();
  alert.acknowledged_at = from.OptionalInt();
  alert.created_at = from.Int();
  alert.resolved_at = from.OptionalInt();
  alert.alarm.presence = from.Choice<SignalPresence>(std::ssize(kSignalPresenceNames));
  alert.alarm.level = alert.level;
  const int condition = from.Choice<int>(std::ssize(kAlertLevelNames) + 1, kNoLevel);
  if (condition != kNoLevel) alert.alarm.condition = static_cast<AlertLevel>(condition);
  alert.alarm.escalates_at = from.Int();
  alert.alarm.silent_until = from.Int();
  alert.late = from.Bool();
  alert.assigned_to = from.OptionalInt();
  event.comment = from.Text();
  event.what = from.Text();
  return from.ok();
}

std::optional<int> Narrow(const std::optional<std::int64_t>& number) {
  return number ? std::optional(static_cast<int>(*number)) : std::nullopt;
}

bool Read(Reader from, DeviceStatusEvent& event) {
  event.patient = ReadPatient(from);
  event.device = ReadDevice(from);
  event.status = from.Text();
  event.battery_percent = Narrow(from.OptionalInt());
  event.signal_percent = Narrow(from.OptionalInt());
  event.last_seen_at = from.OptionalInt();
  return from.ok();
}

bool Read(Reader from, BootSettled& settled) {
  settled.mac = Mac::FromBits(from.Unsigned());
  settled.boot = static_cast<std::uint32_t>(from.Unsigned());
  settled.durable = from.Unsigned();
  return from.ok();
}

bool Read(Reader from, Notice& notice) {
  notice.topic = from.Text();
  notice.payload = from.Text();
  return from.ok();
}

bool ReadOne(const Value& root, const char* name, std::optional<SelfTestProbe>& probe) {
  const auto found = root.FindMember(name);
  if (found == root.MemberEnd()) return true;
  Reader from(found->value);
  SelfTestProbe& read = probe.emplace();
  read.cursor = from.Int();
  read.due_at = from.Int();
  read.received_at = from.Int();
  read.value = from.Number();
  return from.ok();
}

bool ReadItem(const Value& value, Mac& mac) {
  if (!value.IsUint64()) return false;
  mac = Mac::FromBits(value.GetUint64());
  return true;
}

template <typename Item>
bool ReadItem(const Value& value, Item& item) {
  return Read(Reader(value), item);
}

template <typename Item>
bool ReadList(const Value& root, const char* name, std::vector<Item>& items) {
  const auto found = root.FindMember(name);
  if (found == root.MemberEnd()) return true;
  if (!found->value.IsArray()) return false;
  items.reserve(found->value.Size());
  for (const Value& value : found->value.GetArray()) {
    if (!ReadItem(value, items.emplace_back())) return false;
  }
  return true;
}

bool ReadCommit(const Value& root, CommitEnvelope& envelope) {
  if (!root.IsObject()) return false;
  const auto version = root.FindMember("v");
  if (version == root.MemberEnd() || !version->value.IsInt() || version->value.GetInt() != kVersion) return false;
  const auto process = root.FindMember("process");
  const auto number = root.FindMember("number");
  if (process == root.MemberEnd() || !process->value.IsUint64()) return false;
  if (number == root.MemberEnd() || !number->value.IsInt64() || number->value.GetInt64() < 0) return false;
  envelope.process = process->value.GetUint64();
  Commit& commit = *envelope.commit;
  commit.number = number->value.GetInt64();
  return ReadList(root, "messages", commit.messages) && ReadList(root, "alerts", commit.alerts) &&
         ReadList(root, "statuses", commit.statuses) && ReadList(root, "returned", commit.returned) &&
         ReadList(root, "settled", commit.settled) && ReadList(root, "notices", commit.notices) &&
         ReadList(root, "chat", commit.chat_messages) && ReadList(root, "typing", commit.chat_signals) &&
         ReadList(root, "presences", commit.presences) && ReadOne(root, "probe", commit.probe) &&
         ReadOne(root, "echo", commit.echo);
}

}  // namespace

std::string EncodeCommit(const Commit& commit, std::uint64_t process) {
  StringStream stream;
  stream.text.reserve(128 + 192 * commit.messages.size());
  Writer to(stream);
  to.StartObject();
  to.Key("v");
  to.Int(kVersion);
  to.Key("process");
  to.Uint64(process);
  to.Key("number");
  to.Int64(commit.number);
  WriteList(to, "messages", commit.messages);
  WriteList(to, "alerts", commit.alerts);
  WriteList(to, "statuses", commit.statuses);
  WriteList(to, "returned", commit.returned);
  WriteList(to, "settled", commit.settled);
  WriteList(to, "notices", commit.notices);
  WriteList(to, "chat", commit.chat_messages);
  WriteList(to, "typing", commit.chat_signals);
  WriteList(to, "presences", commit.presences);
  WriteOne(to, "probe", commit.probe);
  WriteOne(to, "echo", commit.echo);
  to.EndObject();
  return std::move(stream.text);
}

Result<CommitEnvelope> DecodeCommit(std::string_view text) {
  rapidjson::Document document;
  document.Parse<rapidjson::kParseFullPrecisionFlag | rapidjson::kParseIterativeFlag>(text.data(), text.size());
  CommitEnvelope envelope{0, std::make_shared<Commit>()};
  if (document.HasParseError() || !ReadCommit(document, envelope)) {
    return Rejection{"invalid_commit", "not a commit of this version"};
  }
  return envelope;
}

}  // namespace fajma
