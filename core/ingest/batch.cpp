#include "core/ingest/batch.h"

#include <algorithm>
#include <cmath>

#include "core/json/frames.h"
#include "core/json/writer.h"

namespace fajma {
namespace {

constexpr std::string_view kActive = "actif";
constexpr std::string_view kInactive = "inactif";

// The documented answers of ws/iot to what it does not take, by the rejection's code. Other codes: invalid_data.
struct SocketError {
  std::string_view rejection;
  std::string_view code;
  std::string_view message;
};
constexpr SocketError kSocketErrors[] = {
    {rejection::kInvalidJson, "invalid_json", "JSON invalide."},
    {rejection::kInvalidMessage, "invalid_message", "Un objet JSON est attendu."},
    {rejection::kUnknownType, "unknown_type", "Type de message inconnu."},
    {rejection::kUnknownDevice, "unknown_device", "Dispositif inconnu."},
    {rejection::kForbiddenDevice, "forbidden_device", "Ce dispositif n'appartient pas à cette connexion."},
    {rejection::kUnknownCommand, "unknown_command", "Commande inconnue."},
    {rejection::kRateLimited, "rate_limited", "Trop de messages, réessayez dans un instant."},
};

// The device that a message is from: the topic's, else the payload's.
std::optional<Mac> SenderOf(const IngestItem& item) {
  if (item.raw.mac_bits != 0 || item.raw.door == Door::kMqtt) return Mac::FromBits(item.raw.mac_bits);
  return item.decoded.mac;
}

std::string SocketErrorFrame(const IngestItem& item, std::string_view code) {
  if (item.raw.origin.id == 0 || item.raw.kind == RawKind::kRest) return {};
  for (const SocketError& error : kSocketErrors) {
    if (error.rejection != code) continue;
    if (code != rejection::kUnknownDevice && code != rejection::kForbiddenDevice) {
      return ErrorFrame(error.code, error.message);
    }
    std::string mac;
    const std::optional<Mac> sender = SenderOf(item);
    json::AppendJsonString(mac, sender ? sender->ToColons() : item.decoded.named_mac);
    return ErrorFrame(error.code, error.message, "device_mac", mac);
  }
  return ErrorFrame("invalid_data", "Données invalides.", "errors",
                    item.decoded.socket_errors.empty() ? "{}" : item.decoded.socket_errors);
}

bool IsForbidden(const IngestItem& item, const DeviceState& device) {
  const Origin& origin = item.raw.origin;
  if (item.decoded.mac && *item.decoded.mac != device.ref.mac) return true;
  if (origin.device_id != 0 && origin.device_id != device.ref.id) return true;
  return origin.patient_id != 0 && origin.patient_id != device.patient->id;
}

// A discharged patient's file takes what was measured before the discharge, and nothing of whoever wears the device
// next.
bool HasPatient(const DeviceState& device, const Verdict& verdict) {
  return device.IsAssigned() || (verdict.late && device.IsAssignedAt(verdict.measured_at));
}

void TakeFigure(std::optional<int> percent, std::optional<int>& figure, DeviceState& device) {
  if (!percent || figure == percent) return;
  figure = percent;
  device.row_changed = true;
}

}  // namespace

Batch::Batch(IngestStore::Transaction& transaction, MessageDecoder& decoder, DeviceLimiter limiter,
             const ProbeLedger* probes, std::size_t max_items)
    : transaction_(transaction), decoder_(decoder), limiter_(limiter), probes_(probes) {
  result_.commit->messages.reserve(max_items);  // the transaction keeps pointers into it
}

void Batch::Take(const IngestItem& item) {
  ++taken_;
  switch (item.raw.kind) {
    case RawKind::kData:
    case RawKind::kSocket:
      return TakeDeviceMessage(item);
    case RawKind::kStatus:
      return TakeStatus(item);
    case RawKind::kRest:
      return TakeRest(item);
    case RawKind::kCommandResult:
      return TakeCommandResult(item);
    case RawKind::kUnroutable:
      break;
  }
  const Rejection unknown{rejection::kUnknownTopic, "no such topic"};
  Settle(item, Disposition::kRefused, Mac::FromBits(item.raw.mac_bits), &unknown);
}

void Batch::Prepare(std::span<const IngestItem> items) {
  std::vector<Mac> macs;
  std::vector<std::pair<Mac, std::int64_t>> boots;
  macs.reserve(items.size());
  for (const IngestItem& item : items) {
    const std::optional<Mac> mac = SenderOf(item);
    if (!mac) continue;
    macs.push_back(*mac);
    if (item.decoded.identity) boots.emplace_back(*mac, item.decoded.identity->boot);
  }
  const auto keep_one_of_each = [](auto& list) {
    std::sort(list.begin(), list.end());
    list.erase(std::unique(list.begin(), list.end()), list.end());
  };
  keep_one_of_each(macs);
  keep_one_of_each(boots);
  transaction_.LoadDevices(macs, boots);
}

void Batch::TakeDeviceMessage(const IngestItem& item) {
  const DecodedMessage& decoded = item.decoded;
  if ((item.raw.flags & kRetained) != 0) {
    const Rejection retained{rejection::kRetained, "a retained message is no live reading"};
    return Settle(item, Disposition::kRefused, Mac::FromBits(item.raw.mac_bits), &retained);
  }
  if (item.raw.door == Door::kMqtt && item.raw.mac_bits == kSelfTestMac.bits()) return TakeProbe(item);
  const std::optional<Mac> mac = SenderOf(item);
  DeviceState* device = mac ? transaction_.FindDevice(*mac) : nullptr;
  if (device == nullptr) {
    const Rejection unknown{rejection::kUnknownDevice, "no such device"};
    const Rejection& reason = decoded.rejection ? *decoded.rejection : unknown;
    return Settle(item, Disposition::kRefused, mac.value_or(Mac()), &reason, SocketErrorFrame(item, reason.code));
  }
  DeviceState* charged = ChargedFor(item, *device);
  if (charged != nullptr && !IsWithinLimit(item, *charged)) return RefuseForNow(item, *charged, device->ref.mac);
  if (decoded.rejection) {
    return Quarantine(item, *device, *decoded.rejection, SocketErrorFrame(item, decoded.rejection->code));
  }
  if (IsForbidden(item, *device)) {
    const Rejection forbidden{rejection::kForbiddenDevice, "the device named is another's"};
    SettleNumber(item, *device);
    return Settle(item, Disposition::kRefused, device->ref.mac, &forbidden, SocketErrorFrame(item, forbidden.code));
  }
  const IsStored is_stored = [&](Micros measured_at, std::int64_t fingerprint) {
    return transaction_.IsStored(*device, measured_at, fingerprint);
  };
  BootState* boot = nullptr;
  if (decoded.identity) {
    boot = &transaction_.GetBoot(*device, decoded.identity->boot);
    if (decoded.floor && boot->ledger.SettleBelow(*decoded.floor)) boot->changed = device->changed = true;
    NoteBoot(*device, boot->number);
  } else if (decoded.time.kind == DeviceTime::Kind::kUptime) {
    boot = transaction_.FindInferredBoot(*device);
    if (boot == nullptr || HasRestarted(decoded, *boot, is_stored)) {
      boot = &transaction_.GetBoot(*device, boot == nullptr ? -1 : boot->number - 1);
    }
  }
  const AskForgotten forgotten_before = [this] { return transaction_.ForgottenBefore(); };
  const Verdict verdict = Judge(decoded, item.raw, *device, boot, is_stored, forgotten_before);
  if (verdict.kind == Verdict::Kind::kDuplicate) {
    return Settle(item, Disposition::kDuplicate, device->ref.mac, nullptr);
  }
  if (verdict.kind == Verdict::Kind::kNoRoom) {
    const Rejection gap{"window", "too many numbers are missing before this one"};
    return Settle(item, Disposition::kRefused, device->ref.mac, &gap, SocketErrorFrame(item, gap.code));
  }
  if (verdict.kind == Verdict::Kind::kTooOld) {
    const Rejection old{rejection::kTooOld, "older than what is kept: it may have been stored before"};
    return Settle(item, Disposition::kRefused, device->ref.mac, &old, SocketErrorFrame(item, old.code));
  }
  Store(item, *device, verdict);
}

// The device whose token opened the socket pays for what it sends, whoever is named in it. What anybody else's socket
// says in the name of a device that it may not speak for is not that device's.
DeviceState* Batch::ChargedFor(const IngestItem& item, DeviceState& device) {
  const std::int64_t socket_of = item.raw.origin.device_id;
  if (socket_of != 0 && socket_of != device.ref.id) return transaction_.FindDeviceById(socket_of);
  return item.raw.kind == RawKind::kSocket && IsForbidden(item, device) ? nullptr : &device;
}

bool Batch::IsWithinLimit(const IngestItem& item, DeviceState& charged) {
  const DeviceRate before = charged.rate;
  const bool is_within = limiter_.Take(charged.rate, item.raw.received_at);
  charged.changed = charged.changed || charged.rate != before;
  return is_within;
}

void Batch::RefuseForNow(const IngestItem& item, DeviceState& charged, Mac mac) {
  const Rejection limit{rejection::kRateLimited, "too many messages; send it again later"};
  const bool tells = MayTell(charged.rate, item.raw.received_at);
  charged.changed = charged.changed || tells;
  if (!charged.changed) ++refused_unseen_;
  if (tells) return Settle(item, Disposition::kRefused, mac, &limit, SocketErrorFrame(item, limit.code));
  // A socket waits for the end of each of its messages, also of one that is not answered.
  if (item.raw.origin.id != 0) return Settle(item, Disposition::kRefused, mac, &limit);
  Count(item, Disposition::kRefused, &limit);
}

void Batch::Store(const IngestItem& item, DeviceState& device, const Verdict& verdict) {
  if (!HasPatient(device, verdict)) {
    const Rejection nobody{rejection::kNoPatient, "the device is with no patient"};
    return Quarantine(item, device, nobody, SocketErrorFrame(item, nobody.code));
  }
  Touch(item, device);
  if (!verdict.late) TakeReport(device.gaps, item.raw.received_at);
  if (SetStatus(device, kActive)) {
    device.row_changed = true;
    if (item.raw.door == Door::kMqtt) result_.commit->returned.push_back(device.ref.mac);
  }
  for (const MeasureValue& value : item.decoded.values) {
    if (GetMeasure(value.measure).kind != MeasureKind::kDeviceFigure || verdict.late) continue;
    std::optional<int>& figure =
        value.measure == MeasureId::kBatteryLevel ? device.battery_percent : device.signal_percent;
    TakeFigure(static_cast<int>(std::lround(value.value)), figure, device);
  }
  StoredMessage& message = result_.commit->messages.emplace_back();
  message.patient = verdict.late ? device.PatientAt(verdict.measured_at) : device.patient;
  message.device = device.ref;
  message.measured_at = verdict.measured_at;
  message.received_at = item.raw.received_at;
  message.time_source = verdict.time_source;
  message.late = verdict.late;
  message.device_timestamp = item.decoded.time.token;
  message.values = item.decoded.values;
  RowExtras extras;
  extras.fingerprint = verdict.fingerprint;
  SettleStored(item, device, transaction_.Add(message, extras));
}

// Decoded as every message; stored beside the readings, not among them. What was not sent by this process is no probe,
// also one of an earlier run.
void Batch::TakeProbe(const IngestItem& item) {
  const DecodedMessage& decoded = item.decoded;
  const bool is_reading = !decoded.rejection && decoded.values.size() == 1;
  if (!is_reading || !decoded.identity || probes_ == nullptr || !probes_->Knows(*decoded.identity)) {
    const Rejection unknown{rejection::kUnknownDevice, "the device of the self-test is nobody's"};
    return Settle(item, Disposition::kRefused, kSelfTestMac, &unknown);
  }
  const auto due_at = static_cast<std::int64_t>(decoded.identity->seq);
  result_.commit->probe = SelfTestProbe{0, due_at, item.raw.received_at, decoded.values[0].value};
  transaction_.SetProbe(*result_.commit->probe);
  ++result_.probes;
  Settle(item, Disposition::kStored, kSelfTestMac, nullptr);
}

void Batch::TakeStatus(const IngestItem& item) {
  const Mac mac = Mac::FromBits(item.raw.mac_bits);
  DeviceState* device = transaction_.FindDevice(mac);
  if (device == nullptr) {
    const Rejection unknown{rejection::kUnknownDevice, "no such device"};
    return Settle(item, Disposition::kRefused, mac, &unknown);
  }
  const Result<DecodedStatus> decoded = decoder_.DecodeStatus(item.raw.payload);
  if (!decoded) return Quarantine(item, *device, decoded.rejection(), {});
  const DecodedStatus& status = decoded.value();
  // A retained one was kept by the broker: nothing came from the device now.
  if (status.online && (item.raw.flags & kRetained) == 0) Touch(item, *device);
  if (status.online && item.raw.door == Door::kMqtt) result_.commit->returned.push_back(mac);
  if (!status.firmware.empty() && status.firmware != device->firmware) {
    device->firmware = status.firmware;
    device->row_changed = true;
  }
  TakeFigure(status.battery_percent, device->battery_percent, *device);
  TakeFigure(status.signal_percent, device->signal_percent, *device);
  if (SetStatus(*device, status.online ? kActive : kInactive)) device->row_changed = true;
  Settle(item, Disposition::kStored, mac, nullptr);
}

void Batch::TakeRest(const IngestItem& item) {
  const Result<DecodedRestReading> decoded = decoder_.DecodeRest(item.raw.payload);
  DeviceState* device = decoded ? transaction_.FindDeviceById(decoded.value().device_id) : nullptr;
  if (device == nullptr) {
    const Rejection unknown{rejection::kUnknownDevice, "no such device"};
    return Settle(item, Disposition::kRefused, Mac(), decoded ? &unknown : &decoded.rejection());
  }
  const DecodedRestReading& reading = decoded.value();
  StoredMessage& message = result_.commit->messages.emplace_back();
  message.patient = device->patient;
  message.device = device->ref;
  message.measured_at = message.received_at = item.raw.received_at;
  const Measure* measure = FindMeasure(reading.type_name);
  if (measure != nullptr && reading.type_id == static_cast<std::int16_t>(measure->id) &&
      measure->kind == MeasureKind::kVitalSign) {
    message.values.Add({measure->id, false, reading.value});
  } else {
    message.measure_name = reading.type_name;
    message.other_value.value = reading.value;
  }
  const RowExtras extras{std::nullopt, reading.type_id, reading.quality_percent, reading.metadata};
  SettleStored(item, *device, transaction_.Add(message, extras));
}

void Batch::TakeCommandResult(const IngestItem& item) {
  const Mac mac = Mac::FromBits(item.raw.mac_bits);
  DeviceState* device = transaction_.FindDevice(mac);
  if (device == nullptr) {
    const Rejection unknown{rejection::kUnknownDevice, "no such device"};
    return Settle(item, Disposition::kRefused, mac, &unknown, SocketErrorFrame(item, unknown.code));
  }
  if (IsForbidden(item, *device)) {
    const Rejection forbidden{rejection::kForbiddenDevice, "the device named is another's"};
    return Settle(item, Disposition::kRefused, mac, &forbidden, SocketErrorFrame(item, forbidden.code));
  }
  const Result<CommandAnswer> answer = decoder_.DecodeCommandResult(item.raw.payload);
  if (!answer) return Quarantine(item, *device, answer.rejection(), SocketErrorFrame(item, answer.rejection().code));
  Touch(item, *device);
  using Taken = IngestStore::Transaction::AnswerTaken;
  const Taken taken = transaction_.AnswerCommand(*device, answer.value(), item.raw.received_at);
  if (taken == Taken::kUnknown) {
    const Rejection unknown{rejection::kUnknownCommand, "the device was given no such command"};
    return Quarantine(item, *device, unknown, SocketErrorFrame(item, unknown.code));
  }
  Settle(item, taken == Taken::kNow ? Disposition::kStored : Disposition::kDuplicate, mac, nullptr);
}

void Batch::Touch(const IngestItem& item, DeviceState& device) {
  // The doors' journals are read in turn: a receipt may be a little older than the last. By more, the clock was set
  // back.
  const Micros received_at = item.raw.received_at;
  if (received_at > device.seen_at || received_at < device.seen_at - kMicrosPerMinute) device.seen_at = received_at;
  device.changed = true;
}

// Only actif and inactif change by themselves; maintenance and erreur are a person's word.
bool Batch::SetStatus(DeviceState& device, std::string_view status) {
  if (device.status == status || (device.status != kActive && device.status != kInactive)) return false;
  device.status = status;
  result_.commit->statuses.push_back(
      {device.patient, device.ref, device.status, device.battery_percent, device.signal_percent, device.seen_at});
  return true;
}

void Batch::Quarantine(const IngestItem& item, DeviceState& device, const Rejection& rejection,
                       std::string error_frame) {
  SettleNumber(item, device);
  if (item.raw.kind != RawKind::kSocket || !IsForbidden(item, device)) {
    device.quarantined_at = std::max(device.quarantined_at, item.raw.received_at);
    device.changed = true;
  }
  transaction_.Quarantine({item.raw.received_at, item.raw.door, device.ref.id, rejection, item.raw.payload});
  Settle(item, Disposition::kQuarantined, device.ref.mac, &rejection, std::move(error_frame));
}

// Refused for good: the device need not send it again. What another's socket says in its name settles nothing of it.
void Batch::SettleNumber(const IngestItem& item, DeviceState& device) {
  if (!item.decoded.identity || (item.raw.kind == RawKind::kSocket && IsForbidden(item, device))) return;
  BootState& boot = transaction_.GetBoot(device, item.decoded.identity->boot);
  boot.changed = boot.ledger.Settle(item.decoded.identity->seq) || boot.changed;
  device.changed = true;
  NoteBoot(device, boot.number);
}

void Batch::NoteBoot(DeviceState& device, std::int64_t boot) {
  if (!boots_.empty() && boots_.back() == std::pair(&device, boot)) return;
  boots_.emplace_back(&device, boot);
}

void Batch::Count(const IngestItem& item, Disposition disposition, const Rejection* rejection) {
  ++result_.settled[static_cast<std::size_t>(item.raw.door)][static_cast<std::size_t>(disposition)];
  if (rejection != nullptr) result_.reasons.push_back(rejection->code);
}

void Batch::Settle(const IngestItem& item, Disposition disposition, Mac mac, const Rejection* rejection,
                   std::string error_frame) {
  Count(item, disposition, rejection);
  // Who waits for an answer: a socket or a request, and the sender of a numbered message that was not accepted.
  const bool asked = item.raw.origin.id != 0;
  if (!asked && !(rejection != nullptr && item.decoded.identity)) return;
  Outcome& outcome = result_.commit->outcomes.emplace_back();
  outcome.door = item.raw.door;
  outcome.kind = item.raw.kind;
  outcome.origin = item.raw.origin;
  outcome.disposition = disposition;
  outcome.mac = mac;
  outcome.identity = item.decoded.identity;
  if (rejection != nullptr) outcome.rejection = *rejection;
  outcome.error_frame = std::move(error_frame);
  outcome.messages_before = result_.commit->messages.size();
}

void Batch::SettleStored(const IngestItem& item, const DeviceState& device, int rows) {
  Settle(item, Disposition::kStored, device.ref.mac, nullptr);
  result_.readings += static_cast<std::uint64_t>(rows);
  if (item.raw.origin.id == 0) return;
  Outcome& outcome = result_.commit->outcomes.back();
  outcome.stored_readings = static_cast<std::uint32_t>(rows);
}

BatchResult Batch::Finish() {
  std::sort(boots_.begin(), boots_.end());
  boots_.erase(std::unique(boots_.begin(), boots_.end()), boots_.end());
  for (const auto& [device, number] : boots_) {
    const BootState& boot = transaction_.GetBoot(*device, number);
    result_.commit->settled.push_back({device->ref.mac, static_cast<std::uint32_t>(number), boot.ledger.durable()});
  }
  result_.leaves_nothing = refused_unseen_ == taken_;
  return std::move(result_);
}

}  // namespace fajma
