#include "bridge/alert_mirror.h"
#include "bridge/mirrors.h"
#include "tests/integration/bridge/link_fixture.h"
#include "tests/unit/bridge/commits.h"

namespace fajma {
namespace {

constexpr const char* kReading = "fajma/v1/patients/patient1/readings/heart_rate";
constexpr const char* kScore = "fajma/v1/patients/patient1/news2";
constexpr const char* kAlert = "fajma/v1/patients/patient1/alerts/42";
constexpr Micros kTime = 1'767'225'600'000'000;

class MirrorsAndBroker : public LinkFixture {
 protected:
  MirrorsAndBroker()
      : journal_(JournalAt()),
        link_(LinkTo(broker_.url()), journal_, counters_),
        observer_(address(), {.client_id = "observer"}) {}

  void SetUp() override {
    ASSERT_TRUE(WaitUntil([&] { return link_.connected(); }));
    observer_.Connect();
    observer_.Subscribe("fajma/v1/devices/+/ack");
    observer_.Subscribe("fajma/v1/devices/+/reject");
    observer_.Subscribe("fajma/v1/patients/+/readings/+");
    observer_.Subscribe("fajma/v1/patients/+/alerts/+");
    observer_.Subscribe("fajma/v1/alerts/+");
  }
  void TearDown() override { observer_.Disconnect(); }

  MqttAddress address() const { return ParseMqttUrl(broker_.url()).value(); }

  PublishFunction Publisher() {
    return [this](const OutgoingMessage& message, PublishDone done) { return link_.Publish(message, std::move(done)); };
  }
  MirrorsOptions Options() {
    MirrorsOptions options;
    options.publish = Publisher();
    options.now = [] { return kTime; };
    return options;
  }

  static StoredMessage Reading(Cursor cursor, double value) {
    StoredMessage message = MakeReading(1, 1, cursor, value);
    message.measured_at = kTime - 1'000;
    message.received_at = kTime;
    return message;
  }

  // Until `enough`, or nothing more for five seconds.
  std::vector<OutgoingMessage> Observe(const std::function<bool(const std::vector<OutgoingMessage>&)>& enough) {
    return observer_.Receive(enough, std::chrono::seconds(5));
  }
  std::vector<OutgoingMessage> Observe(std::size_t count) {
    return Observe([&](const auto& seen) { return seen.size() >= count; });
  }

  test::Mosquitto broker_;
  Journal journal_;
  MessageCounters counters_;
  MqttLink link_;
  MqttProbe observer_;
};

TEST_F(MirrorsAndBroker, PublishTheNewestValueOnceASecondWithExpiry) {
  Mirrors mirrors(Options());
  const auto begin = std::chrono::steady_clock::now();
  for (int i = 1; i <= 300; ++i) {
    Commit commit;
    commit.messages = {Reading(i, i)};
    mirrors.OnCommit(MakeCommit(std::move(commit)));
  }
  const auto seen = Observe(
      [](const auto& all) { return !all.empty() && all.back().payload.find("\"cursor\":300}") != std::string::npos; });
  const auto took = std::chrono::steady_clock::now() - begin;
  ASSERT_FALSE(seen.empty());
  EXPECT_LE(static_cast<double>(seen.size()), std::chrono::duration<double>(took).count() + 1);
  EXPECT_EQ(seen.back().topic, kReading);
  EXPECT_EQ(seen.back().payload,
            R"({"value":300,"unit":"bpm","measured_at":"2025-12-31T23:59:59.999000Z",)"
            R"("received_at":"2026-01-01T00:00:00Z","device":"000000000001","quality":100,"cursor":300})");
  EXPECT_GE(seen.back().expiry, std::chrono::seconds(13));
  EXPECT_LE(seen.back().expiry, std::chrono::seconds(15));
  EXPECT_EQ(FindRetained(address(), kReading), std::vector<std::string>{kReading});
}

TEST_F(MirrorsAndBroker, RetainTheScoreOfAPatientUntilItIsStale) {
  MirrorsOptions options = Options();
  options.expiry = std::chrono::seconds(2);
  Mirrors mirrors(std::move(options));
  MqttProbe integrator(address(), {.client_id = "integrator"});
  integrator.Connect();
  integrator.Subscribe(kScore);
  Commit commit;
  commit.messages = {Reading(10, 120)};
  mirrors.OnCommit(MakeCommit(std::move(commit)));
  const auto seen = integrator.Receive([](const auto& all) { return all.size() >= 2; }, std::chrono::seconds(10));
  integrator.Disconnect();
  ASSERT_EQ(seen.size(), 2U);
  EXPECT_EQ(seen[0].payload, R"({"score":2,"parametres_connus":1,"parametres":7,"partiel":true,"detail":[)"
                             R"({"type_donnee":"heart_rate","valeur":120,"unite":"bpm","points":2,)"
                             R"("mesure_le":"2025-12-31T23:59:59.999000Z"}],"calcule_le":"2026-01-01T00:00:00Z"})");
  EXPECT_GE(seen[0].expiry, std::chrono::seconds(1));
  EXPECT_EQ(seen[1].payload, "");
  EXPECT_EQ(FindRetained(address(), kScore), std::vector<std::string>{});
}

TEST_F(MirrorsAndBroker, ClearAValueThatIsStale) {
  MirrorsOptions options = Options();
  options.expiry = std::chrono::seconds(1);
  Mirrors mirrors(std::move(options));
  Commit commit;
  commit.messages = {Reading(10, 75)};
  mirrors.OnCommit(MakeCommit(std::move(commit)));
  const auto seen = Observe(2);
  ASSERT_EQ(seen.size(), 2U);
  EXPECT_EQ(seen[1].payload, "");
  EXPECT_EQ(FindRetained(address(), kReading), std::vector<std::string>{});
}

TEST_F(MirrorsAndBroker, LeaveNoValueBehindWhenTheyDie) {
  {
    MirrorsOptions options = Options();
    options.expiry = std::chrono::seconds(1);
    Mirrors mirrors(std::move(options));
    Commit commit;
    commit.messages = {Reading(10, 75)};
    mirrors.OnCommit(MakeCommit(std::move(commit)));
    ASSERT_EQ(Observe(1).size(), 1U);
  }
  EXPECT_TRUE(WaitUntil([&] { return FindRetained(address(), kReading) == std::vector<std::string>{}; }));
}

TEST_F(MirrorsAndBroker, TellDevicesByteForByte) {
  Mirrors mirrors(Options());
  Commit commit;
  commit.settled = {{Mac::FromBits(0xAABBCCDDEEFF), 12, 345}};
  Outcome outcome = MakeReject(346);
  outcome.mac = Mac::FromBits(0xAABBCCDDEEFF);
  commit.outcomes = {outcome};
  mirrors.OnCommit(MakeCommit(std::move(commit)));
  const auto seen = Observe(2);
  ASSERT_EQ(seen.size(), 2U);
  EXPECT_EQ(seen[0].topic, "fajma/v1/devices/aabbccddeeff/ack");
  EXPECT_EQ(seen[0].payload, R"({"boot":12,"durable":345,"now":1767225600000})");
  EXPECT_EQ(seen[0].qos, 0);
  EXPECT_EQ(seen[1].topic, "fajma/v1/devices/aabbccddeeff/reject");
  EXPECT_EQ(seen[1].payload, R"({"boot":12,"seq":346,"code":"out_of_range","detail":"heart_rate"})");
}

TEST_F(MirrorsAndBroker, RetainAnAlertUntilItIsResolvedAndClearWhatIsNotPresent) {
  Publish(broker_.url(), {{.topic = "fajma/v1/patients/patient9/alerts/7", .payload = "{}", .retain = true}});
  ASSERT_EQ(Observe(1).size(), 1U);
  std::mutex mutex;
  std::vector<AlertEvent> events;
  const auto add = [&](Cursor cursor, AlertChange change, const Alert& alert) {
    const std::lock_guard lock(mutex);
    events.push_back(MakeEvent(cursor, change, alert));
  };
  AlertMirrorOptions options;
  options.publish = Publisher();
  options.load = [&](Cursor after, std::size_t) {
    const std::lock_guard lock(mutex);
    std::vector<AlertEvent> found = events;
    std::erase_if(found, [&](const AlertEvent& event) { return event.cursor <= after; });
    return found;
  };
  options.save = [](Cursor) {};
  options.load_cursor = [] { return Cursor{0}; };
  options.load_active = [] { return std::vector<Alert>{}; };
  options.find_retained = [&] { return FindRetained(address(), "fajma/v1/patients/+/alerts/+"); };
  options.poll = std::chrono::milliseconds(50);
  AlertMirror mirror(std::move(options));
  auto seen = Observe(1);
  ASSERT_EQ(seen.size(), 1U);
  EXPECT_EQ(seen[0].topic, "fajma/v1/patients/patient9/alerts/7");
  EXPECT_EQ(seen[0].payload, "");

  Alert alert = MakeAlert(42);
  add(10, AlertChange::kRaised, alert);
  seen = Observe(2);
  ASSERT_EQ(seen.size(), 2U);
  EXPECT_EQ(seen[0].topic, kAlert);
  EXPECT_NE(seen[0].payload.find(R"("etat":"presente")"), std::string::npos);
  EXPECT_EQ(seen[1].topic, "fajma/v1/alerts/critical");
  EXPECT_TRUE(seen[1].payload.starts_with(R"({"type":"alert","alert":{"id":42,)"));
  EXPECT_EQ(FindRetained(address(), "fajma/v1/patients/+/alerts/+"), std::vector<std::string>{kAlert});

  alert.resolved_at = kTime;
  add(11, AlertChange::kResolved, alert);
  seen = Observe(2);
  ASSERT_EQ(seen.size(), 2U);
  EXPECT_EQ(seen[0].payload, "");
  EXPECT_EQ(FindRetained(address(), "fajma/v1/patients/+/alerts/+"), std::vector<std::string>{});
}

}  // namespace
}  // namespace fajma
