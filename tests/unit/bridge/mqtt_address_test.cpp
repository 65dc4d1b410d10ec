#include "bridge/mqtt_address.h"

#include <gtest/gtest.h>

namespace fajma {
namespace {

TEST(ParseMqttUrl, KnowsBothSchemesAndTheirPorts) {
  const auto plain = ParseMqttUrl("mqtt://broker");
  ASSERT_TRUE(plain);
  EXPECT_EQ(plain->ToUri(), "tcp://broker:1883");
  const auto tls = ParseMqttUrl("mqtts://broker.example/");
  ASSERT_TRUE(tls);
  EXPECT_EQ(tls->ToUri(), "ssl://broker.example:8883");
  EXPECT_EQ(ParseMqttUrl("mqtt://127.0.0.1:1884")->ToUri(), "tcp://127.0.0.1:1884");
  EXPECT_EQ(ParseMqttUrl("mqtt://[::1]:1884")->ToUri(), "tcp://[::1]:1884");
  EXPECT_EQ(ParseMqttUrl("mqtt://[::1]")->ToUri(), "tcp://[::1]:1883");
}

TEST(ParseMqttUrl, TakesUserAndPasswordAndTellsThemToNobody) {
  const auto address = ParseMqttUrl("mqtt://fajma:p%40ss%2Fw:ord@broker:1884");
  ASSERT_TRUE(address);
  EXPECT_EQ(address->username, "fajma");
  EXPECT_EQ(address->password, "p@ss/w:ord");
  EXPECT_EQ(address->ToUri(), "tcp://broker:1884");
  EXPECT_EQ(ParseMqttUrl("mqtt://fajma@broker")->password, "");
}

TEST(ParseMqttUrl, RefusesTheRest) {
  for (const char* const url : {"",
                                "broker",
                                "tcp://broker",
                                "http://broker",
                                "mqtt://",
                                "mqtt://:1883",
                                "mqtt://broker:",
                                "mqtt://broker:0",
                                "mqtt://broker:65536",
                                "mqtt://broker:1883x",
                                "mqtt://bro ker",
                                "mqtt://broker/path",
                                "mqtt://@broker",
                                "mqtt://:secret@broker",
                                "mqtt://a%4@broker",
                                "mqtt://a%zz@broker",
                                "mqtt://[::1",
                                "mqtt://[]:1883",
                                "mqtt://[host]:1883",
                                "mqtt://[::1]1883"}) {
    EXPECT_FALSE(ParseMqttUrl(url)) << url;
  }
}

}  // namespace
}  // namespace fajma
