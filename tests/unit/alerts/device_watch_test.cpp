#include "core/alerts/device_watch.h"

#include <gtest/gtest.h>

#include <map>

#include "core/domain/alert_nature.h"

namespace fajma {
namespace {

constexpr Micros kSecond = kMicrosPerSecond;
constexpr Micros kNow = 1'790'000'000'000'000;
constexpr Micros kLong = kNow - 1'000'000 * kSecond;

std::shared_ptr<const PatientRef> PatientOf(std::int64_t id) {
  return std::make_shared<PatientRef>(PatientRef{id, "patient" + std::to_string(id), "salle1"});
}

class DeviceWatchTest : public testing::Test {
 protected:
  DeviceWatchTest() { Add(5, 3); }

  DeviceFacts& Add(std::int64_t id, std::int64_t patient) {
    DeviceFacts facts;
    facts.device = {id, Mac::FromBits(static_cast<std::uint64_t>(id))};
    facts.name = "ESP32-" + std::to_string(id);
    facts.patient = PatientOf(patient);
    facts.assigned_at = kLong;
    facts.status = "actif";
    facts.heard_at = kNow;
    facts.interval = 10 * kSecond;
    return devices_[id] = facts;
  }
  std::vector<AlertRequest> Judge(Micros now) {
    std::vector<DeviceFacts> all;
    for (const auto& [id, facts] : devices_) all.push_back(facts);
    std::vector<AlertRequest> requests;
    watch_.Judge(all, now, listening_since_, requests);
    return requests;
  }
  // As another process, or this one after a restart, finds it.
  void Restart(Micros now, const std::vector<std::pair<std::string, AlertLevel>>& open, std::int64_t patient = 3) {
    listening_since_ = now;
    std::vector<Alert> alerts;
    for (const auto& [condition, level] : open) {
      Alert& alert = alerts.emplace_back();
      alert.patient = PatientOf(patient);
      alert.device_id = 5;
      alert.condition = condition;
      alert.alarm = {SignalPresence::kOn, level, level, 0, 0};
    }
    watch_ = {};
    watch_.Reload(alerts);
  }
  static void ExpectOne(const std::vector<AlertRequest>& requests, std::string_view condition,
                        std::optional<AlertLevel> level) {
    ASSERT_EQ(requests.size(), 1U);
    EXPECT_EQ(requests[0].condition, condition);
    EXPECT_EQ(requests[0].input.kind, level ? AlarmInputKind::kCondition : AlarmInputKind::kGone);
    if (level) {
      EXPECT_EQ(requests[0].input.level, *level);
    }
    EXPECT_EQ(NatureOf(requests[0].condition), AlertNature::kTechnical);
  }

  DeviceWatch watch_;
  std::map<std::int64_t, DeviceFacts> devices_;
  Micros listening_since_ = kLong;
};

TEST_F(DeviceWatchTest, TellsOnceThatADeviceIsSilentAfterThreeIntervals) {
  EXPECT_TRUE(Judge(kNow + 30 * kSecond - 1).empty());
  const auto requests = Judge(kNow + 30 * kSecond);
  ExpectOne(requests, "silence", AlertLevel::kCritical);
  EXPECT_EQ(requests[0].at, kNow + 30 * kSecond);
  EXPECT_EQ(requests[0].patient->id, 3);
  EXPECT_EQ(requests[0].device_id, 5);
  EXPECT_EQ(requests[0].title, "Aucune donnée reçue");
  EXPECT_EQ(requests[0].message, "Aucune donnée de ESP32-5 (00:00:00:00:00:05) depuis le " + FormatIso(kNow) + ".");
  EXPECT_TRUE(Judge(kNow + 31 * kSecond).empty());
  EXPECT_TRUE(Judge(kNow + 3'100 * kSecond).empty());
}

TEST_F(DeviceWatchTest, TellsOnceThatItSpeaksAgain) {
  Judge(kNow + 30 * kSecond);
  devices_[5].heard_at = kNow + 40 * kSecond;
  const auto requests = Judge(kNow + 41 * kSecond);
  ExpectOne(requests, "silence", std::nullopt);
  EXPECT_EQ(requests[0].patient->id, 3);
  EXPECT_TRUE(Judge(kNow + 42 * kSecond).empty());
}

TEST_F(DeviceWatchTest, TellsOfAPatientNotOfEachDevice) {
  Add(6, 3);
  devices_[6].heard_at = kNow + 10 * kSecond;
  ExpectOne(Judge(kNow + 30 * kSecond), "silence", AlertLevel::kWarning);
  const auto all = Judge(kNow + 40 * kSecond);
  ExpectOne(all, "silence", AlertLevel::kCritical);
  EXPECT_NE(all[0].message.find("ESP32-5"), std::string::npos);
  EXPECT_NE(all[0].message.find("ESP32-6"), std::string::npos);
  devices_[5].heard_at = kNow + 50 * kSecond;
  ExpectOne(Judge(kNow + 50 * kSecond), "silence", AlertLevel::kWarning);
  devices_[6].heard_at = kNow + 50 * kSecond;
  ExpectOne(Judge(kNow + 51 * kSecond), "silence", std::nullopt);
}

TEST_F(DeviceWatchTest, KeepsPatientsApart) {
  Add(6, 4).heard_at = kNow + 60 * kSecond;
  const auto requests = Judge(kNow + 60 * kSecond);
  ExpectOne(requests, "silence", AlertLevel::kCritical);
  EXPECT_EQ(requests[0].patient->id, 3);
}

TEST_F(DeviceWatchTest, WaitsForOneIntervalWhenTheBrokerSaysThatADeviceIsAway) {
  devices_[5].status = "inactif";
  EXPECT_TRUE(Judge(kNow + 10 * kSecond - 1).empty());
  ExpectOne(Judge(kNow + 10 * kSecond), "silence", AlertLevel::kCritical);
}

TEST_F(DeviceWatchTest, DoesNotCountWhatNeverSpokeOrIsInMaintenance) {
  Add(6, 3).heard_at = 0;
  Add(7, 3).status = "maintenance";
  ExpectOne(Judge(kNow + 30 * kSecond), "silence", AlertLevel::kCritical);
  devices_[5].status = "maintenance";
  ExpectOne(Judge(kNow + 31 * kSecond), "silence", std::nullopt);
}

TEST_F(DeviceWatchTest, GivesADeviceOfANewPatientItsTime) {
  devices_[5].assigned_at = kNow + 100 * kSecond;
  EXPECT_TRUE(Judge(kNow + 129 * kSecond).empty());
  ExpectOne(Judge(kNow + 130 * kSecond), "silence", AlertLevel::kCritical);
}

TEST_F(DeviceWatchTest, GivesADeviceOneIntervalAfterAStart) {
  const Micros start = kNow + 500 * kSecond;
  Restart(start, {});
  EXPECT_TRUE(Judge(start).empty());
  EXPECT_TRUE(Judge(start + 10 * kSecond - 1).empty());
  ExpectOne(Judge(start + 10 * kSecond), "silence", AlertLevel::kCritical);
}

TEST_F(DeviceWatchTest, NeitherEndsNorRepeatsAfterAStartWhatIsStillSo) {
  Judge(kNow + 30 * kSecond);
  const Micros start = kNow + 500 * kSecond;
  Restart(start, {{"silence", AlertLevel::kCritical}});
  EXPECT_TRUE(Judge(start).empty());
  EXPECT_TRUE(Judge(start + 10 * kSecond).empty());
  devices_[5].heard_at = start + 11 * kSecond;
  ExpectOne(Judge(start + 12 * kSecond), "silence", std::nullopt);
}

TEST_F(DeviceWatchTest, TellsAfterAStartWhatHasEndedMeanwhile) {
  Restart(kNow, {{"silence", AlertLevel::kCritical}, {"battery:5", AlertLevel::kWarning}});
  const auto requests = Judge(kNow);
  ASSERT_EQ(requests.size(), 2U);
  EXPECT_EQ(requests[0].input.kind, AlarmInputKind::kGone);
  EXPECT_EQ(requests[1].input.kind, AlarmInputKind::kGone);
}

TEST_F(DeviceWatchTest, EndsWhatWasToldOfADeviceThatThePatientHasNoMore) {
  const std::vector<std::pair<std::string, AlertLevel>> open = {{"silence", AlertLevel::kCritical},
                                                                {"battery:5", AlertLevel::kWarning},
                                                                {"signal:5", AlertLevel::kWarning},
                                                                {"quarantine:5", AlertLevel::kWarning},
                                                                {"clock:5", AlertLevel::kWarning}};
  devices_[5].battery_percent = devices_[5].signal_percent = 1;
  devices_[5].quarantined_at = kNow;
  Restart(kNow - 100 * kSecond, open);
  EXPECT_TRUE(Judge(kNow + 30 * kSecond).empty()) << "all of it is so";
  devices_.clear();
  const auto discharged = Judge(kNow + 31 * kSecond);
  EXPECT_EQ(discharged.size(), open.size());
  for (const AlertRequest& request : discharged) EXPECT_EQ(request.input.kind, AlarmInputKind::kGone);

  Restart(kNow - 100 * kSecond, open);
  Add(5, 4).assigned_at = kNow;  // moved
  const auto moved = Judge(kNow + 1);
  EXPECT_EQ(moved.size(), open.size());
  for (const AlertRequest& request : moved) EXPECT_EQ(request.patient->id, 3);
}

TEST_F(DeviceWatchTest, EndsAWrongClockThatWasToldMeanwhile) {
  Alert clock;
  clock.patient = PatientOf(3);
  clock.device_id = 5;
  clock.condition = "clock:5";
  clock.alarm = {SignalPresence::kOn, AlertLevel::kWarning, AlertLevel::kWarning, 0, 0};
  watch_.Note(clock);
  EXPECT_TRUE(Judge(kNow).empty());
  devices_.clear();
  ExpectOne(Judge(kNow), "clock:5", std::nullopt);
  watch_.Note(clock);
  clock.alarm.condition.reset();
  watch_.Note(clock);
  EXPECT_TRUE(Judge(kNow).empty());
}

TEST_F(DeviceWatchTest, LeavesOtherConditionsAlone) {
  Restart(kNow, {{"heart_rate", AlertLevel::kCritical},
                 {"late:heart_rate", AlertLevel::kCritical},
                 {"", AlertLevel::kCritical},
                 {"clock:5", AlertLevel::kWarning}});
  EXPECT_TRUE(Judge(kNow).empty());
}

TEST_F(DeviceWatchTest, TellsOfABatteryAndASignalWithADeadBand) {
  struct Row {
    std::string condition;
    std::optional<int> DeviceFacts::*figure;
    int outside, begins, between, ends;
  };
  for (const Row& row : {Row{"battery:5", &DeviceFacts::battery_percent, 15, 14, 19, 20},
                         Row{"signal:5", &DeviceFacts::signal_percent, 10, 9, 19, 20}}) {
    auto& figure = devices_[5].*row.figure;
    figure = row.between;
    EXPECT_TRUE(Judge(kNow).empty());
    figure = row.outside;
    EXPECT_TRUE(Judge(kNow).empty());
    figure = row.begins;
    ExpectOne(Judge(kNow), row.condition, AlertLevel::kWarning);
    figure = row.between;
    EXPECT_TRUE(Judge(kNow).empty());
    figure = row.ends;
    ExpectOne(Judge(kNow), row.condition, std::nullopt);
    figure.reset();
    EXPECT_TRUE(Judge(kNow).empty());
  }
}

TEST_F(DeviceWatchTest, TellsOfQuarantineForFiveMinutes) {
  devices_[5].quarantined_at = kNow;
  devices_[5].interval = 3'600 * kSecond;
  const auto requests = Judge(kNow + kSecond);
  ExpectOne(requests, "quarantine:5", AlertLevel::kWarning);
  EXPECT_EQ(requests[0].message,
            "Des données de ESP32-5 (00:00:00:00:00:05) sont inutilisables : elles sont en quarantaine.");
  devices_[5].quarantined_at = kNow + 200 * kSecond;
  EXPECT_TRUE(Judge(kNow + 499 * kSecond).empty());
  ExpectOne(Judge(kNow + 500 * kSecond), "quarantine:5", std::nullopt);
}

TEST_F(DeviceWatchTest, NamesTenDevicesAtMost) {
  for (std::int64_t id = 6; id < 20; ++id) Add(id, 3);
  const auto requests = Judge(kNow + 30 * kSecond);
  ExpectOne(requests, "silence", AlertLevel::kCritical);
  EXPECT_NE(requests[0].message.find("ESP32-14"), std::string::npos);
  EXPECT_EQ(requests[0].message.find("ESP32-15"), std::string::npos);
  EXPECT_TRUE(requests[0].message.ends_with(", ni de 5 autres."));
}

TEST(DeviceConditions, AreTechnicalAndEndNotBelowTheirBegin) {
  for (const DeviceCondition& condition : DeviceConditions()) {
    EXPECT_EQ(NatureOf(std::string(condition.prefix) + "1"), AlertNature::kTechnical);
    EXPECT_LE(condition.begins_below, condition.ends_at);
  }
}

}  // namespace
}  // namespace fajma
