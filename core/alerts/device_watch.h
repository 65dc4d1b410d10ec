// Whether the devices of the patients work: from what is known of them and the time to what alarms are told. Pure, and
// judged anew each time: what was told is compared with what is so, whoever judged before. docs/alerts.md has the
// table.
#pragma once

#include <compare>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/alerts/alert_request.h"
#include "core/domain/alert.h"
#include "core/domain/device_facts.h"

namespace fajma {

// A condition of a device that has a figure: a warning below one bound, until it is at or above the other. The bounds
// are choices of ours.
struct DeviceCondition {
  std::string_view prefix;                                                 // the device's id follows
  std::optional<double> (*figure)(const DeviceFacts& device, Micros now);  // absent: not known, so the condition is not
  double begins_below;
  double ends_at;
  std::string_view title;
  std::string (*message)(const DeviceFacts& device);
};
std::span<const DeviceCondition> DeviceConditions();

// Nothing came from a device for so many of its intervals: it is silent. One that its broker says is away: after one.
inline constexpr int kSilentIntervals = 3;
inline constexpr AlertLevel kSomeSilent = AlertLevel::kWarning;
inline constexpr AlertLevel kAllSilent = AlertLevel::kCritical;

class DeviceWatch {
 public:
  // Exactly these alerts are open: what they say of devices is what was told.
  void Reload(const std::vector<Alert>& open);
  // As it was stored just now, whoever asked for it.
  void Note(const Alert& alert);

  // `devices`: all that patients have now, each once. `now`: up to when all that came in is known; `listening_since`:
  // since when. Before a device's interval has passed since then, its silence neither begins nor ends anything.
  // Appends to `requests` where what is so is not what was told; conditions of a device that the patient does not have
  // any more end.
  void Judge(std::span<const DeviceFacts> devices, Micros now, Micros listening_since,
             std::vector<AlertRequest>& requests);

 private:
  struct Key {
    std::int64_t patient_id = 0;
    std::string_view condition;  // of kTechnicalConditions
    std::int64_t device_id = 0;  // 0: the patient's
    auto operator<=>(const Key&) const = default;
  };
  struct Told {
    AlertLevel level = AlertLevel::kWarning;
    std::shared_ptr<const PatientRef> patient;
    std::int64_t device_id = 0;  // that the alert names
    bool judged = false;
  };
  struct OfPatient {
    std::vector<const DeviceFacts*> silent;
    std::size_t unsure = 0;
    std::size_t devices = 0;
  };

  void JudgeDevice(const DeviceFacts& device, Micros now, std::vector<AlertRequest>& requests);
  void JudgeSilence(std::int64_t patient_id, OfPatient& devices, Micros now, std::vector<AlertRequest>& requests);
  void EndOthers(Micros now, std::vector<AlertRequest>& requests);

  std::map<Key, Told> told_;
};

}  // namespace fajma
