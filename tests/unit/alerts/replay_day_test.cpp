// A day of 100 simulated patients through the engine, the watch over their devices, and the alarms: what is told, how
// often, and that nothing flaps. An oracle of its own says at each moment which measures are outside of their bounds.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "core/alerts/alert_engine.h"
#include "core/alerts/device_watch.h"
#include "firmware/simulation/vital_signs.h"
#include "tests/unit/alerts/alarm_room.h"

namespace fajma::test {
namespace {

constexpr std::int64_t kPatients = 100;
constexpr Micros kSecond = kMicrosPerSecond;
constexpr Micros kHour = 60 * kMicrosPerMinute;
constexpr Micros kMidnight = 1'790'035'200'000'000;
constexpr Micros kDay = 24 * kHour;
constexpr Micros kEvery = 10 * kSecond;
constexpr std::uint64_t kEpisodeEveryMs = 2 * 3'600'000;  // 20 to 90 s of something, twelve times a day
constexpr Micros kSilentFor = 20 * kMicrosPerMinute;
constexpr EscalationDelays kDelays = {{0, 30 * kMicrosPerMinute, 5 * kMicrosPerMinute, 0}};

// Some patients' devices do something of their own.
bool HasSilence(std::int64_t patient) { return patient % 10 == 3; }
bool HasWeakBattery(std::int64_t patient) { return patient % 10 == 6; }
Micros SilenceOf(std::int64_t patient) { return kMidnight + kHour + patient * 11 * kMicrosPerMinute + 3 * kSecond; }
// Somebody comes one to eight minutes after an alert of the patient's state: some escalate before. To those of devices
// nobody comes.
Micros AttentionTo(const ToldAlarm& told) {
  return (60 + (told.patient_id * 7919 + told.step.at / kSecond) % 420) * kSecond;
}

struct PatientsEpisode {
  std::int64_t patient;
  firmware::EpisodeKind kind;
  Micros begin;
  Micros end;
  std::map<std::string, int> begun;  // by condition
};
const char* MeasureOf(firmware::EpisodeKind kind) {
  constexpr const char* kNames[] = {"",        "heart_rate",       "oxygen_saturation", "temperature",
                                    "glucose", "systolic_pressure"};
  return kNames[static_cast<std::size_t>(kind)];
}

// Which level a measure is at by the default thresholds, from its values alone: beyond a bound, and until it is within
// it by the dead band.
class BoundsOracle {
 public:
  int Take(const Measure& measure, double value) {
    const Bounds* bounds[] = {&measure.warning, &measure.critical, &measure.emergency};
    int level = 0;
    for (std::size_t i = 0; i < 3; ++i) {
      const double over =
          std::max(bounds[i]->high ? value - *bounds[i]->high : -1e9, bounds[i]->low ? *bounds[i]->low - value : -1e9);
      if (over > 0) outside_[i] = true;
      if (over <= -measure.dead_band) outside_[i] = false;
      if (outside_[i]) level = static_cast<int>(i) + 1;
    }
    return level;
  }

 private:
  bool outside_[3] = {};
};

class Hospital {
 public:
  Hospital() {
    engine_.Reload(Thresholds(), {});
    for (std::int64_t id = 0; id < kPatients; ++id) {
      firmware::VitalSignsSettings settings;
      settings.seed = static_cast<std::uint64_t>(id) + 1;
      settings.episode_period_ms = kEpisodeEveryMs;
      signs_.emplace_back(settings);
      DeviceFacts& device = devices_.emplace_back();
      device.device = {id, Mac::FromBits(static_cast<std::uint64_t>(id) + 1)};
      device.patient = std::make_shared<PatientRef>(PatientRef{id, "patient" + std::to_string(id), "salle1"});
      device.assigned_at = kMidnight - kDay;
      device.status = "actif";
      device.interval = kEvery;
    }
    oracles_.resize(devices_.size());
  }

  void LiveADay() {
    for (Micros now = kMidnight; now < kMidnight + kDay && !testing::Test::HasFatalFailure(); now += kEvery) {
      for (std::size_t i = 0; i < devices_.size(); ++i) {
        NoteEpisode(i, now);
        if (!IsSilent(static_cast<std::int64_t>(i), now)) Send(i, now);
      }
      engine_.OnTime(now, requests_);
      watch_.Judge(devices_, now, kMidnight - kHour, requests_);
      alarms_.Take(requests_);
      alarms_.PassTo(now);
      Attend(now);
      for (std::size_t i = 0; i < devices_.size(); ++i) CheckMeasures(i);
    }
  }

  // Each begin of a condition with the episode that it lies in.
  void MatchEpisodes() {
    for (const ToldAlarm& told : alarms_.told()) {
      if (!told.Begins() || NatureOf(told.condition) == AlertNature::kTechnical) continue;
      const auto episode = std::find_if(episodes_.begin(), episodes_.end(), [&](const PatientsEpisode& each) {
        return each.patient == told.patient_id && each.begin <= told.step.at && told.step.at <= each.end;
      });
      ASSERT_NE(episode, episodes_.end()) << "patient " << told.patient_id << " was well: " << told.condition;
      ++episode->begun[told.condition];
    }
  }

  static bool IsSilent(std::int64_t patient, Micros now) {
    return HasSilence(patient) && now >= SilenceOf(patient) && now < SilenceOf(patient) + kSilentFor;
  }
  const std::vector<PatientsEpisode>& episodes() const { return episodes_; }
  const AlarmRoom& alarms() const { return alarms_; }
  std::size_t readings() const { return readings_; }

 private:
  void NoteEpisode(std::size_t i, Micros now) {
    const firmware::Episode episode = signs_[i].EpisodeAt(static_cast<std::uint64_t>(now / 1000));
    const auto begin = static_cast<Micros>(episode.begin_ms) * 1000;
    if (episode.kind == firmware::EpisodeKind::kNone) return;
    if (!episodes_.empty() && last_[i] == begin) return;
    last_[i] = begin;
    episodes_.push_back(
        {static_cast<std::int64_t>(i), episode.kind, begin, static_cast<Micros>(episode.end_ms) * 1000, {}});
  }

  void Send(std::size_t i, Micros now) {
    const firmware::Sample sample = signs_[i].At(static_cast<std::uint64_t>(now / 1000));
    DeviceFacts& device = devices_[i];
    StoredMessage message;
    message.first_row = static_cast<std::int64_t>(readings_) + 1;
    message.patient = device.patient;
    message.device = device.device;
    message.measured_at = message.received_at = now;
    message.time_source = TimeSource::kDevice;
    for (std::size_t m = 0; m < firmware::kMeasures.size(); ++m) {
      const auto value = sample.Find(static_cast<firmware::Measure>(m));
      const Measure& measure = *FindMeasure(firmware::kMeasures[m].name);
      if (!value || measure.kind != MeasureKind::kVitalSign) continue;
      message.values.Add({measure.id, false, *value});
      levels_[{device.device.id, std::string(measure.name)}] = oracles_[i][m].Take(measure, *value);
    }
    readings_ += message.values.size();
    engine_.OnMessage(message, requests_);
    device.heard_at = now;
    device.battery_percent = BatteryOf(i, now, sample);
    device.signal_percent = static_cast<int>(*sample.Find(firmware::Measure::kSignalQuality));
  }

  // A weak one falls to 10 % at noon and is charged again, with a noise of 1 %.
  static int BatteryOf(std::size_t i, Micros now, const firmware::Sample& sample) {
    if (!HasWeakBattery(static_cast<std::int64_t>(i))) {
      return static_cast<int>(*sample.Find(firmware::Measure::kBatteryLevel));
    }
    const double hours = static_cast<double>(now - kMidnight) / static_cast<double>(kHour) - 12;
    const int noise = static_cast<int>((now / kEvery * 2'654'435'761) >> 7) % 3 - 1;
    return static_cast<int>(std::lround(23 - 13 * std::exp(-hours * hours / 8))) + noise;
  }

  void Attend(Micros now) {
    for (; attended_ < alarms_.told().size(); ++attended_) {
      const ToldAlarm& told = alarms_.told()[attended_];
      if (NatureOf(told.condition) == AlertNature::kTechnical) continue;
      if (told.Begins()) visits_.insert({told.step.at + AttentionTo(told), {told.patient_id, told.condition}});
    }
    while (!visits_.empty() && visits_.begin()->first <= now) {
      alarms_.Give(visits_.begin()->second, {AlarmInputKind::kAcknowledge}, now);
      acknowledged_[visits_.begin()->second] = levels_[visits_.begin()->second];
      visits_.erase(visits_.begin());
    }
  }

  // No present condition without an alert, and none hidden by what was acknowledged at a lower level.
  void CheckMeasures(std::size_t i) {
    for (const Measure& measure : Measures()) {
      if (measure.kind != MeasureKind::kVitalSign) continue;
      const AlarmRoom::Key key{static_cast<std::int64_t>(i), std::string(measure.name)};
      const Alarm alarm = alarms_.Of(key);
      const int level = levels_[key];
      ASSERT_EQ(alarm.condition ? static_cast<int>(*alarm.condition) : 0, level) << key.second << " of " << i;
      ASSERT_TRUE(level == 0 || (alarm.presence != SignalPresence::kOff && static_cast<int>(alarm.level) >= level));
      if (alarm.presence != SignalPresence::kAcknowledged) continue;
      int& acknowledged = acknowledged_[key];
      ASSERT_LE(level, acknowledged) << "hidden: " << key.second << " of " << i;
      acknowledged = level;
    }
  }

  std::vector<firmware::VitalSigns> signs_;
  std::vector<DeviceFacts> devices_;
  AlertEngine engine_;
  DeviceWatch watch_;
  AlarmRoom alarms_{kDelays};
  std::vector<AlertRequest> requests_;
  std::vector<PatientsEpisode> episodes_;
  std::map<std::size_t, Micros> last_;
  std::vector<std::array<BoundsOracle, firmware::kMeasures.size()>> oracles_;
  std::map<AlarmRoom::Key, int> levels_;        // by the oracle
  std::map<AlarmRoom::Key, int> acknowledged_;  // the level that was, when somebody took notice
  std::multimap<Micros, AlarmRoom::Key> visits_;
  std::size_t attended_ = 0;
  std::size_t readings_ = 0;
};

struct Row {
  int begun = 0;
  int ended_at[4] = {};  // the highest level of each alert
  int escalated = 0;     // by the time
};

void PrintTable(const Hospital& hospital) {
  std::map<std::string, Row> rows;
  std::map<AlarmRoom::Key, AlertLevel> highest;
  const auto close = [&](const AlarmRoom::Key& key) {
    const std::string name = key.second.substr(0, key.second.find(':'));
    ++rows[name].ended_at[static_cast<std::size_t>(highest[key])];
    highest.erase(key);
  };
  for (const ToldAlarm& told : hospital.alarms().told()) {
    const AlarmRoom::Key key{told.patient_id, told.condition};
    Row& row = rows[told.condition.substr(0, told.condition.find(':'))];
    row.begun += told.Begins() ? 1 : 0;
    if (AlarmTransitions()[told.step.row].on == AlarmInputKind::kTime && told.step.news == AlarmNews::kEscalated) {
      ++row.escalated;
    }
    if (told.step.alarm.presence != SignalPresence::kOff) {
      highest[key] = told.step.alarm.level;
    } else if (highest.contains(key)) {
      close(key);
    }
  }
  while (!highest.empty()) close(highest.begin()->first);
  std::printf("%lld patients, 24 h, %zu readings, %zu episodes\n", static_cast<long long>(kPatients),
              hospital.readings(), hospital.episodes().size());
  std::printf("%-20s%8s%18s%9s%9s%10s%19s\n", "condition", "begun", "/ patient, hour", "warning", "critical",
              "emergency", "escalated by time");
  for (const auto& [name, row] : rows) {
    std::printf("%-20s%8d%18.4f%9d%9d%10d%19d\n", name.c_str(), row.begun, row.begun / (24.0 * kPatients),
                row.ended_at[1], row.ended_at[2], row.ended_at[3], row.escalated);
  }
}

class ReplayOfADay : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    hospital_ = std::make_unique<Hospital>();
    hospital_->LiveADay();
    hospital_->MatchEpisodes();
    PrintTable(*hospital_);
  }
  static void TearDownTestSuite() { hospital_.reset(); }

  static std::vector<ToldAlarm> BegunOf(std::int64_t patient, std::string_view condition) {
    std::vector<ToldAlarm> begun;
    for (const ToldAlarm& told : hospital_->alarms().told()) {
      const bool is_it = told.patient_id == patient && told.condition.starts_with(condition);
      if (is_it && told.Begins()) begun.push_back(told);
    }
    return begun;
  }

  static std::unique_ptr<Hospital> hospital_;
};
std::unique_ptr<Hospital> ReplayOfADay::hospital_;

// Its plateau lasts for a half of its 20 s at least, and is beyond the warning's bound by more than the noise.
TEST_F(ReplayOfADay, TellsEachEpisodeOnce) {
  std::size_t seen = 0;
  for (const PatientsEpisode& episode : hospital_->episodes()) {
    bool heard = episode.end < kMidnight + kDay;
    for (Micros at = episode.begin - kHour; at <= episode.end; at += kEvery) {
      heard = heard && !Hospital::IsSilent(episode.patient, at);
    }
    if (!heard) continue;
    ++seen;
    const auto found = episode.begun.find(MeasureOf(episode.kind));
    EXPECT_EQ(found == episode.begun.end() ? 0 : found->second, 1)
        << MeasureOf(episode.kind) << " of patient " << episode.patient << " at " << FormatIso(episode.begin);
    for (const auto& [condition, times] : episode.begun) EXPECT_EQ(times, 1) << condition << " flaps";
  }
  EXPECT_GT(seen, static_cast<std::size_t>(kPatients) * 10);
}

// An episode moves three measures at most, and those may be a NEWS2; two episodes an hour at most.
TEST_F(ReplayOfADay, TellsNobodyOfMoreThanEightAlertsAnHour) {
  std::map<std::pair<std::int64_t, Micros>, int> begun;
  std::size_t all = 0;
  for (const ToldAlarm& told : hospital_->alarms().told()) {
    if (!told.Begins()) continue;
    ++all;
    EXPECT_LE((++begun[{told.patient_id, (told.step.at - kMidnight) / kHour}]), 8);
  }
  EXPECT_LE(all, 3 * hospital_->episodes().size()) << "most episodes move fewer";
}

TEST_F(ReplayOfADay, TellsOfASilentDeviceOnceAndInTime) {
  for (std::int64_t patient = 0; patient < kPatients; ++patient) {
    const std::vector<ToldAlarm> begun = BegunOf(patient, kSilenceCondition);
    ASSERT_EQ(begun.size(), HasSilence(patient) ? 1U : 0U) << patient;
    if (begun.empty()) continue;
    EXPECT_LE(begun[0].step.at - SilenceOf(patient), 3 * kEvery);
    const Alarm alarm = hospital_->alarms().Of({patient, "silence"});
    EXPECT_EQ(alarm.presence, SignalPresence::kLatched) << "nobody came";
    EXPECT_EQ(alarm.level, AlertLevel::kCritical) << "its ceiling";
  }
}

TEST_F(ReplayOfADay, TellsOfAWeakBatteryOnceHoweverItSwings) {
  for (std::int64_t patient = 0; patient < kPatients; ++patient) {
    const std::vector<ToldAlarm> begun = BegunOf(patient, kBatteryCondition);
    EXPECT_EQ(begun.size(), HasWeakBattery(patient) ? 1U : 0U) << patient;
  }
  for (const ToldAlarm& told : hospital_->alarms().told()) {
    if (!told.condition.starts_with(kBatteryCondition)) continue;
    EXPECT_LE(told.step.alarm.level, AlertLevel::kWarning) << "its ceiling";
  }
}

}  // namespace
}  // namespace fajma::test
