#include "api/ws/room_counters.h"

#include <gtest/gtest.h>

namespace fajma::ws {
namespace {

constexpr std::int64_t kSecond = 1'000;

std::shared_ptr<const PatientRef> Lies(const std::string& room) {
  return std::make_shared<PatientRef>(PatientRef{1, "patient1", room});
}

Commit WithStatus(std::int64_t device, const std::string& room, const std::string& status) {
  Commit commit;
  commit.statuses.push_back({Lies(room), {device, Mac()}, status, {}, {}, {}});
  return commit;
}

Commit WithAlert(AlertChange change, std::int64_t id, AlertLevel level, bool acknowledged = false) {
  AlertEvent event;
  event.change = change;
  event.alert.id = id;
  event.alert.patient = Lies("salle1");
  event.alert.level = level;
  event.alert.acknowledged = acknowledged;
  Commit commit;
  commit.alerts.push_back(event);
  return commit;
}

Commit WithReading(const std::string& room, std::initializer_list<MeasureId> measures) {
  StoredMessage message;
  message.patient = Lies(room);
  for (const MeasureId measure : measures) message.values.Add({measure, true, 80});
  Commit commit;
  commit.messages.push_back(message);
  return commit;
}

std::int64_t AlertsAt(RoomCounters& counters, AlertLevel level) {
  return counters.Of("salle1", kSecond).alerts_by_level[static_cast<std::size_t>(level)];
}

TEST(RoomCounters, BeginWithTheSnapshotAndFollowTheStatuses) {
  RoomCounters counters;
  counters.Load({{{1, "salle1", "inactif"}, {2, "salle1", "actif"}, {3, "salle2", "erreur"}}, {}, 0});
  counters.NoteState(WithStatus(1, "salle1", "actif"));
  counters.NoteState(WithStatus(1, "salle1", "actif"));
  const RoomFigures figures = counters.Of("salle1", kSecond);
  EXPECT_EQ(figures.devices_by_status, (std::array<std::int64_t, 4>{2, 0, 0, 0}));
  EXPECT_EQ(counters.Of("salle9", kSecond).devices_by_status, (std::array<std::int64_t, 4>{}));
  counters.NoteState(WithStatus(1, "salle2", "inactif"));  // it was moved
  EXPECT_EQ(counters.Of("salle1", kSecond).devices_by_status, (std::array<std::int64_t, 4>{1, 0, 0, 0}));
  EXPECT_EQ(counters.Of("salle2", kSecond).devices_by_status, (std::array<std::int64_t, 4>{0, 1, 0, 1}));
  EXPECT_EQ(counters.OfAll(kSecond).devices_by_status, (std::array<std::int64_t, 4>{1, 1, 0, 1}));
}

TEST(RoomCounters, CountAnAlertOnceUntilSomebodyAcknowledgesIt) {
  RoomCounters counters;
  counters.NoteState(WithAlert(AlertChange::kRaised, 7, AlertLevel::kWarning));
  counters.NoteState(WithAlert(AlertChange::kRaised, 7, AlertLevel::kWarning));
  EXPECT_EQ(AlertsAt(counters, AlertLevel::kWarning), 1);
  counters.NoteState(WithAlert(AlertChange::kEscalated, 7, AlertLevel::kCritical));
  EXPECT_EQ(AlertsAt(counters, AlertLevel::kWarning), 0);
  EXPECT_EQ(AlertsAt(counters, AlertLevel::kCritical), 1);
  counters.NoteState(WithAlert(AlertChange::kResolved, 7, AlertLevel::kCritical));
  EXPECT_EQ(AlertsAt(counters, AlertLevel::kCritical), 1) << "nobody has seen it yet";
  counters.NoteState(WithAlert(AlertChange::kAcknowledged, 7, AlertLevel::kCritical, true));
  EXPECT_EQ(AlertsAt(counters, AlertLevel::kCritical), 0);
  counters.NoteState(WithAlert(AlertChange::kEscalated, 7, AlertLevel::kEmergency));
  EXPECT_EQ(AlertsAt(counters, AlertLevel::kEmergency), 1);
}

TEST(RoomCounters, DoNotBringADeletedAlertBack) {
  RoomCounters counters;
  counters.Load({});
  counters.NoteState(WithAlert(AlertChange::kResolved, 7, AlertLevel::kCritical));
  EXPECT_EQ(AlertsAt(counters, AlertLevel::kCritical), 0);
}

TEST(RoomCounters, ForgetReadingsAfterAMinuteAndKeepThemOverALoad) {
  RoomCounters counters;
  counters.NoteReadings(WithReading("salle1", {MeasureId::kHeartRate, MeasureId::kBatteryLevel}), kSecond);
  counters.NoteReadings(WithReading("salle1", {MeasureId::kHeartRate, MeasureId::kGlucose}), kSecond + 30);
  counters.NoteReadings(WithReading("salle2", {MeasureId::kHeartRate}), kSecond + 30);
  counters.Load({});
  EXPECT_EQ(counters.Of("salle1", kSecond + 59).readings_last_minute, 3U) << "a battery is no reading of a patient";
  EXPECT_EQ(counters.Of("salle1", kSecond + 60).readings_last_minute, 2U);
  EXPECT_EQ(counters.OfRooms({"salle1", "salle2"}, kSecond + 60).readings_last_minute, 3U);
  EXPECT_EQ(counters.OfAll(kSecond + 90).readings_last_minute, 0U);
}

TEST(LastMinute, ForgetsAfterAnyPause) {
  LastMinute sum;
  for (std::int64_t second = 0; second < 200; ++second) {
    sum.Add(second, 1);
    EXPECT_EQ(sum.Sum(second), static_cast<std::uint64_t>(std::min<std::int64_t>(second + 1, 60)));
  }
  EXPECT_EQ(sum.Sum(230), 29U);
  sum.Add(100, 5);  // of the past: counts as now
  EXPECT_EQ(sum.Sum(230), 34U);
  EXPECT_EQ(sum.Sum(1'000'000), 0U);
}

}  // namespace
}  // namespace fajma::ws
