// The whole program in this process, on the demo's data, with a private broker; its outside as clients see it.
#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "cli/app.h"
#include "cli/settings.h"
#include "core/domain/reading.h"
#include "tests/integration/app/mqtt_client.h"
#include "tests/support/mosquitto.h"
#include "tests/support/ws_client.h"

namespace fajma::test {

using testing::Eventually;
using testing::HttpAnswer;
using testing::MqttClient;
using testing::MqttMessage;
using testing::RawSocket;
using testing::WsClient;

inline constexpr std::string_view kMac = "AA:BB:CC:00:00:01";  // patient1's device

class AppTest : public ::testing::Test {
 protected:
  AppTest();
  ~AppTest() override;

  void Start();  // and waits until it is connected to the broker
  void Stop() { app_.reset(); }

  std::string UserToken(const std::string& name = "demo") const;
  std::string DeviceToken(std::string_view mac) const;
  // Of a path; `token` empty: none is sent.
  WsClient Open(const std::string& path, const std::string& token = {}, const std::string& headers = {}) const;
  // The status of a handshake, 101 when it is accepted.
  int HandshakeStatus(const std::string& path, const std::string& headers = {}) const;
  HttpAnswer Ask(const std::string& method, const std::string& target, const std::string& body = {}) const;
  // A figure of /metrics: "fajma_messages_received_total{door=\"mqtt\"}".
  std::uint64_t Figure(const std::string& page, const std::string& name) const;
  std::string Metrics() const { return Ask("GET", "/metrics").body; }
  // received = stored + duplicate + quarantined + refused + in flight.
  void ExpectCountersAddUp() const;

  std::filesystem::path folder_;
  Mosquitto broker_;
  cli::Settings settings_;
  std::unique_ptr<cli::App> app_;
};

// Times, cursors and ids given by the server as words; the documented device time stays.
std::string Normalize(const std::string& frame);
// The value of a whole-number member; throws when there is none.
std::int64_t NumberIn(const std::string& frame, const std::string& name);

// The value of a text member; throws when there is none.
std::string TextIn(const std::string& frame, const std::string& name);
// The next frame of that type, past others.
std::string NextOf(WsClient& socket, const std::string& type);

// A documented message of the device.
std::string SensorData(std::string_view data, std::string_view mac = kMac);

}  // namespace fajma::test
