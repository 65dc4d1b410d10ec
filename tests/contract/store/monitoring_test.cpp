// What monitors of rooms begin with.
#include "core/store/monitoring_store.h"

#include <algorithm>

#include "core/store/session_store.h"
#include "tests/contract/store/store_contract.h"

namespace fajma::test {
namespace {

class Monitoring : public StoreContract {
 protected:
  std::int64_t RaiseAlert(AlertLevel level) {
    return alerts_.Create({device_, one_, level, "titre", "message", std::nullopt}, kNow).alert.id;
  }
  std::int64_t one_ = AddPatient("p1");
  std::int64_t other_ = AddPatient("p2", "salle2");
  std::int64_t device_ = AddDevice(0xA1, one_);
  std::int64_t third_ = AddDevice(0xA3, other_);
  MonitoringStore monitoring_{database_};
};

TEST_F(Monitoring, BeginsWithDevicesAndWhatNobodyAcknowledged) {
  devices_.SetStatus(device_, "maintenance", {}, {}, kNow);
  const std::int64_t open = RaiseAlert(AlertLevel::kCritical);
  alerts_.Acknowledge(RaiseAlert(AlertLevel::kWarning), 1, kNow);
  alerts_.Delete(RaiseAlert(AlertLevel::kEmergency), kNow);
  MonitoringSnapshot snapshot = monitoring_.Load("here");
  ASSERT_EQ(snapshot.alerts.size(), 1U);
  EXPECT_EQ(snapshot.alerts[0].id, open);
  EXPECT_EQ(snapshot.alerts[0].room, "salle1");
  EXPECT_EQ(snapshot.alerts[0].level, AlertLevel::kCritical);
  ASSERT_EQ(snapshot.devices.size(), 2U);
  std::sort(snapshot.devices.begin(), snapshot.devices.end(), [](auto& a, auto& b) { return a.id < b.id; });
  EXPECT_EQ(snapshot.devices[0].status, "maintenance");
  EXPECT_EQ(snapshot.devices[1].room, "salle2");
  EXPECT_EQ(snapshot.devices[1].status, "inactif");
}

TEST_F(Monitoring, LeavesOutDevicesThatAreDeletedOrWhosePatientLeft) {
  devices_.Delete(device_, kNow);
  patients_.Delete(other_, kNow);
  EXPECT_TRUE(monitoring_.Load("here").devices.empty());
}

TEST_F(Monitoring, CountsTheSocketsOfOtherPrograms) {
  SessionStore sessions(database_);
  SocketSession session;
  session.kind = "chat";
  const auto open = [&](const std::string& channel, const std::string& process) {
    session.channel = channel;
    return sessions.Open({session}, process).front();
  };
  open("a", "here");
  open("b", "there");
  sessions.Close({open("c", "there")}, kNow);
  EXPECT_EQ(monitoring_.Load("here").sessions_elsewhere, 1);
}

}  // namespace
}  // namespace fajma::test
