#include "firmware/core/device.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/unit/firmware/delivery_support.h"

namespace fajma::firmware {
namespace {

constexpr std::string_view kPrefix = "fajma/v1/devices/aabbccddeeff/";

class DeviceTest : public testing::Test {
 protected:
  struct Published {
    std::string topic;
    std::string payload;
    bool retained;
  };

  static DeviceSettings Settings() {
    DeviceSettings settings;
    settings.mac = {{0xAA, 0xBB, 0xCC, 0xDD, 0xEE, 0xFF}};
    settings.firmware = "1.2.0";
    settings.boot = 12;
    return settings;
  }
  static std::string TopicOf(std::string_view name) { return std::string(kPrefix) + std::string(name); }

  std::vector<Published> PublishAll(std::uint64_t now_ms) {
    std::vector<Published> all;
    while (const std::optional<Outgoing> message = device_.Next(now_ms)) {
      all.push_back({message->topic, std::string(message->payload), message->retained});
    }
    return all;
  }
  void AddSample(std::uint64_t now_ms) {
    Sample sample;
    sample.Set(Measure::kHeartRate, 75);
    sample.Set(Measure::kBatteryLevel, 88);
    sample.Set(Measure::kSignalQuality, 72);
    device_.Add(sample, now_ms);
  }
  void SendCommand(std::string_view id, std::string_view payload, std::uint64_t now_ms = 0) {
    EXPECT_TRUE(device_.OnMessage(TopicOf("commands/" + std::string(id)), payload, now_ms));
  }

  Device device_{Settings()};
};

TEST_F(DeviceTest, WillIsTheOfflineStatus) {
  EXPECT_EQ(device_.will(), R"({"status":"offline","firmware":"1.2.0","boot":12})");
  EXPECT_EQ(device_.will().data()[device_.will().size()], '\0');
  EXPECT_EQ(device_.topics().status().view(), TopicOf("status"));
  EXPECT_EQ(device_.topics().commands_filter().view(), TopicOf("commands/+"));
}

TEST_F(DeviceTest, AnnouncesItselfThenDelivers) {
  AddSample(1000);
  EXPECT_TRUE(PublishAll(1000).empty());
  device_.OnConnected();
  const std::vector<Published> all = PublishAll(2000);
  ASSERT_EQ(all.size(), 2U);
  EXPECT_EQ(all[0].topic, TopicOf("status"));
  EXPECT_EQ(all[0].payload, R"({"status":"online","firmware":"1.2.0","battery":88,"signal":72,"boot":12})");
  EXPECT_TRUE(all[0].retained);
  EXPECT_EQ(all[1].topic, TopicOf("data"));
  EXPECT_EQ(all[1].payload,
            R"({"b":12,"s":1,"f":1,"u":1000,"m":{"heart_rate":75,"battery_level":88,"signal_quality":72}})");
  EXPECT_FALSE(all[1].retained);
}

TEST_F(DeviceTest, RepeatsItsStatusEachMinuteAndAfterReconnect) {
  device_.OnConnected();
  EXPECT_EQ(PublishAll(0).size(), 1U);
  EXPECT_TRUE(PublishAll(59'999).empty());
  EXPECT_EQ(PublishAll(60'000).size(), 1U);
  device_.OnDisconnected();
  EXPECT_TRUE(PublishAll(200'000).empty());
  device_.OnConnected();
  EXPECT_EQ(PublishAll(200'001).size(), 1U);
}

TEST_F(DeviceTest, AckSettlesAndSetsTheClock) {
  device_.OnConnected();
  AddSample(1000);
  PublishAll(1000);
  EXPECT_TRUE(device_.OnMessage(TopicOf("ack"), AckText(12, 1), 2000));
  EXPECT_EQ(device_.delivery().held_count(), 0U);
  EXPECT_EQ(device_.clock().source(), ClockSource::kServer);
  AddSample(3000);
  EXPECT_NE(PublishAll(3000).at(0).payload.find(R"("t":1767225601000)"), std::string::npos);
}

TEST_F(DeviceTest, AckOfAnotherBootDoesNotSetTheClock) {
  device_.OnConnected();
  device_.OnMessage(TopicOf("ack"), AckText(13, 0), 2000);
  EXPECT_EQ(device_.clock().source(), ClockSource::kNone);
}

TEST_F(DeviceTest, RejectSettles) {
  device_.OnConnected();
  AddSample(0);
  PublishAll(0);
  EXPECT_TRUE(device_.OnMessage(TopicOf("reject"), RejectText(12, 1, "out_of_range"), 0));
  EXPECT_EQ(device_.delivery().counters().rejected, 1U);
}

TEST_F(DeviceTest, LeavesForeignTopicsAlone) {
  const std::string long_id(65, 'a');
  for (const std::string& topic :
       {TopicOf("data"), TopicOf("commands/"), TopicOf("commands/1/result"), TopicOf("commands/a b"),
        TopicOf("commands/" + long_id), std::string("fajma/v1/devices/000000000000/ack"), std::string()}) {
    EXPECT_FALSE(device_.OnMessage(topic, AckText(12, 0), 0)) << topic;
  }
}

TEST_F(DeviceTest, AnswersEachCommandUnderItsId) {
  device_.OnConnected();
  PublishAll(0);
  const std::string id = "74dd23e8-4fb5-4a7d-b4b2-b511e158ef16";
  SendCommand(id, R"({"command":"set_interval","params":{"interval":30}})");
  SendCommand("x", R"({"command":"explode"})");
  const std::vector<Published> all = PublishAll(0);
  ASSERT_EQ(all.size(), 2U);
  EXPECT_EQ(all[0].topic, TopicOf("commands/" + id + "/result"));
  EXPECT_EQ(all[0].payload, R"({"status":"done"})");
  EXPECT_FALSE(all[0].retained);
  EXPECT_EQ(all[1].payload, R"({"status":"refused","detail":"unknown command"})");
  EXPECT_EQ(device_.interval_ms(), 30'000U);
}

TEST_F(DeviceTest, CarriesOutARedeliveredCommandOnce) {
  device_.OnConnected();
  PublishAll(0);
  SendCommand("1", R"({"command":"identify","params":{"duration":10}})", 0);
  EXPECT_EQ(PublishAll(0).size(), 1U);
  EXPECT_TRUE(device_.identifying(9999));
  SendCommand("1", R"({"command":"identify","params":{"duration":10}})", 9999);
  EXPECT_EQ(PublishAll(9999).size(), 1U) << "answered again, for the first answer may be lost";
  EXPECT_FALSE(device_.identifying(10'000));
}

TEST_F(DeviceTest, RestartsOnlyAfterItsAnswerHasLeft) {
  device_.OnConnected();
  SendCommand("1", R"({"command":"restart","params":{"delay":5}})", 1000);
  EXPECT_FALSE(device_.restart_due(6000));
  PublishAll(1000);
  EXPECT_FALSE(device_.restart_due(5999));
  EXPECT_TRUE(device_.restart_due(6000));
  SendCommand("2", R"({"command":"identify"})", 6000);
  EXPECT_FALSE(device_.restart_due(6000)) << "another answer is waiting";
}

TEST_F(DeviceTest, IdentifyFailsWithoutALamp) {
  DeviceSettings settings = Settings();
  settings.can_identify = false;
  Device device(settings);
  device.OnConnected();
  static_cast<void>(device.Next(0));
  device.OnMessage(TopicOf("commands/1"), R"({"command":"identify"})", 0);
  EXPECT_EQ(device.Next(0)->payload, R"({"status":"failed","detail":"no lamp"})");
}

TEST_F(DeviceTest, SaysAgainWhatDidNotLeave) {
  device_.OnConnected();
  AddSample(0);
  SendCommand("1", R"({"command":"identify"})");
  for (const std::string_view name : {"status", "commands/1/result", "data"}) {
    for (int i = 0; i < 3; ++i) {
      const std::optional<Outgoing> message = device_.Next(0);
      ASSERT_TRUE(message);
      EXPECT_EQ(message->topic, TopicOf(name));
      if (i < 2) {
        device_.OnPublishFailed();
      }
    }
  }
  EXPECT_FALSE(device_.Next(0));
  device_.OnPublishFailed();
  EXPECT_FALSE(device_.Next(0)) << "nothing was handed out, so nothing failed";
}

TEST_F(DeviceTest, SamplesOnceInEachInterval) {
  EXPECT_TRUE(device_.TakeSampleDue(0));
  EXPECT_FALSE(device_.TakeSampleDue(4999));
  EXPECT_TRUE(device_.TakeSampleDue(5010));
  EXPECT_TRUE(device_.TakeSampleDue(10'000)) << "lateness does not add up";
  EXPECT_TRUE(device_.TakeSampleDue(100'000));
  EXPECT_FALSE(device_.TakeSampleDue(100'001)) << "a pause is not made up for by a burst";
}

}  // namespace
}  // namespace fajma::firmware
