// Simulated devices on a real broker; the test is the server behind it.
#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <mutex>
#include <string>

#include "cli/simulator.h"
#include "tests/integration/simulator/broker_side.h"
#include "tests/support/mosquitto.h"
#include "tests/support/raw_socket.h"

namespace fajma::cli {
namespace {

using std::chrono::milliseconds;
using test::Mosquitto;
using testing::Eventually;

SimulatorOptions FastOptions(std::uint16_t port, int devices) {
  SimulatorOptions options;
  options.broker.host = "127.0.0.1";
  options.broker.port = port;
  options.interval = milliseconds(50);
  options.fast_phase = milliseconds(0);
  options.retry_first = milliseconds(50);
  options.retry_longest = milliseconds(200);
  options.ack_timeout = milliseconds(300);
  for (int i = 1; i <= devices; ++i) {
    SimulatedDevice device;
    device.mac.bytes = {0xAA, 0xBB, 0xCC, 0, 0, static_cast<std::uint8_t>(i)};
    options.mqtt_devices.push_back(device);
  }
  return options;
}

// Everything that was taken so far arrives and is acknowledged.
void ExpectAllDelivered(const Simulator& simulator, const Ledger& ledger, std::size_t devices, std::uint32_t samples) {
  EXPECT_TRUE(Eventually([&] { return ledger.devices() == devices && ledger.lowest_durable() >= samples; }))
      << ledger.devices() << " devices, the last at " << ledger.lowest_durable();
  const std::uint64_t taken = simulator.counters().samples;
  EXPECT_TRUE(Eventually([&] { return simulator.counters().acknowledged >= taken; }))
      << simulator.counters().acknowledged << " of " << taken;
  EXPECT_EQ(ledger.extra_boots(), 0);
  EXPECT_EQ(simulator.counters().dropped, 0U);
  EXPECT_EQ(simulator.counters().rejected, 0U);
}

TEST(MqttDevices, EverySampleArrivesAndIsAcknowledged) {
  const Mosquitto broker;
  const BrokerSide server(broker.port());
  const Simulator simulator(FastOptions(broker.port(), 10));
  ExpectAllDelivered(simulator, server.ledger(), 10, 30);
  EXPECT_EQ(simulator.counters().devices, 10U);
  EXPECT_EQ(simulator.counters().connected, 10U);
  EXPECT_EQ(simulator.counters().reconnects, 0U);
  EXPECT_EQ(server.CountStatus("online"), 10U);
}

TEST(MqttDevices, WhatTheServerMissesIsSentAgain) {
  const Mosquitto broker;
  const BrokerSide server(broker.port(), 30);
  const Simulator simulator(FastOptions(broker.port(), 3));
  ExpectAllDelivered(simulator, server.ledger(), 3, 100);
  EXPECT_GT(simulator.counters().sent_again, 0U);
}

TEST(MqttDevices, SurviveACrashOfTheBroker) {
  Mosquitto broker;
  const BrokerSide server(broker.port());
  const Simulator simulator(FastOptions(broker.port(), 5));
  ExpectAllDelivered(simulator, server.ledger(), 5, 10);
  broker.Kill();
  EXPECT_TRUE(Eventually([&] { return simulator.counters().connected == 0; }));
  const std::uint64_t taken = simulator.counters().samples;
  EXPECT_TRUE(Eventually([&] { return simulator.counters().samples >= taken + 50; })) << "they go on measuring";
  broker.Start();
  EXPECT_TRUE(Eventually([&] { return simulator.counters().reconnects == 5; }));
  ExpectAllDelivered(simulator, server.ledger(), 5, 20);
}

TEST(MqttDevices, BeginWithoutABroker) {
  Mosquitto broker;
  broker.Stop();
  const Simulator simulator(FastOptions(broker.port(), 3));
  EXPECT_TRUE(Eventually([&] { return simulator.counters().samples >= 30; }));
  EXPECT_EQ(simulator.counters().connected, 0U);
  broker.Start();
  const BrokerSide server(broker.port());
  ExpectAllDelivered(simulator, server.ledger(), 3, 20);
}

TEST(MqttDevices, EndOffline) {
  const Mosquitto broker;
  const BrokerSide server(broker.port());
  auto simulator = std::make_unique<Simulator>(FastOptions(broker.port(), 10));
  ASSERT_TRUE(Eventually([&] { return server.CountStatus("online") == 10; }));
  simulator.reset();
  EXPECT_TRUE(Eventually([&] { return server.CountStatus("offline") == 10; })) << server.CountStatus("offline");
  const BrokerSide late(broker.port());
  EXPECT_TRUE(Eventually([&] { return late.CountStatus("offline") == 10; })) << "it is retained";
}

TEST(MqttDevices, EndWhileTheBrokerIsSilent) {
  Mosquitto broker;
  auto simulator = std::make_unique<Simulator>(FastOptions(broker.port(), 10));
  ASSERT_TRUE(Eventually([&] { return simulator->counters().connected == 10; }));
  broker.Pause();
  const auto begin = std::chrono::steady_clock::now();
  simulator.reset();
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(10));
  broker.Resume();
}

// Another client of the same name makes the broker end the first one's connection, and publish its will.
TEST(MqttDevices, ComeBackWhenTheBrokerEndsTheirConnection) {
  const Mosquitto broker;
  const BrokerSide server(broker.port());
  const Simulator simulator(FastOptions(broker.port(), 1));
  ASSERT_TRUE(Eventually([&] { return server.CountStatus("online") == 1; }));
  testing::RawSocket thief(broker.port());
  std::string connect("\x10\x23\0\4MQTT\4\2\0\x3c\0\x17", 14);
  connect += "fajma-AA:BB:CC:00:00:01";
  thief.Send(connect);
  EXPECT_TRUE(Eventually([&] { return simulator.counters().reconnects == 1; }));
  ExpectAllDelivered(simulator, server.ledger(), 1, 10);
  EXPECT_EQ(server.offline_messages(), 1U);
  EXPECT_TRUE(Eventually([&] { return server.CountStatus("online") == 1; }));
}

TEST(MqttDevices, TellWhyTheyAreRefused) {
  test::MosquittoOptions closed;
  closed.extra = "allow_anonymous false";
  const Mosquitto broker(closed);
  SimulatorOptions options = FastOptions(broker.port(), 1);
  options.mqtt_devices[0].username = "aabbcc000001";
  options.mqtt_devices[0].password = "wrong";
  std::mutex mutex;
  std::string why;
  options.on_lost = [&](const SimulatedDevice& device, std::string_view reason) {
    const std::lock_guard lock(mutex);
    why = device.username + ": " + std::string(reason);
  };
  const Simulator simulator(std::move(options));
  EXPECT_TRUE(Eventually([&] {
    const std::lock_guard lock(mutex);
    return why == "aabbcc000001: Not authorized";
  })) << why;
}

}  // namespace
}  // namespace fajma::cli
