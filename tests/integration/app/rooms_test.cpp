// A carer hears of the patients of their own rooms, and of no other.
#include "core/store/user_store.h"
#include "tests/integration/app/app_fixture.h"

namespace fajma::test {
namespace {

class Rooms : public AppTest {
 protected:
  void LetSee(const std::string& user, const std::vector<std::string>& rooms) {
    DatabaseOptions options;
    options.url = settings_.database_url;
    Database database(options);
    UserStore users(database);
    users.SetRooms(users.FindByName(user)->id, rooms);
  }
  void Measure(int device, int heart_rate) {
    device_.Publish("fajma/v1/devices/aabbcc00000" + std::to_string(device) + "/data",
                    R"({"heart_rate":)" + std::to_string(heart_rate) + "}");
  }

  MqttClient device_{broker_.port(), "device"};
};

// patient1 lies in salle1, patient6 in salle2.
TEST_F(Rooms, LimitTheAlertsThatAreListedPushedAndResumed) {
  LetSee("infirmier", {"salle2"});
  Start();
  WsClient all = Open("/ws/alerts/", UserToken());
  Measure(1, 150);
  const std::int64_t other = NumberIn(NextOf(all, "alert"), "id");
  WsClient carer = Open("/ws/alerts/", UserToken("infirmier"));
  EXPECT_EQ(carer.ReceiveText(), R"({"type":"active_alerts","count":0,"alerts":[]})");
  Measure(1, 190);
  NextOf(all, "alert_escalated");
  Measure(6, 150);
  NextOf(all, "alert");
  const std::string heard = carer.ReceiveText();
  EXPECT_TRUE(heard.starts_with(R"({"type":"alert")")) << heard;
  EXPECT_NE(heard.find(R"("patient":6)"), std::string::npos) << heard;

  carer.SendText(R"({"type":"acknowledge","alert_id":)" + std::to_string(other) + "}");
  EXPECT_NE(carer.ReceiveText().find(R"("code":"not_found")"), std::string::npos);

  WsClient late = Open("/ws/alerts/?apres=0", UserToken("infirmier"));
  EXPECT_NE(late.ReceiveText().find(R"({"type":"active_alerts","count":1)"), std::string::npos);
  EXPECT_EQ(late.ReceiveText(), heard);
  late.SendText(R"({"type":"ping"})");
  EXPECT_NE(late.ReceiveText().find("pong"), std::string::npos) << "nothing of another room came before";
}

TEST_F(Rooms, OfACarerWithoutAnyShowNothing) {
  LetSee("medecin", {});
  Start();
  WsClient all = Open("/ws/alerts/", UserToken());
  WsClient carer = Open("/ws/alerts/", UserToken("medecin"));
  EXPECT_EQ(carer.ReceiveText(), R"({"type":"active_alerts","count":0,"alerts":[]})");
  Measure(1, 150);
  NextOf(all, "alert");
  carer.SendText(R"({"type":"ping"})");
  EXPECT_NE(carer.ReceiveText().find("pong"), std::string::npos);
}

}  // namespace
}  // namespace fajma::test
