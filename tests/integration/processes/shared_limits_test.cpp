// The limits of logins, requests and sockets are those of all processes together.
#include "tests/integration/processes/processes_fixture.h"

namespace fajma::test {
namespace {

class SharedLimits : public Processes {
 protected:
  // With a limit, and until each api knows of the other.
  void StartWith(const std::function<void(cli::Settings&)>& change) {
    change_ = change;
    Start();
    ASSERT_TRUE(Eventually([this] { return KnowEachOther(); }));
  }
  bool KnowEachOther() const {
    for (std::size_t api = 0; api < apis_.size(); ++api) {
      if (Get(api, "/metrics").body.find("\nfajma_limits_processes 1\n") == std::string::npos) return false;
    }
    return true;
  }
  int LogIn(std::size_t api, const std::string& password) const {
    const std::string body = R"({"username":"infirmier","password":")" + password + "\"}";
    return Ask(api, "POST", "/api/token/", body).status;
  }
  // The status of a handshake that is not kept.
  int Knock(std::size_t api, const std::string& user) const {
    RawSocket socket(apis_[api]->http_port());
    socket.Send(testing::UpgradeRequest("/ws/iot/patient1/?token=" + UserToken(user)));
    return socket.ReceiveAnswer().status;
  }
  bool IsRefused(std::size_t api, const std::string& user) const {
    return Eventually([&] { return Knock(api, user) == 503; });
  }
  bool IsTaken(std::size_t api, const std::string& user) const {
    return Eventually([&] { return Knock(api, user) == 101; });
  }
};

TEST_F(SharedLimits, FailedLoginsAtOneApiCountAtTheOther) {
  StartWith([](cli::Settings& settings) { settings.ws_max_sockets_per_user = 1; });
  for (int i = 0; i < 5; ++i) EXPECT_EQ(LogIn(0, "faux"), 401);
  // Told not before them: when it is known, they are.
  WsClient socket = Open(0, "/ws/iot/patient1/", UserToken());
  ASSERT_TRUE(IsRefused(1, "demo"));
  EXPECT_EQ(LogIn(1, "demo"), 429) << "not even with the right one";
}

TEST_F(SharedLimits, ASuccessAtOneApiClearsItAtTheOther) {
  StartWith([](cli::Settings& settings) { settings.ws_max_sockets_per_user = 1; });
  for (int i = 0; i < 4; ++i) EXPECT_EQ(LogIn(0, "faux"), 401);
  EXPECT_EQ(LogIn(0, "demo"), 200);
  WsClient socket = Open(0, "/ws/iot/patient1/", UserToken());
  ASSERT_TRUE(IsRefused(1, "demo"));
  for (int i = 0; i < 5; ++i) EXPECT_EQ(LogIn(1, "faux"), 401);
  EXPECT_EQ(LogIn(1, "faux"), 429);
}

// The second api is asked less than its own limit allows.
TEST_F(SharedLimits, RequestsAtOneApiCountAtTheOther) {
  StartWith([](cli::Settings& settings) { settings.rest_rate = 5; });
  constexpr int kRounds = 15;
  constexpr int kAtTheFirst = 30;
  const auto status = [this](std::size_t api) { return Get(api, "/api/iot/dispositifs/").status; };
  bool limited = false;
  for (int round = 0; round < kRounds && !limited; ++round) {
    for (int i = 0; i < kAtTheFirst; ++i) status(0);
    limited = status(1) == 429;
  }
  EXPECT_TRUE(limited);
}

TEST_F(SharedLimits, SocketsOfAUserAreThoseOfAllApis) {
  StartWith([](cli::Settings& settings) { settings.ws_max_sockets_per_user = 2; });
  WsClient here = Open(0, "/ws/iot/patient1/", UserToken("infirmier"));
  {
    WsClient there = Open(1, "/ws/iot/patient1/", UserToken("infirmier"));
    EXPECT_TRUE(IsRefused(0, "infirmier"));
    EXPECT_TRUE(IsRefused(1, "infirmier"));
    EXPECT_EQ(Knock(1, "medecin"), 101);
    there.SendClose(1000);
    there.ReceiveClose();
  }
  EXPECT_TRUE(IsTaken(0, "infirmier")) << "a place was given back at the other";
}

TEST_F(SharedLimits, SocketsOfADeadApiStopCounting) {
  StartWith([](cli::Settings& settings) { settings.ws_max_sockets = 1; });
  WsClient there = Open(1, "/ws/iot/patient1/", UserToken("infirmier"));
  ASSERT_TRUE(IsRefused(0, "medecin"));
  redis_.Kill();  // so that its goodbye is not heard
  apis_[1].reset();
  redis_.Start();
  EXPECT_TRUE(IsTaken(0, "medecin"));
}

TEST_F(SharedLimits, WithoutRedisEachCountsAloneAndWithItAgainTogether) {
  StartWith([](cli::Settings& settings) { settings.ws_max_sockets = 1; });
  WsClient there = Open(1, "/ws/iot/patient1/", UserToken("infirmier"));
  ASSERT_TRUE(IsRefused(0, "medecin"));
  redis_.Kill();
  EXPECT_TRUE(IsTaken(0, "medecin"));
  EXPECT_EQ(Knock(1, "medecin"), 503) << "its own count";
  redis_.Start();
  EXPECT_TRUE(IsRefused(0, "medecin"));
}

TEST_F(SharedLimits, WhoIsNewKnowsTheSocketsOfTheOthers) {
  StartWith([](cli::Settings& settings) { settings.ws_max_sockets = 1; });
  WsClient there = Open(1, "/ws/iot/patient1/", UserToken("infirmier"));
  apis_[0].reset();
  StartApi(0);
  EXPECT_TRUE(IsRefused(0, "medecin"));
}

}  // namespace
}  // namespace fajma::test
