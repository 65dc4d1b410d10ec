#include <Arduino.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "host_world.h"

namespace fajma {
namespace {

using host::GetWorld;
using host::Message;

constexpr std::string_view kPrefix = "fajma/v1/devices/aabbccddeeff/";

// setup() runs afresh in each test, as after a reset of the board.
class SketchTest : public testing::Test {
 protected:
  void SetUp() override {
    GetWorld() = {};
    GetWorld().celsius = 36.5;
    GetWorld().wifi_up = true;
    GetWorld().broker_up = true;
    setup();
  }

  static void RunFor(std::uint32_t duration_ms) {
    for (std::uint32_t passed = 0; passed < duration_ms; passed += 50) {
      GetWorld().millis += 50;
      loop();
    }
  }
  static std::string TopicOf(std::string_view name) { return std::string(kPrefix) + std::string(name); }
  static std::vector<Message> PublishedOn(std::string_view name) {
    std::vector<Message> found;
    for (const Message& message : GetWorld().published) {
      if (message.topic == TopicOf(name)) {
        found.push_back(message);
      }
    }
    return found;
  }
  static void Receive(std::string_view name, const std::string& payload) {
    GetWorld().incoming.push_back({TopicOf(name), payload, false});
  }
  static bool Contains(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }
};

TEST_F(SketchTest, WaitsForTheNetwork) {
  GetWorld().wifi_up = false;
  RunFor(20'000);
  EXPECT_TRUE(GetWorld().connects.empty());
  EXPECT_TRUE(GetWorld().published.empty());
  GetWorld().wifi_up = true;
  RunFor(5'000);
  EXPECT_EQ(GetWorld().connects.size(), 1U);
  EXPECT_FALSE(PublishedOn("data").empty());
}

TEST_F(SketchTest, ConnectsWithARetainedWillAndSubscribesToItsOwnTopics) {
  RunFor(100);
  ASSERT_EQ(GetWorld().connects.size(), 1U);
  const host::ConnectCall& call = GetWorld().connects[0];
  EXPECT_EQ(call.client_id, "fajma-AA:BB:CC:DD:EE:FF");
  EXPECT_EQ(call.will_topic, TopicOf("status"));
  EXPECT_EQ(call.will, R"({"status":"offline","firmware":"1.2.0","boot":12})");
  EXPECT_TRUE(call.will_retained);
  EXPECT_EQ(call.will_qos, 1);
  EXPECT_FALSE(call.clean_session);
  EXPECT_EQ(GetWorld().subscriptions,
            (std::vector<std::string>{TopicOf("ack"), TopicOf("reject"), TopicOf("commands/+")}));
}

TEST_F(SketchTest, PublishesStatusAndMeasures) {
  RunFor(6'000);
  const std::vector<Message> status = PublishedOn("status");
  ASSERT_EQ(status.size(), 1U);
  EXPECT_TRUE(status[0].retained);
  EXPECT_TRUE(Contains(status[0].payload, R"("status":"online")")) << status[0].payload;
  const std::vector<Message> data = PublishedOn("data");
  ASSERT_GE(data.size(), 2U);
  EXPECT_FALSE(data.back().retained);
  EXPECT_TRUE(Contains(data.back().payload, R"("temperature":36.5)")) << data.back().payload;
  EXPECT_TRUE(Contains(data.back().payload, R"("battery_level":78)")) << data.back().payload;
  EXPECT_TRUE(Contains(data.back().payload, R"("signal_quality":80)")) << data.back().payload;
  EXPECT_TRUE(Contains(data.back().payload, R"("u":)")) << "the clock is not set";
  EXPECT_EQ(PublishedOn("status").size() + data.size(), GetWorld().published.size()) << "nothing on other topics";
}

TEST_F(SketchTest, DatesSamplesByNtp) {
  GetWorld().ntp_wall_ms = 1'767'225'600'000;
  RunFor(11'000);
  EXPECT_TRUE(Contains(PublishedOn("data").back().payload, R"("t":17672256)")) << PublishedOn("data").back().payload;
}

TEST_F(SketchTest, SendsAgainAfterTheBrokerWasAway) {
  RunFor(1'000);
  GetWorld().session_up = false;
  GetWorld().broker_up = false;
  RunFor(30'000);
  const std::size_t attempts = GetWorld().connects.size();
  EXPECT_GE(attempts, 3U);
  EXPECT_LE(attempts, 8U) << "attempts get rarer";
  GetWorld().published.clear();
  GetWorld().broker_up = true;
  RunFor(60'000);
  ASSERT_FALSE(PublishedOn("data").empty());
  EXPECT_TRUE(Contains(PublishedOn("data")[0].payload, R"([{"b":12,"s":1,"f":1,)")) << PublishedOn("data")[0].payload;
  EXPECT_EQ(PublishedOn("status").size(), 1U);
}

TEST_F(SketchTest, StopsSendingWhatIsAcknowledged) {
  RunFor(6'000);
  Receive("ack", R"({"boot":12,"durable":2,"now":1767225600000})");
  RunFor(50);
  GetWorld().published.clear();
  RunFor(30'000);
  ASSERT_FALSE(PublishedOn("data").empty());
  for (const Message& message : PublishedOn("data")) {
    EXPECT_FALSE(Contains(message.payload, R"("s":1,)")) << message.payload;
    EXPECT_FALSE(Contains(message.payload, R"("s":2,)")) << message.payload;
    EXPECT_TRUE(Contains(message.payload, R"("t":17672256)")) << "the ack has set the clock: " << message.payload;
  }
}

TEST_F(SketchTest, ReconnectsWhenAPublishFails) {
  RunFor(1'000);
  GetWorld().publish_fails = true;
  RunFor(6'000);
  GetWorld().publish_fails = false;
  GetWorld().published.clear();
  RunFor(5'000);
  EXPECT_GE(GetWorld().connects.size(), 2U);
  EXPECT_TRUE(GetWorld().session_up);
  ASSERT_FALSE(PublishedOn("data").empty());
  EXPECT_TRUE(Contains(PublishedOn("data")[0].payload, R"("s":1,)")) << PublishedOn("data")[0].payload;
  EXPECT_TRUE(Contains(PublishedOn("data")[0].payload, R"("s":2,)")) << PublishedOn("data")[0].payload;
}

TEST_F(SketchTest, AnswersThenRestarts) {
  RunFor(1'000);
  Receive("commands/74dd23e8", R"({"command":"restart","params":{}})");
  RunFor(50);
  const std::vector<Message> result = PublishedOn("commands/74dd23e8/result");
  ASSERT_EQ(result.size(), 1U);
  EXPECT_EQ(result[0].payload, R"({"status":"done"})");
  EXPECT_EQ(GetWorld().restarts, 1);
  EXPECT_TRUE(Contains(GetWorld().published.back().payload, R"("status":"offline")")) << "it says goodbye";
  EXPECT_FALSE(GetWorld().session_up);
}

TEST_F(SketchTest, BlinksWhenAskedTo) {
  RunFor(1'000);
  Receive("commands/1", R"({"command":"identify","params":{"duration":2}})");
  int changes = 0;
  bool lamp = false;
  for (int i = 0; i < 100; ++i) {
    RunFor(50);
    changes += GetWorld().lamp != lamp ? 1 : 0;
    lamp = GetWorld().lamp;
  }
  EXPECT_GE(changes, 6);
  EXPECT_FALSE(lamp);
}

TEST_F(SketchTest, ASensorThatIsGoneSendsNothing) {
  RunFor(3'000);
  GetWorld().celsius.reset();
  RunFor(12'000);
  const std::string payload = PublishedOn("data").back().payload;
  const std::string measures = payload.substr(payload.rfind("\"m\":"));
  EXPECT_FALSE(Contains(measures, "temperature")) << payload;
  EXPECT_TRUE(Contains(measures, "battery_level")) << payload;
}

TEST_F(SketchTest, GoesOnAcrossTheWrapOfMillis) {
  GetWorld().millis = 0xFFFFFFFF - 10'000;
  RunFor(30'000);
  GetWorld().published.clear();
  RunFor(10'000);
  EXPECT_GE(PublishedOn("data").size(), 2U);
  EXPECT_TRUE(Contains(PublishedOn("data").back().payload, R"("u":42949)")) << PublishedOn("data").back().payload;
}

}  // namespace
}  // namespace fajma
