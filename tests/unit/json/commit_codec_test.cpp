// What one process tells another arrives as it was.
#include <gtest/gtest.h>

#include "core/json/commit_codec.h"
#include "core/json/frames.h"

namespace fajma {
namespace {

StoredMessage SomeMessage() {
  StoredMessage message;
  message.cursor = MakeCursor(12'345'678'901, 8'191);
  message.first_row = 77;
  message.patient = std::make_shared<PatientRef>(PatientRef{5, "patient1", "salle1"});
  message.device = {6, Mac::FromBits(0xAABBCC000001)};
  message.measured_at = 1'767'225'600'000'001;
  message.received_at = 1'767'225'600'000'002;
  message.time_source = TimeSource::kUptime;
  message.late = true;
  message.device_timestamp = "\"2026-01-01T00:00:00\\u00e9\"";
  message.values.Add({MeasureId::kTemperature, false, 36.1});
  message.values.Add({MeasureId::kHeartRate, true, 75});
  message.values.Add({MeasureId::kGlucose, false, 1e-7});
  return message;
}

Commit Decoded(const Commit& commit) {
  const Result<CommitEnvelope> envelope = DecodeCommit(EncodeCommit(commit, 0xFFFF'FFFF'FFFF'FFFF));
  EXPECT_TRUE(envelope.ok());
  EXPECT_EQ(envelope.value().process, 0xFFFF'FFFF'FFFF'FFFF);
  return *envelope.value().commit;
}

TEST(CommitCodec, KeepsAMessageToTheLastBit) {
  Commit commit;
  commit.number = 12'345'678'901;
  commit.messages.push_back(SomeMessage());
  StoredMessage rest = SomeMessage();
  rest.values = {};
  rest.measure_name = "humeur \"x\"";
  rest.other_value = {MeasureId{}, false, 0.1 + 0.2};
  commit.messages.push_back(rest);
  const Commit decoded = Decoded(commit);
  EXPECT_EQ(decoded.number, commit.number);
  ASSERT_EQ(decoded.messages.size(), 2U);
  for (std::size_t i = 0; i < 2; ++i) {
    const StoredMessage& was = commit.messages[i];
    const StoredMessage& is = decoded.messages[i];
    EXPECT_EQ(SensorDataFrame(is), SensorDataFrame(was));
    EXPECT_EQ(is.first_row, was.first_row);
    EXPECT_EQ(is.patient->room, was.patient->room);
    EXPECT_EQ(is.patient->identifier, was.patient->identifier);
    EXPECT_EQ(is.received_at, was.received_at);
    EXPECT_EQ(is.time_source, was.time_source);
  }
}

TEST(CommitCodec, KeepsAnAlert) {
  Commit commit;
  commit.number = 3;
  AlertEvent event;
  event.cursor = MakeCursor(3, 0);
  event.change = AlertChange::kEscalated;
  event.alert.id = 9;
  event.alert.device_id = 6;
  event.alert.patient = std::make_shared<PatientRef>(PatientRef{5, "patient1", "salle1"});
  event.alert.condition = "heart_rate";
  event.alert.level = AlertLevel::kEmergency;
  event.alert.title = "Fréquence cardiaque";
  event.alert.message = "<b>195 bpm</b>";
  event.alert.trigger_reading_id = 77;
  event.alert.acknowledged = true;
  event.alert.acknowledged_by = 2;
  event.alert.acknowledged_at = 1'767'225'600'000'001;
  event.alert.created_at = 1'767'225'600'000'000;
  event.alert.alarm = {SignalPresence::kOn, AlertLevel::kEmergency, AlertLevel::kWarning, 1'767'225'600'000'003,
                       1'767'225'600'000'002};
  event.alert.late = true;
  event.alert.assigned_to = 4;
  event.comment = "vu \"au lit\"";
  event.what = "commented";
  commit.alerts = {event, event};
  commit.alerts.back().alert.alarm.condition.reset();
  commit.alerts.back().alert.resolved_at = 1'767'225'600'000'009;
  const Commit decoded = Decoded(commit);
  ASSERT_EQ(decoded.alerts.size(), 2U);
  EXPECT_EQ(AlertFrame(decoded.alerts[0]), AlertFrame(event));
  EXPECT_EQ(decoded.alerts[0].alert.condition, "heart_rate");
  EXPECT_EQ(decoded.alerts[0].alert.resolved_at, std::nullopt);
  EXPECT_EQ(decoded.alerts[0].alert.alarm, event.alert.alarm);
  EXPECT_TRUE(decoded.alerts[0].alert.late);
  EXPECT_EQ(decoded.alerts[0].alert.assigned_to, 4);
  EXPECT_EQ(decoded.alerts[0].comment, event.comment);
  EXPECT_EQ(decoded.alerts[0].what, event.what);
  EXPECT_EQ(decoded.alerts[1].alert.alarm.condition, std::nullopt);
  EXPECT_EQ(decoded.alerts[1].alert.resolved_at, 1'767'225'600'000'009);
}

TEST(CommitCodec, KeepsWhatHasNoNumber) {
  Commit commit;
  DeviceStatusEvent& status = commit.statuses.emplace_back();
  status.patient = std::make_shared<PatientRef>(PatientRef{5, "patient1", "salle1"});
  status.device = {6, Mac::FromBits(1)};
  status.status = "actif";
  status.battery_percent = 88;
  commit.returned.push_back(Mac::FromBits(7));
  commit.settled.push_back({Mac::FromBits(8), 0xFFFF'FFFF, 345});
  commit.notices.push_back({"annuaire", R"({"a":"é"})"});
  const Commit decoded = Decoded(commit);
  EXPECT_EQ(decoded.number, 0);
  ASSERT_EQ(decoded.statuses.size(), 1U);
  EXPECT_EQ(DeviceStatusFrame(decoded.statuses[0]), DeviceStatusFrame(status));
  ASSERT_EQ(decoded.returned.size(), 1U);
  EXPECT_EQ(decoded.returned[0], Mac::FromBits(7));
  ASSERT_EQ(decoded.settled.size(), 1U);
  EXPECT_EQ(decoded.settled[0].boot, 0xFFFF'FFFF);
  EXPECT_EQ(decoded.settled[0].durable, 345U);
  ASSERT_EQ(decoded.notices.size(), 1U);
  EXPECT_EQ(decoded.notices[0].payload, R"({"a":"é"})");
}

TEST(CommitCodec, KeepsTheProbesOfTheSelfTest) {
  Commit commit;
  commit.number = 7;
  commit.probe = SelfTestProbe{MakeCursor(7, 3), 1'767'225'600, 1'767'225'600'000'001, 250};
  commit.echo = SelfTestProbe{MakeCursor(8, 0), 1'767'225'570, 1'767'225'570'000'001, 251.5};
  const Commit decoded = Decoded(commit);
  EXPECT_EQ(decoded.probe, commit.probe);
  EXPECT_EQ(decoded.echo, commit.echo);
  EXPECT_EQ(Decoded({}).probe, std::nullopt);
  EXPECT_FALSE(DecodeCommit(R"({"v":1,"process":1,"number":7,"probe":[1,2,"3",4]})").ok());
}

TEST(CommitCodec, KeepsTheChat) {
  Commit commit;
  commit.number = 3;
  const ChatMessage said{9, MakeCursor(3, 0), "equipe", 5, "anne é", "<b>\n\"😀\"</b>", 1'767'225'600'000'001};
  commit.chat_messages.push_back(said);
  commit.chat_signals.push_back({"equipe", {5, "anne é"}});
  commit.presences.push_back({0xFFFF'FFFF'FFFF'FFFF, "equipe", {{5, "anne é"}, {6, "boris"}}});
  commit.presences.push_back({7, "salle1", {}});
  const Commit decoded = Decoded(commit);
  ASSERT_EQ(decoded.chat_messages.size(), 1U);
  EXPECT_EQ(ChatMessageFrame(decoded.chat_messages[0]), ChatMessageFrame(said));
  ASSERT_EQ(decoded.chat_signals.size(), 1U);
  EXPECT_EQ(decoded.chat_signals[0].room, "equipe");
  EXPECT_EQ(decoded.chat_signals[0].user, commit.chat_signals[0].user);
  ASSERT_EQ(decoded.presences.size(), 2U);
  for (std::size_t i = 0; i < 2; ++i) {
    EXPECT_EQ(decoded.presences[i].process, commit.presences[i].process);
    EXPECT_EQ(decoded.presences[i].room, commit.presences[i].room);
    EXPECT_EQ(decoded.presences[i].users, commit.presences[i].users);
  }
}

TEST(CommitCodec, RefusesEveryTextThatWasCutOff) {
  Commit commit;
  commit.number = 4;
  commit.messages.push_back(SomeMessage());
  const std::string text = EncodeCommit(commit, 1);
  for (std::size_t size = 0; size < text.size(); ++size) EXPECT_FALSE(DecodeCommit(text.substr(0, size)).ok()) << size;
}

TEST(CommitCodec, RefusesWhatIsNotOfItsShape) {
  for (const char* bad :
       {R"({"v":1,"process":1,"number":1.5})", R"({"v":1,"number":1})", R"({"v":1,"process":1})",
        R"({"v":1,"process":1,"number":1,"messages":[[1,2,3]]})", R"({"v":1,"process":1,"number":1,"alerts":[{}]})",
        R"({"v":1,"process":1,"number":1,"statuses":[[null]]})", R"({"v":1,"process":1,"number":1,"notices":[["a"]]})",
        R"({"v":1,"process":1,"number":1,"returned":["x"]})",
        R"({"v":1,"process":1,"number":1,"chat":[[1,2,"equipe",5,"anne"]]})",
        R"({"v":1,"process":1,"number":0,"typing":[["equipe",["5","anne"]]]})",
        R"({"v":1,"process":1,"number":0,"presences":[[1,"equipe",[[5]]]]})",
        R"({"v":1,"process":1,"number":0,"presences":[[1,"equipe",{}]]})"}) {
    EXPECT_FALSE(DecodeCommit(bad).ok()) << bad;
  }
}

}  // namespace
}  // namespace fajma
