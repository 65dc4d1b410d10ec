#include "core/json/message_decoder.h"

#include <algorithm>
#include <bit>
#include <cmath>

#include "core/domain/alert_text.h"
#include "core/domain/characters.h"
#include "core/json/message_parser.h"
#include "core/json/writer.h"

namespace fajma {
namespace {

using json_internal::Object;
using json_internal::Value;

DecodedMessage Rejected(std::string_view code, std::string detail) {
  DecodedMessage message;
  message.rejection = Rejection{code, std::move(detail)};
  return message;
}

// The first problem of a message is its reason.
void Reject(DecodedMessage& message, std::string_view code, std::string detail) {
  if (!message.rejection) message.rejection = Rejection{code, std::move(detail)};
}

// A name that stands twice says two things: neither is taken. Empty: none of `names` does.
std::string_view FindRepeated(const Value& object, std::initializer_list<std::string_view> names) {
  for (const std::string_view name : names) {
    std::size_t count = 0;
    for (const auto& member : object.GetObject()) count += json_internal::TextOf(member.name) == name ? 1 : 0;
    if (count > 1) return name;
  }
  return {};
}

bool RejectRepeated(const Value& object, std::initializer_list<std::string_view> names, DecodedMessage& message) {
  const std::string_view name = FindRepeated(object, names);
  if (!name.empty()) Reject(message, rejection::kDuplicateKey, std::string(name) + " stands there twice");
  return !name.empty();
}

std::uint64_t Mix(std::uint64_t hash, std::uint64_t value) {
  hash ^= value + 0x9E3779B97F4A7C15ULL + (hash << 6) + (hash >> 2);
  hash *= 0xBF58476D1CE4E5B9ULL;
  return hash ^ (hash >> 31);
}

void AddValue(DecodedMessage& message, const Measure& measure, const Value& value) {
  const double number = value.GetDouble();
  message.values.Add({measure.id, value.IsInt64() || value.IsUint64(), number});
  message.content_hash = Mix(Mix(message.content_hash, static_cast<std::uint64_t>(measure.id)),
                             std::bit_cast<std::uint64_t>(number + 0.0));
}

bool IsInRange(const Measure& measure, double value) { return value >= measure.min && value <= measure.max; }

// Measures of an object `{"heart_rate":75, …}`: unknown names are ignored, as documented.
void TakeMeasures(const Value& object, DecodedMessage& message) {
  for (const auto& member : object.GetObject()) {
    const Measure* measure = FindMeasure(json_internal::TextOf(member.name));
    if (measure == nullptr) continue;
    if (message.values.Has(measure->id)) {
      Reject(message, rejection::kDuplicateKey, std::string(measure->name) + " stands there twice");
    } else if (!member.value.IsNumber()) {
      Reject(message, rejection::kInvalidData, std::string(measure->name) + " is no number");
    } else if (!IsInRange(*measure, member.value.GetDouble())) {
      Reject(message, rejection::kOutOfRange, std::string(measure->name) + " is out of range");
    } else {
      AddValue(message, *measure, member.value);
    }
  }
  if (message.values.empty()) Reject(message, rejection::kNoMeasure, "no known measure");
}

// Milliseconds since 1970, or since the device's start: no device measured before March 1973.
constexpr double kFirstWallMillis = 1e11;
constexpr double kLastWallMillis = 253402300799999.0;  // the year 9999

DeviceTime TimeFromMillis(const Value& value) {
  DeviceTime time{DeviceTime::Kind::kUnreadable, 0, json_internal::TokenOf(value)};
  const double millis = value.GetDouble();
  if (millis >= 0 && millis <= kLastWallMillis) {
    time.kind = millis < kFirstWallMillis ? DeviceTime::Kind::kUptime : DeviceTime::Kind::kWall;
    time.value = std::llround(millis * 1000.0);
  }
  return time;
}

DeviceTime TimeFromText(std::string_view text) {
  DeviceTime time{DeviceTime::Kind::kUnreadable, 0, {}};
  json::AppendJsonString(time.token, text);
  if (const std::optional<Micros> parsed = ParseIso(text)) {
    time.kind = DeviceTime::Kind::kWall;
    time.value = *parsed;
  }
  return time;
}

// "b" and "s", both or none.
void TakeIdentity(const Value& object, DecodedMessage& message) {
  const Value* boot = json_internal::Find(object, "b");
  const Value* seq = json_internal::Find(object, "s");
  if ((boot == nullptr && seq == nullptr) || RejectRepeated(object, {"b", "s", "f"}, message)) return;
  if (boot == nullptr || seq == nullptr || !boot->IsUint() || !seq->IsUint64() || seq->GetUint64() == 0 ||
      seq->GetUint64() > (1ULL << 53)) {
    Reject(message, rejection::kInvalidData, "b and s are whole numbers, both or none, s from 1");
    return;
  }
  message.identity = BootSeq{boot->GetUint(), seq->GetUint64()};
  const Value* floor = json_internal::Find(object, "f");
  if (floor != nullptr && floor->IsUint64()) message.floor = std::min(floor->GetUint64(), seq->GetUint64());
}

// {"b":12,"s":345,"t":…,"m":{…}}
DecodedMessage DecodeNative(const Value& object) {
  DecodedMessage message;
  RejectRepeated(object, {"t", "u", "m"}, message);
  TakeIdentity(object, message);
  const Value* wall = json_internal::Find(object, "t");
  const Value* uptime = json_internal::Find(object, "u");
  if (wall != nullptr && wall->IsNumber()) {
    message.time = TimeFromMillis(*wall);
    if (message.time.kind == DeviceTime::Kind::kUptime) message.time.kind = DeviceTime::Kind::kWall;  // 1970: says so
  } else if (uptime != nullptr && uptime->IsNumber() && uptime->GetDouble() >= 0 &&
             uptime->GetDouble() < kLastWallMillis) {
    message.time = {DeviceTime::Kind::kUptime, std::llround(uptime->GetDouble() * 1000.0),
                    json_internal::TokenOf(*uptime)};
  } else if (wall != nullptr || uptime != nullptr) {
    Reject(message, rejection::kInvalidData, "t and u are numbers of milliseconds");
  }
  const Value* measures = json_internal::Find(object, "m");
  if (measures->IsObject()) {
    TakeMeasures(*measures, message);
  } else {
    Reject(message, rejection::kInvalidData, "m is an object");
  }
  return message;
}

// {"ts":…,"values":{…}} or {"heart_rate":75}
DecodedMessage DecodePlain(const Value& object) {
  DecodedMessage message;
  RejectRepeated(object, {"ts", "values"}, message);
  const Value* ts = json_internal::Find(object, "ts");
  const Value* values = json_internal::Find(object, "values");
  if (ts != nullptr) {
    if (ts->IsNumber()) {
      message.time = TimeFromMillis(*ts);
    } else {
      Reject(message, rejection::kInvalidData, "ts is a number of milliseconds");
    }
  }
  if (values != nullptr && !values->IsObject()) {
    Reject(message, rejection::kInvalidData, "values is an object");
  } else {
    TakeMeasures(values != nullptr ? *values : object, message);
  }
  return message;
}

// "timestamp" of the documented message: a text of at most 64 characters, or a number.
void TakeDocumentedTime(const Value& data, DecodedMessage& message, std::string& data_errors) {
  const Value* value = json_internal::Find(data, "timestamp");
  if (value == nullptr || value->IsNull()) return;
  RejectRepeated(data, {"timestamp"}, message);
  std::string_view problem;
  if (value->IsNumber()) {
    message.time = TimeFromMillis(*value);
  } else if (!value->IsString()) {
    problem = "Not a valid string.";
  } else if (value->GetStringLength() > 256 || CountCharacters(json_internal::TextOf(*value)) > 64) {
    problem = "Ensure this field has no more than 64 characters.";
  } else if (json_internal::TextOf(*value).find('\0') != std::string_view::npos) {
    problem = "Null characters are not allowed.";
  } else {
    message.time = TimeFromText(json_internal::TextOf(*value));
  }
  if (problem.empty()) return;
  Reject(message, rejection::kInvalidData, "timestamp cannot be kept");
  json_internal::AppendFieldError(data_errors, "timestamp", problem);
}

std::string RangeMessage(const Measure& measure) {
  return "Valeur hors plage (" + ShortNumber(measure.min) + " à " + ShortNumber(measure.max) + " " +
         std::string(measure.unit) + ").";
}

void TakeDocumentedMeasures(const Value& data, DecodedMessage& message, std::string& data_errors) {
  bool any = false;
  for (const auto& member : data.GetObject()) {
    const Measure* measure = FindMeasure(json_internal::TextOf(member.name));
    if (measure == nullptr) continue;
    if (any && message.values.Has(measure->id)) {
      Reject(message, rejection::kDuplicateKey, std::string(measure->name) + " stands there twice");
      json_internal::AppendFieldError(data_errors, measure->name, "Mesure en double.");
      continue;
    }
    any = true;
    if (!member.value.IsNumber()) {
      Reject(message, rejection::kInvalidData, std::string(measure->name) + " is no number");
      json_internal::AppendFieldError(data_errors, measure->name, "A valid number is required.");
    } else if (!IsInRange(*measure, member.value.GetDouble())) {
      Reject(message, rejection::kOutOfRange, std::string(measure->name) + " is out of range");
      json_internal::AppendFieldError(data_errors, measure->name, RangeMessage(*measure));
    } else {
      AddValue(message, *measure, member.value);
    }
  }
  if (!any) {
    Reject(message, rejection::kNoMeasure, "no known measure");
    json_internal::AppendFieldError(data_errors, "non_field_errors", "Aucune mesure reconnue.");
  }
}

void TakeDocumentedMac(const Value& object, DecodedMessage& message, std::string& errors) {
  const Value* mac = json_internal::Find(object, "device_mac");
  std::string_view problem;
  if (mac == nullptr) {
    problem = "This field is required.";
  } else if (mac->IsNull()) {
    problem = "This field may not be null.";
  } else if (!mac->IsString()) {
    problem = "Not a valid string.";
  } else {
    message.named_mac = json_internal::TextOf(*mac);
    message.mac = Mac::ParseColons(message.named_mac);
    if (!message.mac) problem = "Adresse MAC invalide (format attendu AA:BB:CC:DD:EE:FF).";
  }
  if (problem.empty()) return;
  Reject(message, rejection::kInvalidData, "device_mac is no MAC address");
  json_internal::AppendFieldError(errors, "device_mac", problem);
}

// {"type":"sensor_data","device_mac":"AA:…","data":{…}}
DecodedMessage DecodeDocumented(const Value& object) {
  DecodedMessage message;
  const Value* type = json_internal::Find(object, "type");
  if (type == nullptr || !type->IsString() || json_internal::TextOf(*type) != "sensor_data") {
    return Rejected(rejection::kUnknownType, "the type is not sensor_data");
  }
  std::string errors;
  RejectRepeated(object, {"type", "device_mac", "data"}, message);
  TakeDocumentedMac(object, message, errors);
  TakeIdentity(object, message);
  const Value* data = json_internal::Find(object, "data");
  if (data == nullptr || !data->IsObject()) {
    Reject(message, rejection::kInvalidData, "data is no object");
    json_internal::AppendFieldError(errors, "data",
                                    data == nullptr
                                        ? "This field is required."
                                        : (data->IsNull() ? "This field may not be null." : "Expected a dictionary."));
  } else {
    std::string data_errors;
    TakeDocumentedMeasures(*data, message, data_errors);
    TakeDocumentedTime(*data, message, data_errors);
    if (!data_errors.empty()) {
      if (!errors.empty()) errors += ",";
      errors.append("\"data\":{").append(data_errors).append("}");
    }
  }
  if (message.rejection) message.socket_errors = errors.empty() ? "{}" : "{" + errors + "}";
  return message;
}

DecodedMessage DecodeObject(const Value& object) {
  if (json_internal::Find(object, "type") != nullptr || json_internal::Find(object, "device_mac") != nullptr) {
    return DecodeDocumented(object);
  }
  if (json_internal::Find(object, "m") != nullptr) return DecodeNative(object);
  return DecodePlain(object);
}

bool IsSenml(const Value& array) {
  const Value& first = array[0];
  return first.IsObject() &&
         (json_internal::Find(first, "n") != nullptr || json_internal::Find(first, "bn") != nullptr);
}

}  // namespace

MessageDecoder::MessageDecoder() : parser_(std::make_unique<Parser>()) {}
MessageDecoder::~MessageDecoder() = default;

void MessageDecoder::DecodeData(std::string_view payload, Micros received_at, std::vector<DecodedMessage>& out) {
  if (payload.empty()) return out.push_back(Rejected(rejection::kEmpty, "the payload is empty"));
  if (payload.size() > kMaxPayloadBytes) return out.push_back(Rejected(rejection::kTooLarge, "over 64 KiB"));
  const Value* root = parser_->Parse(payload);
  if (root == nullptr) return out.push_back(Rejected(rejection::kInvalidJson, parser_->error()));
  if (root->IsObject()) return out.push_back(DecodeObject(*root));
  const bool senml = root->IsArray() && !root->Empty() && IsSenml(*root);
  const std::size_t most = kMaxMessagesPerPayload * (senml ? kMeasureCount : 1);
  if (!root->IsArray() || root->Empty() || root->Size() > most) {
    return out.push_back(Rejected(rejection::kInvalidMessage, "an object or an array of 1 to 256 is expected"));
  }
  if (senml) return json_internal::DecodeSenml(*root, received_at, out);
  for (const Value& element : root->GetArray()) {
    out.push_back(element.IsObject() ? DecodeObject(element)
                                     : Rejected(rejection::kInvalidMessage, "an element is no object"));
  }
}

DecodedMessage MessageDecoder::DecodeSocket(std::string_view payload) {
  if (payload.size() > kMaxPayloadBytes) return Rejected(rejection::kTooLarge, "over 64 KiB");
  const Value* root = parser_->Parse(payload);
  if (root == nullptr) return Rejected(rejection::kInvalidJson, parser_->error());
  if (!root->IsObject()) return Rejected(rejection::kInvalidMessage, "an object is expected");
  return DecodeDocumented(*root);
}

Result<DecodedStatus> MessageDecoder::DecodeStatus(std::string_view payload) {
  const auto percent = [](const Value* value) -> std::optional<int> {
    if (value == nullptr || !value->IsInt() || value->GetInt() < 0 || value->GetInt() > 100) return std::nullopt;
    return value->GetInt();
  };
  if (payload.empty()) return Rejection{rejection::kEmpty, "the payload is empty"};
  if (payload.size() > kMaxPayloadBytes) return Rejection{rejection::kTooLarge, "over 64 KiB"};
  const Value* root = parser_->Parse(payload);
  if (root == nullptr) return Rejection{rejection::kInvalidJson, parser_->error()};
  if (!root->IsObject()) return Rejection{rejection::kInvalidMessage, "an object is expected"};
  const Value* state = json_internal::Find(*root, "status");
  if (state == nullptr || !state->IsString() ||
      (json_internal::TextOf(*state) != "online" && json_internal::TextOf(*state) != "offline")) {
    return Rejection{rejection::kInvalidData, "status is online or offline"};
  }
  DecodedStatus status;
  status.online = json_internal::TextOf(*state) == "online";
  const Value* firmware = json_internal::Find(*root, "firmware");
  if (firmware != nullptr && firmware->IsString() && firmware->GetStringLength() <= 20 &&
      json_internal::TextOf(*firmware).find('\0') == std::string_view::npos) {
    status.firmware = json_internal::TextOf(*firmware);
  }
  status.battery_percent = percent(json_internal::Find(*root, "battery"));
  status.signal_percent = percent(json_internal::Find(*root, "signal"));
  return status;
}

Result<DecodedRestReading> MessageDecoder::DecodeRest(std::string_view payload) {
  const Value* root = parser_->Parse(payload);
  if (root == nullptr || !root->IsArray() || root->Size() != 6) {
    return Rejection{rejection::kInvalidMessage, "not what EncodeRestReading wrote"};
  }
  const Value& fields = *root;
  DecodedRestReading reading;
  reading.device_id = fields[0].GetInt64();
  reading.type_id = static_cast<std::int16_t>(fields[1].GetInt());
  reading.type_name = json_internal::TextOf(fields[2]);
  reading.value = fields[3].GetDouble();
  reading.quality_percent = fields[4].GetInt();
  reading.metadata = json_internal::TextOf(fields[5]);
  return reading;
}

std::string EncodeRestReading(const DecodedRestReading& reading) {
  std::string out = "[" + std::to_string(reading.device_id) + "," + std::to_string(reading.type_id) + ",";
  json::AppendJsonString(out, reading.type_name);
  out.append(",");
  json::AppendJsonNumber(out, reading.value);
  out.append(",").append(std::to_string(reading.quality_percent)).append(",");
  json::AppendJsonString(out, reading.metadata);
  return out.append("]");
}

}  // namespace fajma
