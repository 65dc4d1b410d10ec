// Behind HAProxy, as operated: one name and port for the page, REST and sockets.
#include <optional>

#include "tests/integration/app/app_fixture.h"
#include "tests/support/deflate.h"
#include "tests/support/haproxy.h"

namespace fajma::test {
namespace {

class BehindHaproxy : public AppTest {
 protected:
  void StartBoth() {
    Start();
    proxy_.emplace(app_->http_port());
  }

  // A connection to the proxy from that address of this machine.
  RawSocket ConnectFrom(const char* address) const {
    const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in from{};
    from.sin_family = AF_INET;
    ::inet_pton(AF_INET, address, &from.sin_addr);
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(proxy_->port());
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::bind(fd, reinterpret_cast<sockaddr*>(&from), sizeof from) != 0 ||
        ::connect(fd, reinterpret_cast<sockaddr*>(&to), sizeof to) != 0) {
      throw std::runtime_error("cannot connect to the proxy");
    }
    return RawSocket::Adopt(fd);
  }

  std::string Target(const std::string& user = "demo") const { return "/ws/iot/patient1/?token=" + UserToken(user); }
  std::string Get(const std::string& target) const {
    return "GET " + target + " HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer " + UserToken() + "\r\n\r\n";
  }

  std::optional<Haproxy> proxy_;
};

TEST_F(BehindHaproxy, ASocketSpeaksAsWithoutIt) {
  StartBoth();
  WsClient device(proxy_->port(), "/ws/iot/patient1/?ack=1&token=" + DeviceToken(kMac));
  NextOf(device, "connection_established");
  device.SendText(SensorData(R"({"heart_rate":71})"));
  NextOf(device, "ack");
  device.SendFrame(testing::kPingFrame, "through");
  testing::WsFrame frame = device.Receive();
  while (frame.opcode == testing::kTextFrame) frame = device.Receive();
  EXPECT_EQ(frame.opcode, testing::kPongFrame);
  EXPECT_EQ(frame.payload, "through");
  device.SendClose(1000);
  EXPECT_EQ(device.ReceiveClose(), 1000);
  EXPECT_TRUE(device.Ended());
}

TEST_F(BehindHaproxy, CompressionIsAgreedOnThroughIt) {
  StartBoth();
  WsClient browser(proxy_->port(), Target(),
                   "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n");
  EXPECT_EQ(browser.handshake().Header("Sec-WebSocket-Extensions"),
            "permessage-deflate; server_no_context_takeover; client_no_context_takeover");
  browser.SendFrame(testing::kTextFrame, testing::DeflatePayload(R"({"type":"ping"})"), {.reserved = 4});
  EXPECT_NE(NextOf(browser, "pong"), "");
}

TEST_F(BehindHaproxy, ALaterRequestOnAKeptConnectionUpgrades) {
  StartBoth();
  RawSocket socket(proxy_->port());
  for (int i = 0; i < 5; ++i) {
    socket.Send(Get("/api/iot/dispositifs/"));
    ASSERT_EQ(socket.ReceiveAnswer().status, 200);
  }
  socket.Send(testing::UpgradeRequest(Target()));
  WsClient browser(std::move(socket));
  NextOf(browser, "connection_established");
  // The socket, on the connection that the five requests used, and the one that asks.
  EXPECT_TRUE(Eventually([&] { return Figure(Metrics(), "fajma_http_connections") == 2; })) << Metrics();
}

TEST_F(BehindHaproxy, FramesMayComeRightBehindTheHandshake) {
  StartBoth();
  RawSocket socket(proxy_->port());
  socket.Send(Get("/api/iot/dispositifs/"));
  ASSERT_EQ(socket.ReceiveAnswer().status, 200);
  socket.Send(testing::UpgradeRequest(Target()) +
              testing::EncodeClientFrame(testing::kTextFrame, R"({"type":"ping"})"));
  WsClient browser(std::move(socket));
  EXPECT_NE(NextOf(browser, "pong"), "");
}

TEST_F(BehindHaproxy, ARefusalIsPassedOn) {
  StartBoth();
  RawSocket socket(proxy_->port());
  socket.Send(testing::UpgradeRequest("/ws/iot/patient1/"));
  EXPECT_EQ(socket.ReceiveAnswer().status, 403);
  RawSocket old(proxy_->port());
  std::string request = testing::UpgradeRequest(Target());
  request.replace(request.find("Version: 13"), 11, "Version: 12");
  old.Send(request);
  EXPECT_EQ(old.ReceiveAnswer().status, 426);
}

TEST_F(BehindHaproxy, ATrustedProxyNamesTheClientAndTheScheme) {
  settings_.trusted_proxies = {"127.0.0.1/32"};
  StartBoth();
  RawSocket socket = ConnectFrom("127.0.0.9");
  socket.Send(testing::UpgradeRequest(Target("infirmier")));
  WsClient browser(std::move(socket));
  ASSERT_TRUE(Eventually([&] { return NumberIn(Ask("GET", "/api/iot/sessions/active/").body, "count") == 1; }));
  const std::string list = Ask("GET", "/api/iot/sessions/").body;
  EXPECT_NE(list.find(R"("adresse_ip":"127.0.0.9")"), std::string::npos) << list;
  WsClient device(proxy_->port(), "/ws/iot/patient1/?ack=1&token=" + DeviceToken(kMac));
  for (int i = 0; i < 11; ++i) {  // more rows than a page has
    device.SendText(SensorData(R"({"heart_rate":)" + std::to_string(60 + i) + R"(,"temperature":36.5})"));
    NextOf(device, "ack");
  }
  RawSocket rest(proxy_->port());
  rest.Send(Get("/api/iot/donnees/"));
  const std::string page = rest.ReceiveAnswer().body;
  EXPECT_NE(page.find(R"("next":"https://localhost/)"), std::string::npos) << page;
}

TEST_F(BehindHaproxy, AProxyThatIsNotTrustedIsTheClient) {
  StartBoth();
  RawSocket socket = ConnectFrom("127.0.0.9");
  socket.Send(testing::UpgradeRequest(Target("infirmier")));
  WsClient browser(std::move(socket));
  ASSERT_TRUE(Eventually([&] { return NumberIn(Ask("GET", "/api/iot/sessions/active/").body, "count") == 1; }));
  const std::string list = Ask("GET", "/api/iot/sessions/").body;
  EXPECT_NE(list.find(R"("adresse_ip":"127.0.0.1")"), std::string::npos) << list;
}

TEST_F(BehindHaproxy, TheLimitOfAnAddressIsTheClients) {
  settings_.trusted_proxies = {"127.0.0.1/32"};
  settings_.ws_max_sockets_per_address = 1;
  StartBoth();
  const auto status = [&](RawSocket& socket) {
    socket.Send(testing::UpgradeRequest(Target()));
    return socket.ReceiveAnswer().status;
  };
  RawSocket first = ConnectFrom("127.0.0.8");
  EXPECT_EQ(status(first), 101);
  RawSocket second = ConnectFrom("127.0.0.8");
  EXPECT_EQ(status(second), 503);
  RawSocket other = ConnectFrom("127.0.0.9");
  EXPECT_EQ(status(other), 101);
}

}  // namespace
}  // namespace fajma::test
