// The watch against an oracle that knows what is so from the facts alone, device by device, and shares no code with it:
// random facts, times, restarts and losses of what was asked for. What the alarms have been told must be what is so.
#include <gtest/gtest.h>

#include <map>
#include <random>
#include <set>
#include <string>

#include "core/alerts/device_watch.h"

namespace fajma {
namespace {

constexpr Micros kSecond = kMicrosPerSecond;
constexpr Micros kBegin = 1'790'000'000'000'000;
constexpr int kPatients = 3;
constexpr int kDevices = 6;

using Alarms = std::map<std::pair<std::int64_t, std::string>, AlertLevel>;  // patient, condition: what is told

// What may be told now, given what was told: absent is "nothing".
class Oracle {
 public:
  Oracle(const std::map<std::int64_t, DeviceFacts>& devices, Micros now, Micros listening_since)
      : devices_(devices), now_(now), listening_since_(listening_since) {}

  void ExpectFits(const Alarms& before, const Alarms& after) const {
    std::set<std::pair<std::int64_t, std::string>> keys;
    for (std::int64_t patient = 0; patient < kPatients; ++patient) {
      keys.insert({patient, "silence"});
      for (std::int64_t device = 0; device < kDevices; ++device) {
        for (const char* of : {"battery:", "signal:", "quarantine:"})
          keys.insert({patient, of + std::to_string(device)});
      }
    }
    for (const auto& [key, level] : after) keys.insert(key);
    for (const auto& key : keys) {
      ASSERT_EQ(Find(after, key),
                key.second == "silence" ? Silence(key.first, Find(before, key)) : OfDevice(key, Find(before, key)))
          << "patient " << key.first << ", " << key.second;
    }
  }

 private:
  static int Find(const Alarms& alarms, const std::pair<std::int64_t, std::string>& key) {
    const auto found = alarms.find(key);
    return found == alarms.end() ? -1 : static_cast<int>(found->second);
  }

  // Each silence that could be, were each unsure device silent or not: kept if told, else the nearest.
  int Silence(std::int64_t patient, int before) const {
    int counted = 0, silent = 0, unsure = 0;
    for (const auto& [id, device] : devices_) {
      if (device.patient->id != patient || device.heard_at == 0 || device.status == "maintenance") continue;
      ++counted;
      const Micros quiet = now_ - std::max(device.heard_at, device.assigned_at);
      if (quiet < device.interval * (device.status == "inactif" ? 1 : 3)) continue;
      now_ - listening_since_ < device.interval ? ++unsure : ++silent;
    }
    std::set<int> possible;
    for (int guess = silent; guess <= silent + unsure; ++guess) {
      possible.insert(guess == 0 ? -1 : guess == counted ? 2 : 1);
    }
    if (possible.contains(before)) return before;
    // Between the least and the most that is possible everything is: two unsure devices may also be one.
    return before < *possible.begin() ? *possible.begin() : before > *possible.rbegin() ? *possible.rbegin() : before;
  }

  int OfDevice(const std::pair<std::int64_t, std::string>& key, int before) const {
    const std::size_t colon = key.second.find(':');
    const auto found = devices_.find(std::stoll(key.second.substr(colon + 1)));
    if (found == devices_.end() || found->second.patient->id != key.first) return -1;
    const DeviceFacts& device = found->second;
    if (device.status == "maintenance") return -1;
    const std::string kind = key.second.substr(0, colon);
    if (kind == "quarantine") {
      return device.quarantined_at != 0 && now_ - device.quarantined_at < 300 * kSecond ? 1 : -1;
    }
    const std::optional<int> percent = kind == "battery" ? device.battery_percent : device.signal_percent;
    if (!percent || *percent >= 20) return -1;
    return *percent < (kind == "battery" ? 15 : 10) ? 1 : before;
  }

  const std::map<std::int64_t, DeviceFacts>& devices_;
  const Micros now_;
  const Micros listening_since_;
};

class Ward {
 public:
  explicit Ward(std::uint64_t seed) : random_(seed) {}

  void Step() {
    now_ += static_cast<Micros>(random_() % 20) * kSecond;
    for (int i = 0; i < 3; ++i) ChangeSomething();
    if (random_() % 15 == 0) Restart();
    const Alarms before = alarms_;
    std::vector<DeviceFacts> all;
    for (const auto& [id, device] : devices_) all.push_back(device);
    std::shuffle(all.begin(), all.end(), random_);
    std::vector<AlertRequest> requests;
    watch_.Judge(all, now_, listening_since_, requests);
    Take(requests);
    Oracle(devices_, now_, listening_since_).ExpectFits(before, alarms_);
  }
  std::size_t told() const { return told_; }

 private:
  std::optional<int> Percent() {
    if (random_() % 8 == 0) return std::nullopt;
    return static_cast<int>(random_() % 30);
  }

  void ChangeSomething() {
    const auto id = static_cast<std::int64_t>(random_() % kDevices);
    const auto found = devices_.find(id);
    if (found == devices_.end() || random_() % 40 == 0) {  // new, or moved
      DeviceFacts& device = devices_[id];
      device.device = {id, Mac::FromBits(static_cast<std::uint64_t>(id))};
      device.patient =
          std::make_shared<PatientRef>(PatientRef{static_cast<std::int64_t>(random_() % kPatients), "", ""});
      device.assigned_at = now_;
      device.status = "actif";
      device.interval = static_cast<Micros>(1 + random_() % 30) * kSecond;
      return;
    }
    constexpr const char* kStatuses[] = {"actif", "actif", "inactif", "maintenance", "erreur"};
    DeviceFacts& device = found->second;
    switch (random_() % 8) {
      case 0:
        device.status = kStatuses[random_() % 5];
        return;
      case 1:
        device.battery_percent = Percent();
        return;
      case 2:
        device.signal_percent = Percent();
        return;
      case 3:
        device.quarantined_at = device.heard_at = now_ - static_cast<Micros>(random_() % 400) * kSecond;
        return;
      case 4:
        if (random_() % 10 == 0) devices_.erase(found);
        return;
      case 5:
        device.interval = static_cast<Micros>(1 + random_() % 30) * kSecond;
        return;
      default:
        device.heard_at = now_;
    }
  }

  // Another process: it knows what is open, and has listened since now.
  void Restart() {
    std::vector<Alert> open;
    for (const auto& [key, level] : alarms_) {
      Alert& alert = open.emplace_back();
      alert.patient = std::make_shared<PatientRef>(PatientRef{key.first, "", ""});
      alert.condition = key.second;
      alert.alarm = {SignalPresence::kAcknowledged, AlertLevel::kEmergency, level, 0, 0};
    }
    watch_ = {};
    watch_.Reload(open);
    listening_since_ = now_;
  }

  void Take(const std::vector<AlertRequest>& requests) {
    for (const AlertRequest& request : requests) {
      ++told_;
      const std::pair key{request.patient->id, request.condition};
      if (request.input.kind == AlarmInputKind::kGone) {
        ASSERT_EQ(alarms_.erase(key), 1U) << "the end of what was not told: " << request.condition;
        continue;
      }
      const auto found = alarms_.find(key);
      ASSERT_TRUE(found == alarms_.end() || found->second != request.input.level) << "told twice";
      const bool rises = found == alarms_.end() || found->second < request.input.level;
      ASSERT_TRUE(!rises || (!request.message.empty() && !request.title.empty() && request.at == now_));
      alarms_[key] = request.input.level;
    }
  }

  std::mt19937_64 random_;
  std::map<std::int64_t, DeviceFacts> devices_;
  DeviceWatch watch_;
  Alarms alarms_;
  Micros now_ = kBegin;
  Micros listening_since_ = kBegin;
  std::size_t told_ = 0;
};

TEST(DeviceWatchModel, TellsWhatIsSoWhateverHappens) {
  std::size_t told = 0;
  for (std::uint64_t seed = 0; seed < 60; ++seed) {
    SCOPED_TRACE(seed);
    Ward ward(seed);
    for (int step = 0; step < 300; ++step) {
      ward.Step();
      if (testing::Test::HasFatalFailure()) return;
    }
    told += ward.told();
  }
  EXPECT_GT(told, 1'000U) << "little happened";
}

}  // namespace
}  // namespace fajma
