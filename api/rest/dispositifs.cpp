#include <utility>

#include "api/rest/lists.h"
#include "api/rest/resource_fields.h"
#include "api/rest/resources.h"
#include "core/json/writer.h"

namespace fajma::rest {
namespace {

constexpr std::int64_t kDefaultLatest = 10;

void AppendDevice(std::string& out, const Device& device) {
  json::ObjectWriter writer(out);
  writer.Integer("id", device.id);
  writer.String("adresse_mac", device.mac.ToColons());
  writer.String("nom", device.name);
  writer.String("type_dispositif", device.type);
  writer.StringOrNull("adresse_ip", device.ip_address);
  writer.String("status", device.status);
  writer.TimeOrNull("derniere_connexion", device.last_seen_at);
  writer.StringOrNull("version_firmware", device.firmware);
  writer.IntegerOrNull("niveau_batterie", device.battery_percent);
  writer.IntegerOrNull("qualite_signal", device.signal_percent);
  writer.Time("date_creation", device.created_at);
  writer.Time("date_modification", device.updated_at);
  writer.Integer("patient", device.patient_id);
  writer.IntegerOrNull("intervalle_attendu", device.expected_interval_seconds);
  writer.End();
}

http::Response Show(int status, const Device& device) {
  std::string body;
  AppendDevice(body, device);
  return Json(status, std::move(body));
}

http::Response MacTaken() {
  FieldErrors errors;
  errors.Add("adresse_mac", "This field must be unique.");
  return BadFields(errors);
}

std::optional<int> ToInt(std::optional<std::int64_t> number) {
  return number ? std::optional<int>(static_cast<int>(*number)) : std::nullopt;
}

// `own_id`: the device that is being changed may keep its MAC.
Lookups DeviceLookups(const Call& call, std::int64_t own_id) {
  Lookups lookups;
  lookups.exists = [&call](const Field&, std::int64_t patient_id) {
    return call.identity->Sees(patient_id) && call.app.patients.Exists(patient_id);
  };
  lookups.is_taken = [&call, own_id](const Field&, const std::string& mac) {
    const std::optional<Device> holder = call.app.devices.FindByMac(*Mac::ParseColons(mac));
    return holder && holder->id != own_id;
  };
  return lookups;
}

DevicePatch PatchOf(const Values& values) {
  DevicePatch patch;
  if (const auto mac = values.Text("adresse_mac")) patch.mac = Mac::ParseColons(*mac);
  patch.name = values.Text("nom");
  patch.type = values.Text("type_dispositif");
  if (values.Has("adresse_ip")) patch.ip_address = values.Text("adresse_ip");
  patch.status = values.Text("status");
  if (values.Has("version_firmware")) patch.firmware = values.Text("version_firmware");
  if (values.Has("niveau_batterie")) patch.battery_percent = ToInt(values.Integer("niveau_batterie"));
  if (values.Has("qualite_signal")) patch.signal_percent = ToInt(values.Integer("qualite_signal"));
  patch.patient_id = values.Integer("patient");
  if (values.Has("intervalle_attendu")) patch.expected_interval_seconds = ToInt(values.Integer("intervalle_attendu"));
  return patch;
}

void PublishStatus(const Call& call, const Device& device) {
  if (!call.app.publish_status) return;
  const std::optional<Patient> patient = call.app.patients.Find(device.patient_id);
  if (!patient) return;
  call.app.publish_status({
      .patient = std::make_shared<const PatientRef>(PatientRef{patient->id, patient->identifier, patient->room}),
      .device = {device.id, device.mac},
      .status = device.status,
      .battery_percent = device.battery_percent,
      .signal_percent = device.signal_percent,
      .last_seen_at = device.last_seen_at,
  });
}

http::Response Answer(const Call& call, DeviceResult result, bool publish) {
  if (result.outcome == DeviceOutcome::kMacTaken) return MacTaken();
  if (result.outcome == DeviceOutcome::kUnknown || !result.device) return NotFound();
  if (publish) PublishStatus(call, *result.device);
  return Show(200, *result.device);
}

http::Response Update(Call& call, bool partial) {
  const std::optional<std::int64_t> id = call.Id();
  const std::optional<Device> before = id ? FindVisibleDevice(call, *id) : std::nullopt;
  if (!before) return NotFound();
  auto read = ReadValues(call, DeviceFields(), DeviceLookups(call, *id), partial);
  if (auto* refusal = std::get_if<http::Response>(&read)) return std::move(*refusal);
  DeviceResult result = call.app.devices.Update(*id, PatchOf(std::get<Values>(read)), call.app.now());
  if (result.device && result.device->mac != before->mac) WriteBrokerPasswords(call);
  const bool changed = result.device && (result.device->status != before->status ||
                                         result.device->battery_percent != before->battery_percent ||
                                         result.device->signal_percent != before->signal_percent);
  return Answer(call, std::move(result), changed);
}

}  // namespace

std::optional<Device> FindVisibleDevice(const Call& call, std::int64_t id) {
  std::optional<Device> device = call.app.devices.Find(id);
  if (device && !call.identity->Sees(device->patient_id)) device.reset();
  return device;
}

http::Response ListDevices(Call& call) {
  auto read = ReadFilters(call, DeviceFilters());
  if (auto* refusal = std::get_if<http::Response>(&read)) return std::move(*refusal);
  const Values& values = std::get<Values>(read);
  const DeviceFilter filter{values.Integer("patient"), values.Text("status"), values.Text("type_dispositif"),
                            call.identity->patients};
  return AnswerPage(
      call, [&](PageRequest page) { return call.app.devices.List(filter, page); }, AppendDevice);
}

http::Response CreateDevice(Call& call) {
  auto read = ReadValues(call, DeviceFields(), DeviceLookups(call, 0));
  if (auto* refusal = std::get_if<http::Response>(&read)) return std::move(*refusal);
  const Values& values = std::get<Values>(read);
  Device device;
  device.mac = *Mac::ParseColons(*values.Text("adresse_mac"));
  device.name = *values.Text("nom");
  device.type = *values.Text("type_dispositif");
  device.ip_address = values.Text("adresse_ip");
  device.status = values.Text("status").value_or(device.status);
  device.firmware = values.Text("version_firmware");
  device.battery_percent = ToInt(values.Integer("niveau_batterie"));
  device.signal_percent = ToInt(values.Integer("qualite_signal"));
  device.patient_id = *values.Integer("patient");
  device.expected_interval_seconds = ToInt(values.Integer("intervalle_attendu"));
  const DeviceResult result = call.app.devices.Create(device, call.app.now());
  if (result.outcome != DeviceOutcome::kDone) return MacTaken();
  return Show(201, *result.device);
}

http::Response ShowDevice(Call& call) {
  const std::optional<std::int64_t> id = call.Id();
  const std::optional<Device> device = id ? FindVisibleDevice(call, *id) : std::nullopt;
  return device ? Show(200, *device) : NotFound();
}

http::Response ReplaceDevice(Call& call) { return Update(call, false); }

http::Response ChangeDevice(Call& call) { return Update(call, true); }

http::Response DeleteDevice(Call& call) {
  const std::optional<std::int64_t> id = call.Id();
  if (!id || !FindVisibleDevice(call, *id) || !call.app.devices.Delete(*id, call.app.now())) return NotFound();
  WriteBrokerPasswords(call);
  EndSessions(call, {.reason = auth::SessionEndReason::kDeviceRevoked, .login = {}, .device_id = *id});
  return NoContent();
}

http::Response SetDeviceStatus(Call& call) {
  const std::optional<std::int64_t> id = call.Id();
  if (!id || !FindVisibleDevice(call, *id)) return NotFound();
  auto read = ReadValues(call, DeviceStatusFields(), {});
  if (auto* refusal = std::get_if<http::Response>(&read)) return std::move(*refusal);
  const Values& values = std::get<Values>(read);
  DeviceResult result =
      call.app.devices.SetStatus(*id, *values.Text("status"), ToInt(values.Integer("niveau_batterie")),
                                 ToInt(values.Integer("qualite_signal")), call.app.now());
  return Answer(call, std::move(result), true);
}

http::Response ShowLatestData(Call& call) {
  const std::optional<std::int64_t> id = call.Id();
  const std::optional<Device> device = id ? FindVisibleDevice(call, *id) : std::nullopt;
  if (!device) return NotFound();
  auto read = ReadFilters(call, LatestDataFilters());
  if (auto* refusal = std::get_if<http::Response>(&read)) return std::move(*refusal);
  const std::int64_t limit = std::get<Values>(read).Integer("limit").value_or(kDefaultLatest);
  ReadingFilter shown;
  shown.device_id = *id;
  NoteReadingsRead(call, shown);
  return AnswerArray(call.app.readings.LatestOfDevice(*id, limit, call.identity->patients), AppendReading);
}

}  // namespace fajma::rest
