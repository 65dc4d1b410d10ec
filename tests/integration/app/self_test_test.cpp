// The self-test of the alarm path, in the whole program with its broker: seen while all is well, told when a link is
// broken, and nowhere among patients' data.
#include "core/store/database.h"
#include "tests/integration/app/app_fixture.h"

namespace fajma::test {
namespace {

constexpr std::string_view kSelfTestTopic = "fajma/v1/devices/02fa4a000001/data";

class SelfTestApp : public AppTest {
 protected:
  SelfTestApp() { settings_.self_test_every = 1; }

  std::uint64_t Seen() const { return Figure(Metrics(), "fajma_self_test_seen_total"); }
  // Until so many probes more have been seen.
  void AwaitProbes(std::uint64_t more) {
    const std::uint64_t wanted = Seen() + more;
    ASSERT_TRUE(Eventually([&] { return Seen() >= wanted; }));
  }
  WsClient OpenAlerts() const {
    WsClient socket = Open("/ws/alerts/", UserToken());
    NextOf(socket, "active_alerts");
    return socket;
  }
  // The next news of that condition.
  static std::string NextAbout(WsClient& socket, const std::string& condition) {
    for (;;) {
      std::string frame = NextOf(socket, "system_alert");
      if (TextIn(frame, "condition") == condition) return frame;
    }
  }
};

TEST_F(SelfTestApp, ItsProbesAreSeenAndNothingIsTold) {
  Start();
  WsClient alerts = OpenAlerts();
  AwaitProbes(3);
  const std::string page = Metrics();
  EXPECT_EQ(Figure(page, "fajma_self_test_missed_total"), 0U);
  EXPECT_EQ(Figure(page, "fajma_system_alert{condition=\"alarm_path\"}"), 0U);
  EXPECT_EQ(Figure(page, "fajma_system_alert{condition=\"journal\"}"), 0U);
  EXPECT_GE(Figure(page, "fajma_self_test_sent_total"), 3U);
  EXPECT_GE(Figure(page, "fajma_self_test_stored_total"), 3U);
  EXPECT_EQ(Figure(page, "fajma_ws_sockets"), 1U) << "the server's own is no client's";
  EXPECT_EQ(Ask("GET", "/health/ready").body, R"({"status":"ok"})");
  ExpectCountersAddUp();
  alerts.SendText(R"({"type":"ping"})");
  EXPECT_NE(alerts.ReceiveText().find("pong"), std::string::npos);
}

TEST_F(SelfTestApp, ABrokerThatIsKilledIsToldToTheWardsUntilItIsBack) {
  Start();
  WsClient alerts = OpenAlerts();
  WsClient ward = Open("/ws/monitoring/salle1/", UserToken("technicien"));
  NextOf(ward, "monitoring_stats");
  AwaitProbes(1);
  broker_.Kill();
  const std::string begins = NextAbout(alerts, "alarm_path");
  EXPECT_EQ(Normalize(begins),
            R"({"type":"system_alert","condition":"alarm_path","etat":"presente","niveau":"critical",)"
            R"("message":"L'autotest du chemin des alarmes a échoué : des mesures et des alertes peuvent manquer. )"
            R"(Surveillez les patients directement.","depuis":<time>})");
  EXPECT_EQ(NextAbout(ward, "alarm_path"), begins);
  EXPECT_EQ(Figure(Metrics(), "fajma_system_alert{condition=\"alarm_path\"}"), 1U);

  WsClient late = Open("/ws/alerts/", UserToken());
  EXPECT_TRUE(late.ReceiveText().starts_with(R"({"type":"active_alerts")"));
  EXPECT_EQ(late.ReceiveText(), begins);
  WsClient late_ward = Open("/ws/monitoring/global/", UserToken());
  EXPECT_TRUE(late_ward.ReceiveText().starts_with(R"({"type":"monitoring_stats")"));
  EXPECT_EQ(late_ward.ReceiveText(), begins);

  broker_.Start();
  const std::string ends = NextAbout(alerts, "alarm_path");
  EXPECT_NE(ends.find(R"("etat":"absente","niveau":"critical")"), std::string::npos) << ends;
  EXPECT_EQ(TextIn(ends, "depuis"), TextIn(begins, "depuis"));
  EXPECT_EQ(NextAbout(ward, "alarm_path"), ends);
  EXPECT_EQ(NextAbout(late, "alarm_path"), ends);
  EXPECT_EQ(Figure(Metrics(), "fajma_system_alert{condition=\"alarm_path\"}"), 0U);
  WsClient after = OpenAlerts();
  after.SendText(R"({"type":"ping"})");
  EXPECT_NE(after.ReceiveText().find("pong"), std::string::npos);
  ExpectCountersAddUp();
}

TEST_F(SelfTestApp, ADatabaseThatTakesNothingIsToldToTheWardsUntilItDoes) {
  Start();
  WsClient alerts = OpenAlerts();
  AwaitProbes(1);
  {
    DatabaseOptions options;
    options.url = settings_.database_url;
    Database locked(options);
    Lease lease = locked.Write();
    lease.Begin();
    EXPECT_NE(NextAbout(alerts, "alarm_path").find(R"("etat":"presente")"), std::string::npos);
    // The probes wait in the journal as a reading would; with the other news, in either order.
    ASSERT_TRUE(Eventually([this] { return Figure(Metrics(), "fajma_system_alert{condition=\"journal\"}") == 1; }));
    EXPECT_EQ(Ask("GET", "/health/ready").body, R"({"status":"degraded","reasons":["alarm_path","journal"]})");
    lease.Rollback();
  }
  ASSERT_TRUE(Eventually([this] { return Ask("GET", "/health/ready").body == R"({"status":"ok"})"; }));
  EXPECT_EQ(Figure(Metrics(), "fajma_system_alert{condition=\"journal\"}"), 0U);
  ExpectCountersAddUp();
}

TEST_F(SelfTestApp, AJournalThatIsNotStoredIsAWarningOfItsOwn) {
  settings_.self_test_every = 0;
  Start();
  WsClient alerts = OpenAlerts();
  MqttClient device(broker_.port(), "device");
  {
    DatabaseOptions options;
    options.url = settings_.database_url;
    Database locked(options);
    Lease lease = locked.Write();
    lease.Begin();
    device.Publish("fajma/v1/devices/aabbcc000001/data", R"({"heart_rate":75})");
    const std::string begins = NextOf(alerts, "system_alert");
    EXPECT_NE(begins.find(R"("condition":"journal","etat":"presente","niveau":"warning")"), std::string::npos)
        << begins;
    lease.Rollback();
  }
  const std::string ends = NextOf(alerts, "system_alert");
  EXPECT_NE(ends.find(R"("condition":"journal","etat":"absente")"), std::string::npos) << ends;
}

TEST_F(SelfTestApp, NeverShowsAmongPatientsData) {
  Start();
  MqttClient integrator(broker_.port(), "integrator");
  integrator.Subscribe("fajma/v1/patients/#");
  integrator.Subscribe("fajma/v1/alerts/#");
  WsClient patient = Open("/ws/iot/patient1/", UserToken());
  NextOf(patient, "connection_established");
  WsClient ward = Open("/ws/monitoring/global/?mesures=1", UserToken());
  const std::string figures = NextOf(ward, "monitoring_stats");
  WsClient alerts = OpenAlerts();
  const auto read = [this] {
    std::string all;
    for (const char* list : {"/api/iot/dispositifs/", "/api/iot/donnees/", "/api/iot/donnees/statistics/",
                             "/api/iot/alertes/", "/api/iot/alertes/active/", "/api/patients/"}) {
      const HttpAnswer answer = Ask("GET", list);
      EXPECT_EQ(answer.status, 200) << list;
      all += answer.body;
    }
    EXPECT_EQ(all.find("02:FA"), std::string::npos) << all;
    return all;
  };
  const std::string before = read();
  AwaitProbes(3);
  EXPECT_EQ(read(), before);
  EXPECT_NE(Ask("GET", "/api/iot/donnees/?apres=0").body.find("\"results\":[]"), std::string::npos);
  EXPECT_EQ(Figure(Metrics(), "fajma_readings_stored_total"), 0U);
  ward.SendText(R"({"type":"get_stats"})");
  const std::string later = NextOf(ward, "monitoring_stats");
  for (const char* figure : {"dispositifs_total", "dispositifs_connectes", "donnees_derniere_minute", "alertes_actives",
                             "sessions_actives"}) {
    EXPECT_EQ(NumberIn(later, figure), figure == std::string("sessions_actives") ? 3 : NumberIn(figures, figure));
  }

  // The first that anybody hears of is the patient's own.
  MqttClient device(broker_.port(), "device");
  device.Publish("fajma/v1/devices/aabbcc000001/data", R"({"heart_rate":195})");
  EXPECT_NE(patient.ReceiveText().find("\"device_status\""), std::string::npos);
  EXPECT_NE(patient.ReceiveText().find("\"heart_rate\":195"), std::string::npos);
  EXPECT_NE(NextOf(ward, "sensor_data").find("\"heart_rate\":195"), std::string::npos);
  EXPECT_EQ(NumberIn(alerts.ReceiveText(), "patient"), 1);
  EXPECT_TRUE(integrator.Receive().topic.starts_with("fajma/v1/patients/patient1/") ||
              integrator.Receive().topic.starts_with("fajma/v1/alerts/"));
}

TEST_F(SelfTestApp, AProbeOfAStrangerIsRefusedAndHelpsNobody) {
  Start();
  AwaitProbes(1);
  const std::uint64_t refused = Figure(Metrics(), "fajma_messages_refused_total{door=\"mqtt\"}");
  MqttClient stranger(broker_.port(), "stranger");
  for (std::int64_t ahead = 0; ahead < 5; ++ahead) {
    const std::int64_t due_at = SystemNow() / kMicrosPerSecond + ahead;
    stranger.Publish(kSelfTestTopic, R"({"b":12,"s":)" + std::to_string(due_at) + R"(,"m":{"heart_rate":250}})");
  }
  ASSERT_TRUE(
      Eventually([&] { return Figure(Metrics(), "fajma_messages_refused_total{door=\"mqtt\"}") == refused + 5; }));
  EXPECT_EQ(Figure(Metrics(), "fajma_readings_stored_total"), 0U);
  AwaitProbes(1);
  ExpectCountersAddUp();
}

TEST_F(SelfTestApp, NoDeviceGetsItsMac) {
  Start();
  const HttpAnswer answer =
      Ask("POST", "/api/iot/dispositifs/",
          R"({"nom":"x","adresse_mac":"02:fa:4a:00:00:01","type_dispositif":"capteur_cardiaque","patient":1})");
  EXPECT_EQ(answer.status, 400) << answer.body;
  EXPECT_NE(answer.body.find("réservée"), std::string::npos) << answer.body;
  EXPECT_NE(Ask("PATCH", "/api/iot/dispositifs/1/", R"({"adresse_mac":"02:FA:4A:00:00:01"})").body.find("réservée"),
            std::string::npos);
}

TEST_F(SelfTestApp, ItsOwnSocketIsForNobodyElse) {
  Start();
  EXPECT_EQ(HandshakeStatus("/self-test/socket"), 404);
  EXPECT_EQ(HandshakeStatus("/self-test/socket", "Authorization: Bearer 00\r\n"), 404);
  EXPECT_EQ(HandshakeStatus("/self-test/socket", "Authorization: Bearer " + UserToken() + "\r\n"), 404);
}

TEST_F(SelfTestApp, MayBeOff) {
  settings_.self_test_every = 0;
  Start();
  const std::string page = Metrics();
  EXPECT_EQ(Figure(page, "fajma_self_test_sent_total"), 0U);
  EXPECT_EQ(Figure(page, "fajma_system_alert{condition=\"alarm_path\"}"), 0U);
  EXPECT_EQ(Figure(page, "fajma_ws_opened_total"), 0U);
}

}  // namespace
}  // namespace fajma::test
