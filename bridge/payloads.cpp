#include "bridge/payloads.h"

#include "core/json/alert_json.h"
#include "core/json/writer.h"

namespace fajma {

using json::ObjectWriter;

std::string ServerStatusPayload(bool online, std::string_view version) {
  std::string out;
  ObjectWriter writer(out);
  writer.String("status", online ? "online" : "offline");
  writer.String("version", version);
  writer.End();
  return out;
}

std::string AckPayload(std::uint32_t boot, std::uint64_t durable, Micros now) {
  std::string out;
  ObjectWriter writer(out);
  writer.Integer("boot", boot);
  writer.Integer("durable", static_cast<std::int64_t>(durable));
  writer.Integer("now", now / kMicrosPerMilli);
  writer.End();
  return out;
}

std::string RejectPayload(BootSeq identity, const Rejection& rejection) {
  std::string out;
  ObjectWriter writer(out);
  writer.Integer("boot", identity.boot);
  writer.Integer("seq", static_cast<std::int64_t>(identity.seq));
  writer.String("code", rejection.code);
  writer.String("detail", rejection.detail);
  writer.End();
  return out;
}

std::string SelfTestPayload(BootSeq number) {
  std::string out;
  ObjectWriter writer(out);
  writer.Integer("b", number.boot);
  writer.Integer("s", static_cast<std::int64_t>(number.seq));
  {
    ObjectWriter measures(writer.Key("m"));
    measures.Integer(GetMeasure(kSelfTestMeasure).name, kSelfTestValue);
    measures.End();
  }
  writer.End();
  return out;
}

std::string ReadingPayload(const MeasureValue& value, Micros measured_at, Micros received_at, Mac device,
                           Cursor cursor) {
  std::string out;
  out.reserve(192);
  ObjectWriter writer(out);
  if (value.integral) {
    writer.Integer("value", static_cast<std::int64_t>(value.value));
  } else {
    writer.Number("value", value.value);
  }
  writer.String("unit", GetMeasure(value.measure).unit);
  writer.Time("measured_at", measured_at);
  writer.Time("received_at", received_at);
  writer.String("device", device.ToTopic());
  writer.Integer("quality", 100);  // as documented: no device sends another one
  writer.Integer("cursor", cursor);
  writer.End();
  return out;
}

std::string CommandPayload(const DeviceCommand& command) {
  std::string out;
  ObjectWriter writer(out);
  writer.String("command", command.name);
  writer.Raw("params", command.params);
  writer.Time("expires_at", command.expires_at);
  writer.End();
  return out;
}

std::string PatientAlertPayload(const Alert& alert) {
  std::string out;
  out.reserve(320);
  ObjectWriter writer(out);
  json::AppendAlertMembers(writer, alert);
  writer.String("etat", alert.resolved_at ? "resolue" : "presente");
  writer.End();
  return out;
}

}  // namespace fajma
