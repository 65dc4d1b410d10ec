#include <gtest/gtest.h>

#include "api/ws/client/endpoint.h"

namespace fajma::ws {
namespace {

TEST(ParseWsUrl, TakesHostPortAndPath) {
  const auto url = ParseWsUrl("ws://ward.example:8000/ws/iot/");
  ASSERT_TRUE(url);
  EXPECT_EQ(url->host, "ward.example");
  EXPECT_EQ(url->port, 8000);
  EXPECT_EQ(url->path, "/ws/iot/");
  EXPECT_EQ(url->Authority(), "ward.example:8000");
}

TEST(ParseWsUrl, FillsInPortAndPath) {
  const auto url = ParseWsUrl("ws://ward");
  ASSERT_TRUE(url);
  EXPECT_EQ(url->port, 80);
  EXPECT_EQ(url->path, "/");
}

TEST(ParseWsUrl, TakesAnIpv6AddressInBrackets) {
  const auto url = ParseWsUrl("ws://[::1]:8000/x");
  ASSERT_TRUE(url);
  EXPECT_EQ(url->host, "::1");
  EXPECT_EQ(url->port, 8000);
  EXPECT_EQ(url->Authority(), "[::1]:8000");
}

TEST(ParseWsUrl, RefusesEverythingElse) {
  for (const char* text : {"", "ws://", "ws:///x", "wss://ward/", "http://ward/", "ward:8000", "ws://ward:/",
                           "ws://ward:0/", "ws://ward:65536/", "ws://ward:80x/", "ws://user@ward/", "ws://[::1",
                           "ws://[::1]8000/", "ws://ward/a b", "ws://ward/a\r\nX: y", "ws://ward?x"}) {
    EXPECT_FALSE(ParseWsUrl(text)) << text;
  }
}

TEST(FindEndpoint, KnowsAddressesWithoutAsking) {
  const auto v4 = FindEndpoint({"127.0.0.1", 8000, "/"});
  ASSERT_TRUE(v4);
  EXPECT_EQ(v4->address.ss_family, AF_INET);
  const auto v6 = FindEndpoint({"::1", 8000, "/"});
  ASSERT_TRUE(v6);
  EXPECT_EQ(v6->address.ss_family, AF_INET6);
}

}  // namespace
}  // namespace fajma::ws
