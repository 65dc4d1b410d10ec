#include "bridge/broker_check.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>

#include "bridge/mqtt_probe.h"
#include "tests/support/free_port.h"
#include "tests/support/mosquitto.h"

namespace fajma {
namespace {

std::vector<std::string> BadSettings(const std::string& url) {
  std::vector<std::string> bad;
  for (const Finding& finding : CheckBroker(ParseMqttUrl(url).value())) {
    if (finding.level == Finding::Level::kBad) bad.push_back(finding.setting);
  }
  return bad;
}

TEST(CheckBroker, FindsNothingInAGoodBroker) {
  test::Mosquitto broker;
  EXPECT_EQ(BadSettings(broker.url()), std::vector<std::string>{});
}

TEST(CheckBroker, LeavesNothingBehind) {
  test::Mosquitto broker;
  CheckBroker(ParseMqttUrl(broker.url()).value());
  EXPECT_EQ(FindRetained(ParseMqttUrl(broker.url()).value(), "#"), std::vector<std::string>{});
}

TEST(CheckBroker, FindsTheDefaultLimitOfQueuedMessages) {
  test::MosquittoOptions options;
  options.max_queued_messages = 1'000;
  test::Mosquitto broker(options);
  EXPECT_EQ(BadSettings(broker.url()), std::vector<std::string>{"max_queued_messages"});
}

TEST(CheckBroker, FindsRefusedRetainedMessagesAndSmallPackets) {
  test::MosquittoOptions options;
  options.extra = "retain_available false\nmax_packet_size 2000\n";
  test::Mosquitto broker(options);
  EXPECT_EQ(BadSettings(broker.url()), (std::vector<std::string>{"retain_available", "max_packet_size"}));
}

TEST(CheckBroker, FindsThatUsersShareASession) {
  test::MosquittoOptions options;
  options.extra = "use_username_as_clientid true\n";
  test::Mosquitto broker(options);
  MqttAddress address = ParseMqttUrl(broker.url()).value();
  address.username = "fajma";
  MqttProbe own(address, {.client_id = "own", .clean = false, .expiry_seconds = kNeverExpires});
  own.Connect();
  own.Disconnect();
  std::vector<std::string> bad;
  for (const Finding& finding : CheckBroker(address)) {
    if (finding.level == Finding::Level::kBad) bad.push_back(finding.setting);
  }
  EXPECT_EQ(bad, std::vector<std::string>{"use_username_as_clientid"});
  MqttProbe again(address, {.client_id = "own", .clean = false, .expiry_seconds = kNeverExpires});
  EXPECT_TRUE(again.Connect().session_present) << "the check has ended FAJMA's session";
  again.Disconnect();
}

TEST(CheckBroker, TellsThatNobodyAnswers) {
  EXPECT_EQ(BadSettings("mqtt://127.0.0.1:" + std::to_string(test::FreePort())), std::vector<std::string>{"broker"});
}

}  // namespace
}  // namespace fajma
