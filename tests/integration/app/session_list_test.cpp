// The list of users' sockets follows them.
#include "tests/integration/app/app_fixture.h"

namespace fajma::test {
namespace {

class SessionList : public AppTest {
 protected:
  std::int64_t Count(const std::string& path) const { return NumberIn(Ask("GET", path).body, "count"); }
  bool ActiveBecome(std::int64_t count) const {
    return Eventually([&] { return Count("/api/iot/sessions/active/") == count; });
  }
};

TEST_F(SessionList, HasEachSocketOfAUserUntilItCloses) {
  settings_.trusted_proxies = {"127.0.0.1/32"};
  Start();
  WsClient device = Open("/ws/iot/patient1/", DeviceToken(kMac));
  {
    WsClient browser =
        Open("/ws/iot/patient1/", UserToken("infirmier"), "User-Agent: ward\r\nX-Forwarded-For: 198.51.100.7\r\n");
    WsClient alerts = Open("/ws/alerts/", UserToken("infirmier"));
    ASSERT_TRUE(ActiveBecome(2)) << "devices are no users";
    const std::string list = Ask("GET", "/api/iot/sessions/").body;
    EXPECT_NE(list.find(R"("room_name":"patient_1","type_connexion":"iot","adresse_ip":"198.51.100.7",)"
                        R"("user_agent":"ward")"),
              std::string::npos)
        << list;
    EXPECT_NE(list.find(R"("type_connexion":"alerts")"), std::string::npos) << list;
  }
  EXPECT_TRUE(ActiveBecome(0));
  EXPECT_EQ(Count("/api/iot/sessions/"), 2) << "they stay in the list";
}

TEST_F(SessionList, ClosesAllAtTheEnd) {
  Start();
  WsClient browser = Open("/ws/iot/patient1/", UserToken());
  ASSERT_TRUE(ActiveBecome(1));
  Stop();
  Start();
  EXPECT_EQ(Count("/api/iot/sessions/active/"), 0);
  EXPECT_EQ(Count("/api/iot/sessions/"), 1);
}

}  // namespace
}  // namespace fajma::test
