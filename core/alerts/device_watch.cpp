#include "core/alerts/device_watch.h"

#include <algorithm>
#include <charconv>

#include "core/domain/alert_nature.h"

namespace fajma {
namespace {

constexpr std::string_view kInactive = "inactif";
constexpr std::string_view kInMaintenance = "maintenance";
constexpr std::string_view kSilenceTitle = "Aucune donnée reçue";
constexpr std::size_t kMaxNamed = 10;  // devices, in one message

std::string Name(const DeviceFacts& device) { return device.name + " (" + device.device.mac.ToColons() + ")"; }

std::string Percent(std::optional<int> percent) { return std::to_string(percent.value_or(0)) + " %"; }

std::optional<double> Battery(const DeviceFacts& device, Micros) { return device.battery_percent; }
std::optional<double> Signal(const DeviceFacts& device, Micros) { return device.signal_percent; }
std::optional<double> SecondsSinceQuarantine(const DeviceFacts& device, Micros now) {
  if (device.quarantined_at == 0) return std::nullopt;
  return static_cast<double>(now - device.quarantined_at) / static_cast<double>(kMicrosPerSecond);
}

std::string BatteryMessage(const DeviceFacts& device) {
  return "Batterie de " + Name(device) + " : " + Percent(device.battery_percent) + ".";
}
std::string SignalMessage(const DeviceFacts& device) {
  return "Qualité du signal de " + Name(device) + " : " + Percent(device.signal_percent) + ".";
}
std::string QuarantineMessage(const DeviceFacts& device) {
  return "Des données de " + Name(device) + " sont inutilisables : elles sont en quarantaine.";
}

constexpr DeviceCondition kConditions[] = {
    {kBatteryCondition, Battery, 15, 20, "Batterie faible", BatteryMessage},
    {kSignalCondition, Signal, 10, 20, "Signal perdu", SignalMessage},
    {kQuarantineCondition, SecondsSinceQuarantine, 300, 300, "Données en quarantaine", QuarantineMessage},
};

// Those that are watched here; of a wrong clock, only that the patient still has the device.
constexpr std::string_view kWatched[] = {kSilenceCondition, kBatteryCondition, kSignalCondition, kQuarantineCondition,
                                         kClockCondition};

std::string CodeOf(std::string_view condition, std::int64_t device_id) {
  std::string code(condition);
  return IsOfDevice(condition) ? code + std::to_string(device_id) : code;
}

enum class Hearing : std::uint8_t { kNotCounted, kSpeaks, kUnsure, kSilent };

Hearing HearingOf(const DeviceFacts& device, Micros now, Micros listening_since) {
  if (device.heard_at == 0 || device.status == kInMaintenance) return Hearing::kNotCounted;
  const Micros patience = device.status == kInactive ? device.interval : kSilentIntervals * device.interval;
  if (now < std::max(device.heard_at, device.assigned_at) + patience) return Hearing::kSpeaks;
  return now < listening_since + device.interval ? Hearing::kUnsure : Hearing::kSilent;
}

std::optional<AlertLevel> LevelFor(std::size_t silent, std::size_t devices) {
  if (silent == 0) return std::nullopt;
  return silent == devices ? kAllSilent : kSomeSilent;
}

std::string SilenceMessage(const std::vector<const DeviceFacts*>& silent) {
  std::string text = "Aucune donnée";
  for (std::size_t i = 0; i < std::min(silent.size(), kMaxNamed); ++i) {
    text += (i == 0 ? " de " : ", de ") + Name(*silent[i]) + " depuis le " + FormatIso(silent[i]->heard_at);
  }
  if (silent.size() > kMaxNamed) text += ", ni de " + std::to_string(silent.size() - kMaxNamed) + " autres";
  return text + ".";
}

AlertRequest Request(std::optional<AlertLevel> level, Micros now) {
  AlertRequest request;
  request.input.kind = level ? AlarmInputKind::kCondition : AlarmInputKind::kGone;
  request.input.level = level.value_or(AlertLevel::kInfo);
  request.at = now;
  return request;
}

}  // namespace

std::span<const DeviceCondition> DeviceConditions() { return kConditions; }

void DeviceWatch::Reload(const std::vector<Alert>& open) {
  told_.clear();
  for (const Alert& alert : open) Note(alert);
}

void DeviceWatch::Note(const Alert& alert) {
  for (const std::string_view watched : kWatched) {
    const std::string_view code = alert.condition;
    if (IsOfDevice(watched) ? !code.starts_with(watched) : code != watched) continue;
    Key key{alert.patient->id, watched, 0};
    if (IsOfDevice(watched)) std::from_chars(code.data() + watched.size(), code.data() + code.size(), key.device_id);
    if (alert.alarm.condition) {
      told_[key] = {*alert.alarm.condition, alert.patient, alert.device_id};
    } else {
      told_.erase(key);
    }
  }
}

void DeviceWatch::Judge(std::span<const DeviceFacts> devices, Micros now, Micros listening_since,
                        std::vector<AlertRequest>& requests) {
  for (auto& [key, told] : told_) told.judged = false;
  std::map<std::int64_t, OfPatient> patients;
  for (const DeviceFacts& device : devices) {
    JudgeDevice(device, now, requests);
    const Hearing hearing = HearingOf(device, now, listening_since);
    if (hearing == Hearing::kNotCounted) continue;
    OfPatient& patient = patients[device.patient->id];
    ++patient.devices;
    if (hearing == Hearing::kUnsure) ++patient.unsure;
    if (hearing == Hearing::kSilent) patient.silent.push_back(&device);
  }
  for (auto& [patient_id, of_patient] : patients) JudgeSilence(patient_id, of_patient, now, requests);
  EndOthers(now, requests);
}

void DeviceWatch::JudgeDevice(const DeviceFacts& device, Micros now, std::vector<AlertRequest>& requests) {
  const std::int64_t patient_id = device.patient->id;
  if (const auto clock = told_.find({patient_id, kClockCondition, device.device.id}); clock != told_.end()) {
    clock->second.judged = true;
  }
  if (device.status == kInMaintenance) return;
  for (const DeviceCondition& condition : kConditions) {
    const std::optional<double> figure = condition.figure(device, now);
    if (!figure || *figure >= std::max(condition.begins_below, condition.ends_at)) continue;
    const Key key{patient_id, condition.prefix, device.device.id};
    if (const auto told = told_.find(key); told != told_.end()) {
      told->second.judged = *figure < condition.ends_at;
      continue;
    }
    if (*figure >= condition.begins_below) continue;
    told_[key] = {AlertLevel::kWarning, device.patient, device.device.id, true};
    AlertRequest& request = requests.emplace_back(Request(AlertLevel::kWarning, now));
    request.patient = device.patient;
    request.device_id = device.device.id;
    request.condition = CodeOf(condition.prefix, device.device.id);
    request.title = condition.title;
    request.message = condition.message(device);
  }
}

// What is not sure may be either: what was told stays as far as it may be so.
void DeviceWatch::JudgeSilence(std::int64_t patient_id, OfPatient& devices, Micros now,
                               std::vector<AlertRequest>& requests) {
  const std::optional<AlertLevel> lowest = LevelFor(devices.silent.size(), devices.devices);
  const std::optional<AlertLevel> highest = LevelFor(devices.silent.size() + devices.unsure, devices.devices);
  const auto told = told_.find({patient_id, kSilenceCondition, 0});
  const auto before = told == told_.end() ? std::nullopt : std::optional(told->second.level);
  const std::optional<AlertLevel> level = std::clamp(before, lowest, highest);
  if (!level) return;  // EndOthers tells it
  if (level == before) {
    told->second.judged = true;
    return;
  }
  AlertRequest& request = requests.emplace_back(Request(level, now));
  request.condition = kSilenceCondition;
  request.title = kSilenceTitle;
  request.patient = told == told_.end() ? nullptr : told->second.patient;
  request.device_id = told == told_.end() ? 0 : told->second.device_id;
  if (!devices.silent.empty()) {
    std::sort(devices.silent.begin(), devices.silent.end(),
              [](const DeviceFacts* a, const DeviceFacts* b) { return a->heard_at < b->heard_at; });
    request.patient = devices.silent.front()->patient;
    request.device_id = devices.silent.front()->device.id;
    request.message = SilenceMessage(devices.silent);
  }
  told_[{patient_id, kSilenceCondition, 0}] = {*level, request.patient, request.device_id, true};
}

void DeviceWatch::EndOthers(Micros now, std::vector<AlertRequest>& requests) {
  for (auto it = told_.begin(); it != told_.end();) {
    const auto& [key, told] = *it;
    if (told.judged) {
      ++it;
      continue;
    }
    AlertRequest& request = requests.emplace_back(Request(std::nullopt, now));
    request.patient = told.patient;
    request.device_id = told.device_id;
    request.condition = CodeOf(key.condition, key.device_id);
    it = told_.erase(it);
  }
}

}  // namespace fajma
