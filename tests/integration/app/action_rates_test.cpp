// How often a user may act on ws/alerts and ws/monitoring.
#include <chrono>

#include "tests/integration/app/app_fixture.h"

namespace fajma::test {
namespace {

class ActionRates : public AppTest {
 protected:
  static constexpr int kAtOnce = 20;
  // Sends `text` so often; how many of as many answers were not `rate_limited`.
  static int Flood(WsClient& socket, const std::string& text, int times, const std::string& answer) {
    for (int i = 0; i < times; ++i) socket.SendText(text);
    int taken = 0;
    for (int i = 0; i < times;) {
      const std::string frame = socket.ReceiveText();
      const bool limited = frame.find(R"("code":"rate_limited")") != std::string::npos;
      const bool answers = frame.find(answer) != std::string::npos;
      taken += answers && !limited ? 1 : 0;
      i += answers || limited ? 1 : 0;
    }
    return taken;
  }
};

constexpr const char* kAcknowledge = R"({"type":"acknowledge","alert_id":4711})";

TEST_F(ActionRates, AUserActsSoOftenAtOnceAndNoMore) {
  Start();
  WsClient alerts = Open("/ws/alerts/", UserToken());
  NextOf(alerts, "active_alerts");
  const auto begun = std::chrono::steady_clock::now();
  const int taken = Flood(alerts, kAcknowledge, 200, R"("code":"not_found")");
  const auto seconds = std::chrono::ceil<std::chrono::seconds>(std::chrono::steady_clock::now() - begun).count();
  EXPECT_GE(taken, kAtOnce);
  EXPECT_LE(taken, kAtOnce + 2 * seconds);
  EXPECT_EQ(Figure(Metrics(), R"(fajma_ws_errors_total{route="alerts",code="rate_limited"})"),
            200U - static_cast<unsigned>(taken));
}

TEST_F(ActionRates, TheAnswerNamesTheAlert) {
  Start();
  WsClient alerts = Open("/ws/alerts/", UserToken());
  for (int i = 0; i < 60; ++i) alerts.SendText(kAcknowledge);
  std::string frame;
  while (frame.find("rate_limited") == std::string::npos) frame = NextOf(alerts, "error");
  EXPECT_EQ(
      frame,
      R"({"type":"error","code":"rate_limited","message":"Trop de demandes, réessayez dans un instant.","alert_id":4711})");
}

TEST_F(ActionRates, CountOverAllSocketsOfAUserAndBothRoutes) {
  Start();
  WsClient alerts = Open("/ws/alerts/", UserToken());
  NextOf(alerts, "active_alerts");
  WsClient monitor = Open("/ws/monitoring/salle1/", UserToken());
  NextOf(monitor, "monitoring_stats");
  EXPECT_LT(Flood(alerts, R"({"type":"get_active"})", 60, "active_alerts"), 60);
  EXPECT_LT(Flood(monitor, R"({"type":"get_stats"})", 20, "monitoring_stats"), 20);
  WsClient nurse = Open("/ws/monitoring/salle1/", UserToken("infirmier"));
  NextOf(nurse, "monitoring_stats");
  EXPECT_EQ(Flood(nurse, R"({"type":"get_stats"})", 5, "monitoring_stats"), 5) << "another user";
}

TEST_F(ActionRates, WhatIsNoActionIsFree) {
  Start();
  WsClient alerts = Open("/ws/alerts/", UserToken());
  for (int i = 0; i < 100; ++i) alerts.SendText(R"({"type":"ping"})");
  for (int i = 0; i < 100; ++i) NextOf(alerts, "pong");
  alerts.SendText(kAcknowledge);
  EXPECT_EQ(TextIn(NextOf(alerts, "error"), "code"), "not_found");
}

TEST_F(ActionRates, AFloodDelaysNoOtherSocket) {
  Start();
  WsClient flood = Open("/ws/alerts/", UserToken());
  NextOf(flood, "active_alerts");
  WsClient nurse = Open("/ws/alerts/", UserToken("infirmier"));
  NextOf(nurse, "active_alerts");
  for (int i = 0; i < 5'000; ++i) flood.SendText(i % 2 == 0 ? kAcknowledge : R"({"type":"get_active"})");
  const auto begun = std::chrono::steady_clock::now();
  nurse.SendText(kAcknowledge);
  EXPECT_EQ(TextIn(NextOf(nurse, "error"), "code"), "not_found");
  EXPECT_LT(std::chrono::steady_clock::now() - begun, std::chrono::seconds(2));
  EXPECT_EQ(Figure(Metrics(), R"(fajma_ws_errors_total{route="alerts",code="unavailable"})"), 0U);
}

}  // namespace
}  // namespace fajma::test
