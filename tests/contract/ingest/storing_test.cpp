// A batch is one transaction; its commit number is dense, its cursors are in commit order; rows say what was sent.
#include "tests/contract/ingest/ingest_contract.h"

namespace fajma::test {
namespace {

TEST_F(IngestContract, EveryFormIsStored) {
  Start();
  Send(Documented(R"({"temperature":36.5,"heart_rate":75,"timestamp":"2025-01-20T10:30:00Z"})"));
  Send(Native(12, 1));
  Send(R"({"ts":1767225600000,"values":{"glucose":90}})");
  Send(R"([{"heart_rate":76},{"oxygen_saturation":98}])");
  Send(R"([{"bn":"urn:dev:mac:aabbcc000001:","n":"temperature","u":"Cel","v":36.6}])");
  Drain();
  EXPECT_EQ(Settled()[0], 6U);
  EXPECT_EQ(Readings(), 7);
  const auto messages = collected_.messages();
  ASSERT_EQ(messages.size(), 6U);
  EXPECT_EQ(messages[0].device_timestamp, R"("2025-01-20T10:30:00Z")");
  EXPECT_EQ(messages[0].time_source, TimeSource::kDistrusted);
  EXPECT_EQ(messages[0].patient->identifier, "patient1");
  ExpectDense();
}

TEST_F(IngestContract, ABatchIsOneTransactionAndOneCommit) {
  run_ = std::make_unique<Process>(url_, folder_, &collected_);
  // Ingest waits for nothing: what is there when it looks is one batch, or a few.
  for (int i = 0; i < 300; ++i) Send(R"({"heart_rate":75})");
  Drain();
  EXPECT_EQ(Readings(), 300);
  for (const CommitPtr& commit : collected_.commits()) {
    if (commit->messages.empty()) continue;
    const std::string number = std::to_string(commit->number);
    EXPECT_EQ(
        Sql("SELECT CAST(COUNT(*) AS VARCHAR(20)) FROM fajma_donneescapteursiot d, fajma_commit c WHERE c.numero = " +
            number + " AND d.id BETWEEN c.lot * 8192 AND c.lot * 8192 + 8191"),
        std::to_string(commit->messages.size()));
  }
  ExpectDense();
}

TEST_F(IngestContract, NumbersGoOnAfterARestart) {
  Start();
  for (int i = 0; i < 5; ++i) Give(R"({"heart_rate":75})");
  Restart();
  EXPECT_EQ(run_->database.last_commit(), collected_.commits().back()->number == 0
                                              ? CommitOf(collected_.messages().back().cursor)
                                              : collected_.commits().back()->number)
      << "a socket that resumes at once must not be told that it is ahead";
  for (int i = 0; i < 5; ++i) Give(R"({"heart_rate":75})");
  EXPECT_EQ(Readings(), 10);
  ExpectDense();
}

TEST_F(IngestContract, TheFeedHasTheCursorsThatThePushHad) {
  Start();
  for (int i = 0; i < 40; ++i)
    Send(i % 3 == 0 ? R"([{"heart_rate":70},{"glucose":90,"temperature":37}])" : R"({"heart_rate":75})");
  Drain();
  ReadingStore readings(run_->database);
  const auto page = readings.MessagesAfter(patient_, 0, 1000);
  const auto pushed = collected_.messages();
  ASSERT_EQ(page.rows.size(), pushed.size());
  for (std::size_t i = 0; i < pushed.size(); ++i) {
    EXPECT_EQ(page.rows[i].cursor, pushed[i].cursor);
    EXPECT_EQ(page.rows[i].first_row, pushed[i].first_row);
    EXPECT_EQ(page.rows[i].measured_at, pushed[i].measured_at);
    EXPECT_EQ(page.rows[i].values.size(), pushed[i].values.size());
  }
}

TEST_F(IngestContract, DeviceFiguresGoToTheDevicesRow) {
  Start();
  Give(R"({"battery_level":88,"signal_quality":70})");
  EXPECT_EQ(Readings(), 0);
  EXPECT_EQ(Settled()[0], 1U);
  DeviceStore devices(run_->database);
  EXPECT_EQ(devices.Find(device_)->battery_percent, 88);
  EXPECT_EQ(devices.Find(device_)->status, "actif");
  Give(R"({"heart_rate":75,"battery_level":87})");
  EXPECT_EQ(devices.Find(device_)->battery_percent, 87);
  EXPECT_EQ(Readings(), 1);
  ExpectDense();
}

TEST_F(IngestContract, AStatusChangesTheDevicesRow) {
  Start();
  DeviceStore devices(run_->database);
  SendKind(RawKind::kStatus, R"({"status":"online","firmware":"1.2.0","battery":88,"signal":72,"boot":12})");
  Drain();
  EXPECT_EQ(devices.Find(device_)->status, "actif");
  EXPECT_EQ(devices.Find(device_)->firmware, "1.2.0");
  EXPECT_EQ(devices.Find(device_)->battery_percent, 88);
  SendKind(RawKind::kStatus, R"({"status":"online","battery":60,"signal":30})");
  Drain();
  EXPECT_EQ(devices.Find(device_)->battery_percent, 60) << "only the figures changed";
  EXPECT_EQ(devices.Find(device_)->signal_percent, 30);
  SendKind(RawKind::kStatus, R"({"status":"offline"})");
  Drain();
  EXPECT_EQ(devices.Find(device_)->status, "inactif");
  ASSERT_EQ(collected_.statuses().size(), 2U);
  EXPECT_EQ(collected_.statuses()[0].status, "actif");
  EXPECT_EQ(collected_.statuses()[1].status, "inactif");
  EXPECT_EQ(Settled()[0], 3U);
}

TEST_F(IngestContract, WhatAPersonSaysOfADeviceStays) {
  Start();
  DeviceStore(run_->database).SetStatus(device_, "maintenance", {}, {}, kNow);
  Give(R"({"heart_rate":75})");
  EXPECT_EQ(DeviceStore(run_->database).Find(device_)->status, "maintenance");
  EXPECT_EQ(Readings(), 1);
  EXPECT_TRUE(collected_.statuses().empty());
}

TEST_F(IngestContract, LatestNeverMovesBack) {
  Start();
  const Micros now = SystemNow();
  SendAt(now, R"({"ts":)" + std::to_string(now / 1000) + R"(,"values":{"heart_rate":80}})");
  SendAt(now, R"({"ts":)" + std::to_string(now / 1000 - 1000) + R"(,"values":{"heart_rate":70}})");
  SendAt(now, R"({"ts":)" + std::to_string(now / 1000 - 3'600'000) + R"(,"values":{"heart_rate":60}})");
  Drain();
  Give(R"({"ts":)" + std::to_string(now / 1000 - 2000) + R"(,"values":{"heart_rate":50}})");
  EXPECT_EQ(Readings(), 4);
  const auto latest = ReadingStore(run_->database).LatestValues(patient_);
  ASSERT_EQ(latest.size(), 1U);
  EXPECT_EQ(Sql("SELECT CAST(CAST(valeur AS INTEGER) AS VARCHAR(20)) FROM fajma_serie"), "80");
  EXPECT_EQ(Sql("SELECT CAST(nombre AS VARCHAR(20)) FROM fajma_serie"), "4");
}

TEST_F(IngestContract, ALateReadingGoesToThePatientOfItsTime) {
  Start();
  const Micros now = SystemNow();
  const auto at = [](Micros time) {
    return R"({"ts":)" + std::to_string(time / 1000) + R"(,"values":{"heart_rate":75}})";
  };
  SendAt(now, at(now));
  Drain();
  DevicePatch patch;
  patch.patient_id = other_patient_;
  DeviceStore(run_->database).Update(device_, patch, now - 60 * kMicrosPerMinute);
  SendAt(now, at(now - 120 * kMicrosPerMinute));
  SendAt(now, at(now - 30 * kMicrosPerMinute));
  SendAt(now, at(now + 1000));
  Drain();
  const auto messages = collected_.messages();
  ASSERT_EQ(messages.size(), 4U);
  EXPECT_EQ(messages[0].patient->id, patient_);
  EXPECT_EQ(messages[1].patient->id, patient_);
  EXPECT_TRUE(messages[1].late);
  EXPECT_EQ(messages[2].patient->id, other_patient_);
  EXPECT_TRUE(messages[2].late);
  EXPECT_EQ(messages[3].patient->id, other_patient_);
  EXPECT_FALSE(messages[3].late);
}

TEST_F(IngestContract, AlertsAreACommitOfTheirOwn) {
  Start();
  Give(R"({"heart_rate":150})");
  Give(R"({"heart_rate":190})");
  Give(R"({"heart_rate":75})");
  const auto alerts = collected_.alerts();
  ASSERT_EQ(alerts.size(), 3U);
  EXPECT_EQ(alerts[0].change, AlertChange::kRaised);
  EXPECT_EQ(alerts[1].change, AlertChange::kEscalated);
  EXPECT_EQ(alerts[2].change, AlertChange::kResolved);
  EXPECT_EQ(alerts[0].alert.trigger_reading_id, collected_.messages()[0].first_row);
  ExpectDense();
  Restart();
  Give(R"({"heart_rate":75})");
  EXPECT_EQ(collected_.alerts().size(), 3U) << "nothing is raised twice";
  EXPECT_EQ(Count("fajma_alertesiot"), 1);
}

TEST_F(IngestContract, AWrongClockRaisesOneAlert) {
  Start();
  for (const char* date : {"1970-01-01T00:00:00Z", "2025-01-20T10:30:00Z", "2100-01-01T00:00:00Z", "hier"}) {
    Give(Documented(R"({"heart_rate":75,"timestamp":")" + std::string(date) + "\"}"));
  }
  EXPECT_EQ(Readings(), 4);
  ASSERT_EQ(collected_.alerts().size(), 1U);
  EXPECT_EQ(collected_.alerts()[0].alert.condition, "clock:" + std::to_string(device_));
  for (const StoredMessage& message : collected_.messages()) {
    EXPECT_EQ(message.measured_at, message.received_at);
    EXPECT_FALSE(message.late);
  }
  Restart();
  Give(Documented(R"({"heart_rate":75,"timestamp":"2025-01-20T10:30:00Z"})"));
  EXPECT_EQ(collected_.alerts().size(), 1U);
}

TEST_F(IngestContract, TheUptimesAnchorIsKeptOverARestart) {
  Start();
  const Micros now = SystemNow();
  SendAt(now, Documented(R"({"heart_rate":75,"timestamp":100000})"));
  Drain();
  Restart();
  SendAt(now + 20 * kMicrosPerSecond, Documented(R"({"heart_rate":76,"timestamp":110000})"));
  Drain();
  EXPECT_EQ(collected_.messages()[1].measured_at, collected_.messages()[0].measured_at + 10 * kMicrosPerSecond);
  SendAt(now + 30 * kMicrosPerSecond, Documented(R"({"heart_rate":77,"timestamp":500})"));
  Drain();
  EXPECT_EQ(collected_.messages()[2].measured_at, now + 30 * kMicrosPerSecond) << "it has started again";
}

}  // namespace
}  // namespace fajma::test
