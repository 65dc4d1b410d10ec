// What retention has cut, as whoever comes back sees it: one gap, then what there is.
#include "core/store/alert_store.h"
#include "core/store/retention_store.h"
#include "tests/integration/app/app_fixture.h"

namespace fajma::test {
namespace {

constexpr const char* kData = "fajma/v1/devices/aabbcc000001/data";
constexpr Micros kDay = 24 * 60 * kMicrosPerMinute;
constexpr const char* kRoutes[] = {"/ws/iot/patient1/", "/ws/monitoring/salle1/?mesures=1", "/ws/alerts/",
                                   "/ws/chat/salle1/"};

class RetentionOfApp : public AppTest {
 protected:
  // Cuts all that is stored, as if it were old; where the edge is then.
  Cursor CutAll() const {
    DatabaseOptions options;
    options.url = settings_.database_url;
    Database database(options);
    RetentionStore retention(database);
    const CutEdge plan = retention.Plan(SystemNow() + kDay);
    while (!retention.Cut(plan, 1000).complete) {
    }
    return plan.cursor;
  }
  WsClient OpenAfter(const std::string& route, Cursor after) const {
    const std::string mark = route.find('?') == std::string::npos ? "?" : "&";
    return Open(route + mark + "apres=" + std::to_string(after), UserToken());
  }
  // An event for each of the routes.
  void GiveEvents() {
    MqttClient device(broker_.port(), "device");
    WsClient alerts = Open("/ws/alerts/", UserToken());
    NextOf(alerts, "active_alerts");
    WsClient chat = Open("/ws/chat/salle1/", UserToken());
    NextOf(chat, "chat_history");
    device.Publish(kData, R"({"heart_rate":75})");
    device.Publish(kData, R"({"heart_rate":190})");
    NextOf(alerts, "alert");
    device.Publish(kData, R"({"heart_rate":75})");
    NextOf(alerts, "alert_resolved");
    chat.SendText(R"({"type":"chat_message","message":"bonjour"})");
    NextOf(chat, "chat_message");
  }
  static std::string NextWithCursor(WsClient& socket) {
    for (;;) {
      std::string frame = socket.ReceiveText();
      EXPECT_EQ(frame.find(R"("type":"gap")"), std::string::npos) << frame;
      if (frame.find("\"cursor\":") != std::string::npos) return frame;
    }
  }
};

TEST_F(RetentionOfApp, EachRouteTellsOneGapAndGoesOnBehindIt) {
  Start();
  GiveEvents();
  Stop();  // what is remembered of live events needs no database
  const Cursor edge = CutAll();
  Start();
  std::vector<WsClient> sockets;
  for (const char* route : kRoutes) {
    sockets.push_back(OpenAfter(route, 1));
    EXPECT_EQ(NextOf(sockets.back(), "gap"), R"({"type":"gap","from":1,"to":)" + std::to_string(edge) + "}") << route;
  }
  GiveEvents();
  for (WsClient& socket : sockets) EXPECT_GT(NumberIn(NextWithCursor(socket), "cursor"), edge);
}

TEST_F(RetentionOfApp, ACursorAtTheEdgeResumesWithoutAGap) {
  Start();
  GiveEvents();
  Stop();
  const Cursor edge = CutAll();
  Start();
  GiveEvents();
  for (const char* route : kRoutes) {
    WsClient socket = OpenAfter(route, edge);
    EXPECT_GT(NumberIn(NextWithCursor(socket), "cursor"), edge) << route;
  }
}

TEST_F(RetentionOfApp, RestTellsTheGapOfItsPagesInCommitOrder) {
  Start();
  GiveEvents();
  const HttpAnswer whole = Ask("GET", "/api/iot/donnees/?apres=0");
  EXPECT_EQ(whole.body.find("\"gap\""), std::string::npos) << whole.body;
  Stop();
  const Cursor edge = CutAll();
  Start();
  GiveEvents();
  const HttpAnswer cut = Ask("GET", "/api/iot/donnees/?apres=0");
  EXPECT_NE(cut.body.find(R"("gap":{"from":0,"to":)" + std::to_string(edge) + "}"), std::string::npos) << cut.body;
  EXPECT_GT(NumberIn(cut.body, "cursor"), edge);
  const HttpAnswer on = Ask("GET", "/api/iot/donnees/?apres=" + std::to_string(edge));
  EXPECT_EQ(on.body.find("\"gap\""), std::string::npos) << on.body;
  EXPECT_EQ(Ask("GET", "/api/iot/donnees/").body.substr(0, 10), R"({"count":3)");
}

TEST_F(RetentionOfApp, TheSettingStartsItAndTheMetricsTell) {
  settings_.retention_days = 1;
  Start();
  GiveEvents();
  ASSERT_TRUE(Eventually([this] { return Figure(Metrics(), "fajma_retention_rounds_total") > 0; }));
  EXPECT_EQ(Figure(Metrics(), "fajma_retention_cut_total{table=\"donneescapteursiot\"}"), 0U) << "all of it is young";
}

}  // namespace
}  // namespace fajma::test
