// How many sockets may be open, and that refused handshakes cost nobody else anything.
#include <atomic>
#include <chrono>
#include <thread>
#include <vector>

#include "tests/integration/app/app_fixture.h"

namespace fajma::test {
namespace {

class SocketLimitsOfApp : public AppTest {
 protected:
  std::string Path(const std::string& user) const { return "/ws/iot/patient1/?token=" + UserToken(user); }
  HttpAnswer Handshake(const std::string& path) const {
    RawSocket socket(app_->http_port());
    socket.Send(testing::UpgradeRequest(path));
    return socket.ReceiveAnswer();
  }
  std::uint64_t Refused(const std::string& reason) const {
    return Figure(Metrics(), "fajma_ws_refused_total{reason=\"" + reason + "\"}");
  }
};

TEST_F(SocketLimitsOfApp, AUserHasSoManyAndNoMore) {
  settings_.ws_max_sockets_per_user = 2;
  Start();
  WsClient first = Open("/ws/iot/patient1/", UserToken("infirmier"));
  {
    WsClient second = Open("/ws/alerts/", UserToken("infirmier"));
    const HttpAnswer answer = Handshake(Path("infirmier"));
    EXPECT_EQ(answer.status, 503);
    EXPECT_EQ(answer.Header("Retry-After"), "5");
    EXPECT_EQ(answer.body, R"({"detail":"Too many sockets are open, try again later."})");
    EXPECT_EQ(Handshake(Path("demo")).status, 101) << "another user";
    EXPECT_EQ(Refused("per_user"), 1U);
    second.SendClose(1000);
    second.ReceiveClose();
  }
  EXPECT_TRUE(Eventually([&] { return Handshake(Path("infirmier")).status == 101; })) << "a place was given back";
}

TEST_F(SocketLimitsOfApp, ADeviceHasThemToo) {
  settings_.ws_max_sockets_per_user = 1;
  Start();
  WsClient first = Open("/ws/iot/patient1/", DeviceToken(kMac));
  EXPECT_EQ(Handshake("/ws/iot/patient1/?token=" + DeviceToken(kMac)).status, 503);
  EXPECT_EQ(Handshake(Path("demo")).status, 101);
}

TEST_F(SocketLimitsOfApp, AnAddressHasSoManyAndNoMore) {
  settings_.ws_max_sockets_per_address = 2;
  settings_.ws_allow_anonymous_devices = true;
  Start();
  WsClient first = Open("/ws/iot/patient1/");
  WsClient second = Open("/ws/iot/patient1/", UserToken("infirmier"));
  EXPECT_EQ(Handshake(Path("demo")).status, 503);
  EXPECT_EQ(Refused("per_address"), 1U);
}

TEST_F(SocketLimitsOfApp, ThereAreSoManyInAll) {
  settings_.ws_max_sockets = 1;
  Start();
  WsClient first = Open("/ws/iot/patient1/", UserToken("infirmier"));
  EXPECT_EQ(Handshake(Path("demo")).status, 503);
  EXPECT_EQ(Refused("in_all"), 1U);
  EXPECT_EQ(Ask("GET", "/api/iot/dispositifs/").status, 200) << "REST has its own connections";
}

TEST_F(SocketLimitsOfApp, WhoIsRefusedOtherwiseTakesNoPlace) {
  settings_.ws_max_sockets = 1;
  Start();
  for (int i = 0; i < 5; ++i) EXPECT_EQ(HandshakeStatus("/ws/iot/patient1/"), 403);
  EXPECT_EQ(HandshakeStatus("/ws/iot/nobody/?token=" + UserToken()), 403);
  EXPECT_EQ(Refused("forbidden"), 6U);
  EXPECT_EQ(Handshake(Path("demo")).status, 101);
}

TEST_F(SocketLimitsOfApp, ZeroIsNoLimit) {
  settings_.ws_max_sockets = settings_.ws_max_sockets_per_user = settings_.ws_max_sockets_per_address = 0;
  Start();
  const std::string token = UserToken();
  std::vector<WsClient> sockets;
  for (int i = 0; i < 60; ++i) sockets.push_back(Open("/ws/iot/patient1/", token));
  EXPECT_EQ(Figure(Metrics(), "fajma_ws_sockets"), 60U);
}

TEST_F(SocketLimitsOfApp, TenThousandForbiddenHandshakesAreAnsweredWithoutALogLineOrADelay) {
  Start();
  WsClient bystander = Open("/ws/iot/patient1/", UserToken());
  NextOf(bystander, "connection_established");
  ::testing::internal::CaptureStderr();
  std::atomic<int> forbidden{0};
  std::atomic<bool> ended{false};
  std::jthread knocking([&] {
    std::vector<std::jthread> threads;
    for (int thread = 0; thread < 4; ++thread) {
      threads.emplace_back([&, thread] {
        for (int i = 0; i < 2'500; ++i) {
          if (HandshakeStatus(thread == 0 ? "/ws/iot/patient1/?token=secret-of-nobody" : "/ws/iot/patient1/") == 403) {
            ++forbidden;
          }
        }
      });
    }
    threads.clear();
    ended = true;
  });
  std::chrono::steady_clock::duration longest{};
  int echoes = 0;
  for (; !ended || echoes == 0; ++echoes) {
    const auto begun = std::chrono::steady_clock::now();
    bystander.SendText(R"({"type":"ping"})");
    NextOf(bystander, "pong");
    longest = std::max(longest, std::chrono::steady_clock::now() - begun);
  }
  knocking.join();
  const std::string log = ::testing::internal::GetCapturedStderr();
  EXPECT_EQ(forbidden, 10'000);
  EXPECT_EQ(Refused("forbidden"), 10'000U);
  EXPECT_EQ(log.find("secret-of-nobody"), std::string::npos) << log.substr(0, 500);
  EXPECT_LT(std::count(log.begin(), log.end(), '\n'), 100) << log.substr(0, 500);
  EXPECT_LT(longest, std::chrono::seconds(2)) << echoes << " echoes";
}

}  // namespace
}  // namespace fajma::test
