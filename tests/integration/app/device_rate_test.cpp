// A device that sends too much, seen from outside, at both doors.
#include "core/ingest/device_limiter.h"
#include "tests/integration/app/app_fixture.h"

namespace fajma::test {
namespace {

constexpr const char* kDevice = "fajma/v1/devices/aabbcc000001";

class DeviceRateOfApp : public AppTest {
 protected:
  DeviceRateOfApp() { settings_.device_rate = 1; }
  std::uint64_t Refused() const { return Figure(Metrics(), "fajma_rejections_total{code=\"rate_limited\"}"); }
};

std::string Numbered(std::int64_t seq) {
  return R"({"b":12,"s":)" + std::to_string(seq) + R"(,"m":{"heart_rate":75}})";
}

TEST_F(DeviceRateOfApp, OverMqttItIsToldToSendAgainLaterAndThenStored) {
  Start();
  MqttClient device(broker_.port(), "device");
  device.Subscribe(std::string(kDevice) + "/reject");
  MqttClient listener(broker_.port(), "listener");
  listener.Subscribe(std::string(kDevice) + "/ack");
  std::int64_t last = 0;
  while (last < 200) device.Publish(std::string(kDevice) + "/data", Numbered(++last));
  const MqttMessage reject = device.Receive();
  const std::int64_t seq = NumberIn(reject.payload, "seq");
  EXPECT_GT(seq, kBurstSeconds) << reject.payload;
  EXPECT_NE(reject.payload.find(R"("code":"rate_limited")"), std::string::npos) << reject.payload;
  EXPECT_GE(Refused(), 1U);
  std::int64_t durable = 0;
  while (durable < seq) {
    device.Publish(std::string(kDevice) + "/data", Numbered(seq));
    try {
      durable = NumberIn(listener.Receive(std::chrono::milliseconds(200)).payload, "durable");
    } catch (const testing::TimedOut&) {
      continue;  // refused once more
    }
  }
  ExpectCountersAddUp();
}

TEST_F(DeviceRateOfApp, OnASocketItIsToldByAnErrorAndTheNextDeviceGoesOn) {
  Start();
  WsClient device = Open("/ws/iot/patient1/", DeviceToken(kMac));
  for (int i = 0; i < 200; ++i) device.SendText(SensorData(R"({"heart_rate":75})"));
  EXPECT_EQ(NextOf(device, "error"),
            R"({"type":"error","code":"rate_limited","message":"Trop de messages, réessayez dans un instant."})");
  constexpr std::string_view kOther = "AA:BB:CC:00:00:02";
  WsClient other = Open("/ws/iot/patient2/?ack=1", DeviceToken(kOther));
  other.SendText(SensorData(R"({"heart_rate":75})", kOther));
  NextOf(other, "ack");
  ExpectCountersAddUp();
}

}  // namespace
}  // namespace fajma::test
