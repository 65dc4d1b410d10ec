// Every bad input over both doors, good readings in between: all good ones stored, the process alive, the counters
// right.
#include "tests/integration/app/app_fixture.h"

namespace fajma::test {
namespace {

constexpr const char* kData = "fajma/v1/devices/aabbcc000001/data";

std::vector<std::string> BadPayloads() {
  return {
      "",
      "{",
      "hello",
      std::string("\0\1", 2),
      std::string("{\"heart_rate\":75}\0", 18),
      "{\"x\":\"\xC3\x28\",\"heart_rate\":75}",
      "{\"x\":\"\xED\xA0\x80\",\"heart_rate\":75}",
      R"({"heart_rate":NaN})",
      R"({"heart_rate":-Infinity})",
      R"({"heart_rate":1e999})",
      R"({"heart_rate":123456789012345678901234567890})",
      R"({"heart_rate":"75"})",
      R"({"heart_rate":301})",
      R"({"heart_rate":75,"heart_rate":76})",
      R"({"inconnu":1})",
      R"({"b":1,"s":"x","m":{"heart_rate":75}})",
      std::string(60'000, '['),
      std::string(100'000, '['),
      std::string(10 << 20, 'x'),
  };
}

class BadInput : public AppTest {
 protected:
  std::uint64_t MqttFigure(const std::string& kind) const {
    return Figure(Metrics(), "fajma_messages_" + kind + "{door=\"mqtt\"}");
  }
};

TEST_F(BadInput, OverMqttIsCountedAndKept) {
  Start();
  MqttClient device(broker_.port(), "device");
  const auto bad = BadPayloads();
  for (const std::string& payload : bad) {
    device.Publish(kData, payload);
    device.Publish(kData, R"({"heart_rate":75})");
  }
  const std::pair<const char*, const char*> refused[] = {
      {"fajma/v1/devices/ffffffffffff/data", R"({"heart_rate":75})"},                                  // unknown device
      {kData, R"({"type":"sensor_data","device_mac":"AA:BB:CC:00:00:02","data":{"heart_rate":75}})"},  // another's MAC
      {"fajma/v1/devices/AABBCC000001/data", R"({"heart_rate":75})"},  // no such topic: upper case
      {"fajma/v1/devices/aabbcc000001/nothing", R"({"heart_rate":75})"},
      {"fajma/v1/devices/aabbcc000001", R"({"heart_rate":75})"},
      {"fajma/v1/devices/aabbcc000001/data/more", R"({"heart_rate":75})"},
  };
  for (const auto& [topic, payload] : refused) device.Publish(topic, payload);
  device.Publish(kData, R"({"heart_rate":75})");
  ASSERT_TRUE(Eventually([&] { return MqttFigure("stored_total") == bad.size() + 1 && MqttFigure("in_flight") == 0; }))
      << Metrics();
  EXPECT_EQ(MqttFigure("quarantined_total"), bad.size() - 1);
  EXPECT_GE(MqttFigure("refused_total"), 3U) << "also what is too large to be kept at all";
  EXPECT_EQ(NumberIn(Ask("GET", "/api/iot/donnees/").body, "count"), static_cast<std::int64_t>(bad.size() + 1));
  ExpectCountersAddUp();
}

TEST_F(BadInput, ARetainedReadingIsNone) {
  MqttClient device(broker_.port(), "device");
  device.Publish(kData, R"({"heart_rate":150})", true);
  Start();
  device.Publish(kData, R"({"heart_rate":75})");
  ASSERT_TRUE(Eventually([&] { return MqttFigure("stored_total") == 1; }));
  EXPECT_EQ(NumberIn(Ask("GET", "/api/iot/donnees/").body, "count"), 1);
  ExpectCountersAddUp();
}

TEST_F(BadInput, WrongClocksAreKeptLiveWithOneAlert) {
  Start();
  MqttClient device(broker_.port(), "device");
  for (const char* date : {"1970-01-01T00:00:00Z", "2025-01-20T10:30:00Z", "2100-01-01T00:00:00Z"}) {
    device.Publish(kData, SensorData(R"({"heart_rate":75,"timestamp":")" + std::string(date) + "\"}"));
  }
  ASSERT_TRUE(Eventually([&] { return MqttFigure("stored_total") == 3; }));
  ASSERT_TRUE(Eventually([&] { return NumberIn(Ask("GET", "/api/iot/alertes/").body, "count") == 1; }));
  EXPECT_NE(Ask("GET", "/api/iot/alertes/").body.find("Horloge du dispositif incorrecte"), std::string::npos);
  EXPECT_NE(Ask("GET", "/api/iot/donnees/").body.find("2100-01-01"), std::string::npos) << "it is kept";
}

TEST_F(BadInput, OverASocketIsAnsweredAndTheSocketStays) {
  Start();
  WsClient device = Open("/ws/iot/patient1/", DeviceToken(kMac));
  std::size_t sent = 0;
  for (const std::string& payload : BadPayloads()) {
    if (payload.size() > 64 << 10) continue;
    device.SendFrame(testing::kBinaryFrame, payload);  // a text must be UTF-8
    device.SendText(SensorData(R"({"heart_rate":75})"));
    ++sent;
  }
  device.SendText(SensorData(R"({"heart_rate":75,"timestamp":"\udc00"})"));
  std::size_t errors = 0;
  std::size_t stored = 0;
  while (errors < sent + 1 || stored < sent) {
    const std::string frame = device.ReceiveText();
    errors += frame.find(R"("type":"error")") != std::string::npos ? 1 : 0;
    stored += frame.find(R"("type":"sensor_data")") != std::string::npos ? 1 : 0;
  }
  EXPECT_EQ(NumberIn(Ask("GET", "/api/iot/donnees/").body, "count"), static_cast<std::int64_t>(sent));
  ExpectCountersAddUp();
}

TEST_F(BadInput, AnOversizeMessageClosesItsSocketAlone) {
  Start();
  WsClient other = Open("/ws/iot/patient1/", UserToken());
  WsClient device = Open("/ws/iot/patient1/", DeviceToken(kMac));
  device.SendText(SensorData(R"({"heart_rate":75})"));
  device.SendText(std::string((64 << 10) + 1, ' '));
  EXPECT_EQ(device.ReceiveClose(), 1009);
  while (other.ReceiveText().find(R"("heart_rate":75)") == std::string::npos) {
  }
}

TEST_F(BadInput, OverRestABodyOverTheLimitIsRefusedBeforeItIsRead) {
  Start();
  const std::string body(2 << 20, ' ');
  const auto refusal = [&](const std::string& framing, const std::string& sent) {
    RawSocket socket(app_->http_port());
    socket.Send("POST /api/token/ HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n" + framing +
                "\r\n\r\n" + sent);
    return socket.ReceiveAnswer();
  };
  const HttpAnswer too_large = refusal("Content-Length: " + std::to_string(body.size()), body);
  EXPECT_EQ(too_large.status, 413);
  EXPECT_EQ(too_large.Header("Content-Type"), "application/json");
  EXPECT_EQ(too_large.body, R"({"detail":"The body is too large."})");
  // Without a length it is refused whatever its size.
  for (const std::string& chunk : {std::string("200000\r\n") + body, std::string("2\r\n{}\r\n0\r\n\r\n")}) {
    const HttpAnswer chunked = refusal("Transfer-Encoding: chunked", chunk);
    EXPECT_EQ(chunked.status, 411);
    EXPECT_EQ(chunked.Header("Content-Type"), "application/json");
    EXPECT_EQ(chunked.body, R"({"detail":"A body needs a Content-Length."})");
  }
  EXPECT_EQ(Ask("GET", "/api/iot/").status, 200);
}

}  // namespace
}  // namespace fajma::test
