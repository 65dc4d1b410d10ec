// The self-test over several processes: the bridge's probes are seen by every api, whichever way they come.
#include "tests/integration/processes/processes_fixture.h"

namespace fajma::test {
namespace {

class SelfTestOfProcesses : public Processes {
 protected:
  SelfTestOfProcesses() {
    change_ = [](cli::Settings& settings) { settings.self_test_every = 1; };
  }

  static std::uint64_t FigureOf(const std::string& page, const std::string& name) {
    const std::size_t at = page.find("\n" + name + " ");
    if (at == std::string::npos) throw std::runtime_error("no " + name + " in " + page);
    return std::stoull(page.substr(at + name.size() + 2));
  }
  std::string MetricsOfBridge() const {
    RawSocket socket(bridge_->metrics_port());
    socket.Send("GET /metrics HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
    return socket.ReceiveAnswer().body;
  }
  std::uint64_t Seen(std::size_t api) const {
    return FigureOf(Get(api, "/metrics").body, "fajma_self_test_seen_total");
  }
  std::uint64_t Missed(std::size_t api) const {
    return FigureOf(Get(api, "/metrics").body, "fajma_self_test_missed_total");
  }
  void AwaitProbes(std::size_t api, std::uint64_t more) {
    const std::uint64_t wanted = Seen(api) + more;
    ASSERT_TRUE(Eventually([&] { return Seen(api) >= wanted; })) << Get(api, "/metrics").body;
  }
  WsClient OpenAlerts(std::size_t api) const {
    WsClient socket = Open(api, "/ws/alerts/", UserToken());
    NextOf(socket, "active_alerts");
    return socket;
  }
  static void ExpectState(WsClient& socket, const std::string& state) {
    const std::string frame = NextOf(socket, "system_alert");
    EXPECT_EQ(TextIn(frame, "condition"), "alarm_path");
    EXPECT_EQ(TextIn(frame, "etat"), state);
  }
};

TEST_F(SelfTestOfProcesses, EveryApiSeesTheProbesOfTheBridge) {
  Start();
  for (const std::size_t api : {0U, 1U}) AwaitProbes(api, 3);
  ASSERT_TRUE(Eventually([this] { return FigureOf(MetricsOfBridge(), "fajma_self_test_seen_total") >= 3; }));
  EXPECT_EQ(FigureOf(MetricsOfBridge(), "fajma_self_test_missed_total"), 0U);
  for (const std::size_t api : {0U, 1U}) EXPECT_EQ(Missed(api), 0U);
  EXPECT_EQ(Count("SELECT COUNT(*) FROM fajma_donneescapteursiot"), 0);
  EXPECT_EQ(Count("SELECT COUNT(*) FROM fajma_alertesiot"), 0);
}

TEST_F(SelfTestOfProcesses, ABridgeThatIsGoneIsToldByEveryApi) {
  Start();
  for (const std::size_t api : {0U, 1U}) AwaitProbes(api, 1);
  WsClient first = OpenAlerts(0);
  WsClient second = OpenAlerts(1);
  bridge_.reset();
  for (WsClient* socket : {&first, &second}) ExpectState(*socket, "presente");
  EXPECT_EQ(Get(1, "/health/ready").body, R"({"status":"degraded","reasons":["alarm_path"]})");
  bridge_ = std::make_unique<cli::App>(SettingsOf("bridge"), cli::AppOptions{false, "1.2.3", cli::Role::kBridge});
  for (WsClient* socket : {&first, &second}) ExpectState(*socket, "absente");
}

TEST_F(SelfTestOfProcesses, WithoutRedisProbesComeByTheDatabase) {
  Start();
  for (const std::size_t api : {0U, 1U}) AwaitProbes(api, 1);
  redis_.Kill();
  ASSERT_TRUE(
      Eventually([&] { return Get(1, "/health/ready").body == R"({"status":"degraded","reasons":["redis"]})"; }));
  for (const std::size_t api : {0U, 1U}) AwaitProbes(api, 3);
  for (const std::size_t api : {0U, 1U}) EXPECT_EQ(Missed(api), 0U);
}

TEST_F(SelfTestOfProcesses, ADatabaseThatIsDownIsToldToTheSocketsThatAreOpen) {
  Start();
  for (const std::size_t api : {0U, 1U}) AwaitProbes(api, 1);
  WsClient first = OpenAlerts(0);
  // Nobody may write: what all writers need is locked by another's session.
  Database other(DatabaseOptions{database_, 1, 1});
  {
    Lease lease = other.Write();
    lease.Begin();
    TakeCommitNumber(lease, TakeLot(lease), SystemNow());
    ExpectState(first, "presente");
    lease.Rollback();
  }
  ExpectState(first, "absente");
}

}  // namespace
}  // namespace fajma::test
