// The alarms of devices: from what they send, and from what they do not.
#include <functional>

#include "core/store/device_facts_store.h"
#include "tests/contract/ingest/ingest_contract.h"

namespace fajma::test {
namespace {

constexpr Micros kSecond = kMicrosPerSecond;

class AlarmsOfDevices : public IngestContract {
 protected:
  AlarmsOfDevices() { limits_.escalation = {}; }

  void SetInterval(std::int64_t device, std::optional<int> seconds) {
    DevicePatch patch;
    patch.expected_interval_seconds = seconds;
    Change(device, patch);
  }
  void Change(std::int64_t device, const DevicePatch& patch) {
    Database database(DatabaseOptions{url_, 1, 1});
    ASSERT_EQ(DeviceStore(run_ ? run_->database : database).Update(device, patch, SystemNow()).outcome,
              DeviceOutcome::kDone);
  }
  std::vector<AlertEvent> Told(std::string_view condition) const {
    std::vector<AlertEvent> told;
    for (const AlertEvent& event : collected_.alerts()) {
      if (event.alert.condition == condition) told.push_back(event);
    }
    return told;
  }
  // The changes so far, oldest first.
  std::vector<AlertChange> Changes(std::string_view condition) const {
    std::vector<AlertChange> changes;
    for (const AlertEvent& event : Told(condition)) changes.push_back(event.change);
    return changes;
  }
  ::testing::AssertionResult Comes(std::string_view condition, const std::vector<AlertChange>& changes) {
    if (testing::Eventually([&] { return Changes(condition) == changes; })) return ::testing::AssertionSuccess();
    return ::testing::AssertionFailure() << condition << ": " << Changes(condition).size() << " changes";
  }
  DeviceFacts Facts(std::int64_t device) {
    for (DeviceFacts& facts : DeviceFactsStore(run_->database).OfAssigned()) {
      if (facts.device.id == device) return std::move(facts);
    }
    return {};
  }
  // The devices have been judged at least once as of a moment after this call.
  void AwaitJudgement() {
    const std::string condition = "battery:" + std::to_string(other_device_);
    DevicePatch patch;
    low_ = !low_;
    patch.battery_percent = low_ ? 5 : 50;
    const std::size_t before = Told(condition).size();
    Change(other_device_, patch);
    ASSERT_TRUE(testing::Eventually([&] { return Told(condition).size() > before; }));
  }

  bool low_ = false;
  const std::string battery_ = "battery:" + std::to_string(device_);
  const std::string quarantine_ = "quarantine:" + std::to_string(device_);
};

using enum AlertChange;

TEST_F(AlarmsOfDevices, ASilentDeviceIsToldOnceAndEndsWhenItSpeaks) {
  SetInterval(device_, 1);
  Start();
  const Micros sent = SystemNow();
  Give(R"({"heart_rate":75})");
  ASSERT_TRUE(Comes("silence", {kRaised}));
  const AlertEvent raised = Told("silence").at(0);
  EXPECT_GE(raised.alert.created_at, sent + 3 * kSecond);
  EXPECT_LE(raised.alert.created_at, sent + (3 + 5) * kSecond);
  EXPECT_EQ(raised.alert.level, AlertLevel::kCritical) << "all the patient's devices";
  EXPECT_EQ(raised.alert.patient->id, patient_);
  EXPECT_EQ(raised.alert.device_id, device_);
  AwaitJudgement();
  AwaitJudgement();
  EXPECT_EQ(Changes("silence").size(), 1U);
  Give(R"({"heart_rate":75})");
  EXPECT_TRUE(Comes("silence", {kRaised, kResolved}));
  EXPECT_GE(Count("fajma_alerte_audit", "alerte_id = " + std::to_string(raised.alert.id)), 2);
  ExpectDense();
}

TEST_F(AlarmsOfDevices, ARestartNeitherRepeatsNorEndsASilence) {
  SetInterval(device_, 1);
  Start();
  Give(R"({"heart_rate":75})");
  ASSERT_TRUE(Comes("silence", {kRaised}));
  for (int i = 0; i < 2; ++i) {
    Restart();
    AwaitJudgement();
    AwaitJudgement();
    AwaitJudgement();
  }
  EXPECT_EQ(Changes("silence").size(), 1U);
  Stop();
  Start();
  Give(R"({"heart_rate":75})");
  EXPECT_TRUE(Comes("silence", {kRaised, kResolved}));
}

TEST_F(AlarmsOfDevices, ASilenceThatBeganWhileTheProcessWasAwayIsTold) {
  SetInterval(device_, 2);
  Start();
  Give(R"({"heart_rate":75})");
  Stop();
  const Micros back = SystemNow();
  Start();
  ASSERT_TRUE(Comes("silence", {kRaised}));
  EXPECT_GE(Told("silence").at(0).alert.created_at, back + 2 * kSecond);
}

TEST_F(AlarmsOfDevices, TwoSilentDevicesOfAPatientAreOneAlert) {
  SetInterval(device_, 1);
  SetInterval(other_device_, 4);
  DevicePatch patch;
  patch.patient_id = patient_;
  Change(other_device_, patch);
  Start();
  Give(R"({"heart_rate":75})");
  Give(R"({"heart_rate":75})", kOtherMac);
  ASSERT_TRUE(Comes("silence", {kRaised, kEscalated}));
  const std::vector<AlertEvent> told = Told("silence");
  EXPECT_EQ(told[0].alert.level, AlertLevel::kWarning);
  EXPECT_EQ(told[1].alert.level, AlertLevel::kCritical);
  EXPECT_EQ(told[0].alert.id, told[1].alert.id);
  EXPECT_NE(told[1].alert.message.find(Mac::FromBits(kOtherMac).ToColons()), std::string::npos);
}

TEST_F(AlarmsOfDevices, ADeviceThatIsSaidToBeAwayIsSilentAfterOneInterval) {
  SetInterval(device_, 3);
  Start();
  const Micros sent = SystemNow();
  Give(R"({"heart_rate":75})");
  SendKind(RawKind::kStatus, R"({"status":"offline"})");
  ASSERT_TRUE(Comes("silence", {kRaised}));
  EXPECT_LT(Told("silence").at(0).alert.created_at, sent + 9 * kSecond);
  EXPECT_GE(Told("silence").at(0).alert.created_at, sent + 3 * kSecond);
}

TEST_F(AlarmsOfDevices, WhatTheBrokerKeptOfADeviceIsNoWordFromIt) {
  Start();
  Give(R"({"heart_rate":75})");
  const Micros heard = Facts(device_).heard_at;
  SendKind(RawKind::kStatus, R"({"status":"online"})", kMac, kRetained);
  Drain();
  EXPECT_EQ(Facts(device_).heard_at, heard);
  SendKind(RawKind::kStatus, R"({"status":"online"})");
  Drain();
  EXPECT_GT(Facts(device_).heard_at, heard);
}

TEST_F(AlarmsOfDevices, ALateBacklogIsAWordFromIt) {
  SetInterval(device_, 1);
  Start();
  Give(Native(7, 1));
  ASSERT_TRUE(Comes("silence", {kRaised}));
  const std::string old = std::to_string((SystemNow() - 600 * kSecond) / kMicrosPerMilli);
  const std::string now = std::to_string(SystemNow() / kMicrosPerMilli);
  Give(R"({"b":7,"s":2,"t":)" + now + R"(,"m":{"heart_rate":75}})");  // its clock is right
  ASSERT_TRUE(Comes("silence", {kRaised, kResolved}));
  ASSERT_TRUE(Comes("silence", {kRaised, kResolved, kRaised}));
  const std::string live = Sql("SELECT CAST(direct_le AS VARCHAR(20)) FROM fajma_etat_dispositif");
  Give(R"({"b":7,"s":3,"t":)" + old + R"(,"m":{"heart_rate":75}})");
  EXPECT_EQ(Count("fajma_donneescapteursiot", "tardive = 1"), 1);
  EXPECT_TRUE(Comes("silence", {kRaised, kResolved, kRaised, kResolved}));
  EXPECT_EQ(Sql("SELECT CAST(direct_le AS VARCHAR(20)) FROM fajma_etat_dispositif"), live)
      << "it says nothing of how often the device reports";
}

// As after an outage of the database: what came in a minute ago is stored now, and what came in since then later.
TEST_F(AlarmsOfDevices, ABacklogOfTheServerItselfIsNoSilence) {
  SetInterval(device_, 1);
  Start();
  for (int i = 0; i < 3; ++i) AwaitJudgement();  // more than an interval after the start
  ASSERT_TRUE(SendAt(SystemNow() - 60 * kSecond, R"({"heart_rate":75})"));
  Drain();
  AwaitJudgement();
  Give(R"({"heart_rate":75})");
  AwaitJudgement();
  EXPECT_TRUE(Changes("silence").empty());
  EXPECT_TRUE(Comes("silence", {kRaised})) << "of what comes next";
}

TEST_F(AlarmsOfDevices, AClockThatWasSetBackHidesNoSilence) {
  SetInterval(device_, 1);
  SetInterval(other_device_, 1);
  Start();
  const Micros ahead = SystemNow() + 3'600 * kSecond;  // what the clock said before
  ASSERT_TRUE(SendAt(ahead, R"({"heart_rate":75})"));
  ASSERT_TRUE(SendAt(ahead, R"({"heart_rate":75})", kOtherMac));
  Give(R"({"heart_rate":75})");
  ASSERT_TRUE(Comes("silence", {kRaised, kRaised})) << "of the one that spoke since, and of the other";
  Give(R"({"heart_rate":75})");
  EXPECT_TRUE(Comes("silence", {kRaised, kRaised, kResolved}));
}

TEST_F(AlarmsOfDevices, ABatteryIsToldFromItsStatus) {
  Start();
  SendKind(RawKind::kStatus, R"({"status":"online","battery":14})");
  ASSERT_TRUE(Comes(battery_, {kRaised}));
  EXPECT_EQ(Told(battery_).at(0).alert.level, AlertLevel::kWarning);
  SendKind(RawKind::kStatus, R"({"status":"online","battery":19})");
  Drain();
  AwaitJudgement();
  EXPECT_EQ(Changes(battery_).size(), 1U);
  SendKind(RawKind::kStatus, R"({"status":"online","battery":20})");
  EXPECT_TRUE(Comes(battery_, {kRaised, kResolved}));
}

TEST_F(AlarmsOfDevices, QuarantineIsTold) {
  Start();
  Give(R"({"heart_rate":301})");
  ASSERT_TRUE(Comes(quarantine_, {kRaised}));
  EXPECT_EQ(Told(quarantine_).at(0).alert.message.find("301"), std::string::npos) << "no value of a patient";
}

TEST_F(AlarmsOfDevices, WhatAnothersSocketSaysInItsNameIsNotItsQuarantine) {
  Start();
  ASSERT_TRUE(SendSocket(Documented(R"({"heart_rate":301})"), other_patient_));
  ASSERT_TRUE(SendSocket(Documented(R"({"heart_rate":301})"), other_patient_, other_device_));
  Drain();
  EXPECT_EQ(Facts(device_).quarantined_at, 0);
  ASSERT_TRUE(SendSocket(Documented(R"({"heart_rate":301})"), patient_));
  Drain();
  EXPECT_NE(Facts(device_).quarantined_at, 0);
}

TEST_F(AlarmsOfDevices, EndWithWhatTiesTheDeviceToThePatient) {
  const auto delete_device = [this] { DeviceStore(run_->database).Delete(device_, SystemNow()); };
  const auto discharge = [this] { PatientStore(run_->database).Delete(patient_, SystemNow()); };
  const auto move = [this] {
    DevicePatch patch;
    patch.patient_id = other_patient_;
    Change(device_, patch);
  };
  for (const std::function<void()>& end : std::vector<std::function<void()>>{delete_device, discharge, move}) {
    SetInterval(device_, 1);
    Start();
    Give(Documented(R"({"heart_rate":75,"battery_level":5,"timestamp":"2019-01-01T00:00:00Z"})"));
    const std::string clock = "clock:" + std::to_string(device_);
    ASSERT_TRUE(Comes("silence", {kRaised}));
    ASSERT_TRUE(Comes("battery:" + std::to_string(device_), {kRaised}));
    ASSERT_TRUE(Comes(clock, {kRaised}));
    end();
    ASSERT_TRUE(Comes("silence", {kRaised, kResolved}));
    ASSERT_TRUE(testing::Eventually([&] { return Changes("battery:" + std::to_string(device_)).size() >= 2; }));
    ASSERT_TRUE(Comes(clock, {kRaised, kResolved}));
    Stop();
    url_ = NewMigratedDatabase();
    collected_.Clear();
    patient_ = AddPatient("patient1");
    other_patient_ = AddPatient("patient2");
    device_ = AddDevice(kMac, patient_);
    other_device_ = AddDevice(kOtherMac, other_patient_);
  }
}

TEST_F(AlarmsOfDevices, TheIntervalIsLearntFromWhatIsStored) {
  Start();
  EXPECT_EQ(Facts(device_).interval, kUnknownInterval);
  const Micros begin = SystemNow() - 3'600 * kSecond;
  for (int i = 0; i < 200; ++i) ASSERT_TRUE(SendAt(begin + i * 9 * kSecond, R"({"heart_rate":75})"));
  Drain();
  EXPECT_EQ(Facts(device_).interval, 10 * kSecond);
  Restart();
  for (int i = 200; i < 210; ++i) ASSERT_TRUE(SendAt(begin + i * 9 * kSecond, R"({"heart_rate":75})"));
  Drain();
  EXPECT_EQ(Facts(device_).interval, 10 * kSecond);
  SetInterval(device_, 7);
  EXPECT_EQ(Facts(device_).interval, 7 * kSecond) << "what a person set counts";
  SetInterval(device_, std::nullopt);
  EXPECT_EQ(Facts(device_).interval, 10 * kSecond);
}

}  // namespace
}  // namespace fajma::test
