// Simulated devices on the program's own HTTP door and WebSocket loop; the test stands for what is behind them.
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "api/http/server.h"
#include "api/ws/loop/loop.h"
#include "cli/simulator.h"
#include "tests/integration/simulator/ledger.h"
#include "tests/support/raw_socket.h"

namespace fajma::cli {
namespace {

using std::chrono::milliseconds;
using testing::Eventually;

// What all sessions of a server share.
struct Ward {
  Ledger ledger;
  std::atomic<unsigned> texts{0};
  std::atomic<unsigned> ignored{0};  // so many of each hundred texts are lost on the server
  std::atomic<int> open{0};
  std::atomic<int> last_close_code{0};
  std::mutex mutex;
  std::vector<std::string> requests;  // guarded by mutex: target and some headers of each handshake
  std::string last_text;              // guarded by mutex
  std::string greeting;               // guarded by mutex: sent to each that opens

  std::string LastText() {
    const std::lock_guard lock(mutex);
    return last_text;
  }
  std::string FirstRequest() {
    const std::lock_guard lock(mutex);
    return requests.empty() ? std::string() : requests.front();
  }
};

std::string MacOf(std::string_view text) {
  constexpr std::string_view kName = R"("device_mac":")";
  return std::string(text.substr(text.find(kName) + kName.size(), 17));
}

// The tests' reader knows the native form: one text is made look like it.
std::string NativeLike(std::string_view text) {
  return "{" + std::string(text.substr(std::min(text.find(R"("b":)"), text.size())));
}

class WardSession final : public ws::Session {
 public:
  explicit WardSession(Ward& ward) : ward_(ward) {}

  void OnOpen(ws::Connection& connection) override {
    ++ward_.open;
    connection.SendText(R"({"type":"connection_established","patient_id":1,"message":"Connexion WebSocket établie"})");
    const std::lock_guard lock(ward_.mutex);
    if (!ward_.greeting.empty()) connection.SendText(ward_.greeting);
  }
  void OnText(ws::Connection& connection, std::string_view text) override {
    {
      const std::lock_guard lock(ward_.mutex);
      ward_.last_text = text;
    }
    if (ward_.texts++ % 100 < ward_.ignored) return;
    const Ledger::Settled settled = ward_.ledger.Take(MacOf(text), NativeLike(text));
    if (settled.boot == 0) return;
    connection.SendText(R"({"type":"ack","device_mac":")" + MacOf(text) + R"(","stored":1,"boot":)" +
                        std::to_string(settled.boot) + R"(,"durable":)" + std::to_string(settled.durable) + "}");
  }
  void OnClose(ws::ConnectionId, std::uint16_t code) override {
    --ward_.open;
    ward_.last_close_code = code;
  }

 private:
  Ward& ward_;
};

class WardHandler final : public http::Handler {
 public:
  explicit WardHandler(Ward& ward) : ward_(ward) {}

  http::Response Handle(const http::Request&) override { return http::DetailResponse(404, "Not found."); }
  http::UpgradeDecision DecideUpgrade(const http::Request& request) override {
    std::string seen = request.path;
    for (const char* name : {"Origin", "Authorization", "Sec-WebSocket-Protocol"}) {
      const std::string* const value = request.FindHeader(name);
      if (value != nullptr) seen += std::string(" ") + name + "=" + *value;
    }
    const std::lock_guard lock(ward_.mutex);
    ward_.requests.push_back(seen);
    if (request.path == "/ws/iot/nobody/") return http::DetailResponse(403, "Forbidden");
    return http::UpgradeAccept{request.FindHeader("Sec-WebSocket-Protocol") != nullptr ? "arduino" : "", {}};
  }

 private:
  Ward& ward_;
};

class WardServer {
 public:
  explicit WardServer(Ward& ward, std::uint16_t port = 0, ws::LoopOptions loop_options = {})
      : loop_(std::move(loop_options)),
        server_(MakeOptions(port), std::make_shared<WardHandler>(ward), [this, &ward](http::DetachedSocket socket) {
          loop_.Adopt(std::move(socket), std::make_unique<WardSession>(ward));
        }) {}
  ~WardServer() {
    server_.Stop();
    loop_.Stop();
  }
  WardServer(const WardServer&) = delete;
  WardServer& operator=(const WardServer&) = delete;

  std::uint16_t port() const { return server_.port(); }
  std::uint64_t frames_in() const { return loop_.GetStatistics().frames_in; }

 private:
  static http::Options MakeOptions(std::uint16_t port) {
    http::Options options;
    options.address = "127.0.0.1:" + std::to_string(port);
    return options;
  }

  ws::Loop loop_;
  http::Server server_;
};

SimulatorOptions FastOptions(std::uint16_t port, int devices) {
  SimulatorOptions options;
  options.websocket_base = "ws://127.0.0.1:" + std::to_string(port) + "/ws/iot/";
  options.interval = milliseconds(50);
  options.fast_phase = milliseconds(0);
  options.retry_first = milliseconds(50);
  options.retry_longest = milliseconds(200);
  options.ack_timeout = milliseconds(300);
  for (int i = 1; i <= devices; ++i) {
    SimulatedDevice device;
    device.mac.bytes = {0xAA, 0xBB, 0xCC, 0, 0, static_cast<std::uint8_t>(i)};
    device.patient = "patient" + std::to_string(i);
    options.websocket_devices.push_back(device);
  }
  return options;
}

void ExpectAllDelivered(const Simulator& simulator, const Ledger& ledger, std::size_t devices, std::uint32_t samples) {
  EXPECT_TRUE(Eventually([&] { return ledger.devices() == devices && ledger.lowest_durable() >= samples; }))
      << ledger.devices() << " devices, the last at " << ledger.lowest_durable();
  const std::uint64_t taken = simulator.counters().samples;
  EXPECT_TRUE(Eventually([&] { return simulator.counters().acknowledged >= taken; }))
      << simulator.counters().acknowledged << " of " << taken;
  EXPECT_EQ(ledger.extra_boots(), 0);
  EXPECT_EQ(simulator.counters().dropped, 0U);
}

TEST(WebSocketDevices, EverySampleArrivesAndIsAcknowledged) {
  Ward ward;
  const WardServer server(ward);
  const Simulator simulator(FastOptions(server.port(), 10));
  ExpectAllDelivered(simulator, ward.ledger, 10, 30);
  EXPECT_EQ(simulator.counters().connected, 10U);
  EXPECT_EQ(ward.FirstRequest().find("/ws/iot/patient"), 0U) << ward.FirstRequest();
  EXPECT_NE(ward.LastText().find(R"("timestamp":"20)"), std::string::npos) << ward.LastText();
}

TEST(WebSocketDevices, WhatTheServerMissesIsSentAgain) {
  Ward ward;
  ward.ignored = 30;
  const WardServer server(ward);
  const Simulator simulator(FastOptions(server.port(), 3));
  ExpectAllDelivered(simulator, ward.ledger, 3, 100);
  EXPECT_GT(simulator.counters().sent_again, 0U);
}

TEST(WebSocketDevices, ComeBackToAServerThatRestarts) {
  Ward ward;
  auto server = std::make_unique<WardServer>(ward);
  const std::uint16_t port = server->port();
  const Simulator simulator(FastOptions(port, 3));
  ExpectAllDelivered(simulator, ward.ledger, 3, 10);
  server.reset();
  EXPECT_TRUE(Eventually([&] { return simulator.counters().connected == 0; }));
  const std::uint64_t taken = simulator.counters().samples;
  EXPECT_TRUE(Eventually([&] { return simulator.counters().samples >= taken + 30; })) << "they go on measuring";
  server = std::make_unique<WardServer>(ward, port);
  EXPECT_TRUE(Eventually([&] { return simulator.counters().reconnects == 3; }));
  ExpectAllDelivered(simulator, ward.ledger, 3, 20);
}

TEST(WebSocketDevices, AnswerPings) {
  Ward ward;
  ws::LoopOptions impatient;
  impatient.ping_interval = milliseconds(20);
  const WardServer server(ward, 0, impatient);
  SimulatorOptions options = FastOptions(server.port(), 1);
  options.interval = std::chrono::hours(1);
  const Simulator simulator(std::move(options));
  EXPECT_TRUE(Eventually([&] { return server.frames_in() >= ward.texts + 5; })) << "the others are pongs";
  EXPECT_EQ(ward.texts, 1U);
  EXPECT_EQ(ward.open, 1);
}

TEST(WebSocketDevices, GoWithACloseFrame) {
  Ward ward;
  const WardServer server(ward);
  auto simulator = std::make_unique<Simulator>(FastOptions(server.port(), 5));
  ASSERT_TRUE(Eventually([&] { return simulator->counters().connected == 5; }));
  simulator.reset();
  EXPECT_TRUE(Eventually([&] { return ward.open == 0; }));
  EXPECT_EQ(ward.last_close_code, ws::kCloseGoingAway);
}

TEST(WebSocketDevices, TheDocumentedExampleIsAsDocumented) {
  Ward ward;
  const WardServer server(ward);
  SimulatorOptions options = FastOptions(server.port(), 1);
  SimulatedDevice& device = options.websocket_devices[0];
  device.mac = *firmware::ParseMac("AA:BB:CC:DD:EE:FF");
  device.patient = "patient123";
  device.documented_example = true;
  const Simulator simulator(std::move(options));
  ASSERT_TRUE(Eventually([&] { return simulator.counters().messages >= 3 && !ward.LastText().empty(); }));
  EXPECT_EQ(ward.FirstRequest(), "/ws/iot/patient123/ Origin=file:// Sec-WebSocket-Protocol=arduino");
  const std::string text = ward.LastText();
  EXPECT_EQ(text.find(R"({"type":"sensor_data","device_mac":"AA:BB:CC:DD:EE:FF","data":{"temperature":)"), 0U) << text;
  EXPECT_EQ(text.find(R"("b":)"), std::string::npos) << text;
}

TEST(WebSocketDevices, ShowTheirTokenInAHeader) {
  Ward ward;
  const WardServer server(ward);
  SimulatorOptions options = FastOptions(server.port(), 1);
  options.websocket_devices[0].token = "abc.def";
  const Simulator simulator(std::move(options));
  ASSERT_TRUE(Eventually([&] { return ward.open == 1; }));
  EXPECT_EQ(ward.FirstRequest(), "/ws/iot/patient1/ Authorization=Bearer abc.def");
}

TEST(WebSocketDevices, TellWhyTheyAreRefused) {
  Ward ward;
  const WardServer server(ward);
  SimulatorOptions options = FastOptions(server.port(), 1);
  options.websocket_devices[0].patient = "nobody";
  std::mutex mutex;
  std::string why;
  options.on_lost = [&](const SimulatedDevice&, std::string_view reason) {
    const std::lock_guard lock(mutex);
    why = reason;
  };
  const Simulator simulator(std::move(options));
  EXPECT_TRUE(Eventually([&] {
    const std::lock_guard lock(mutex);
    return why == "HTTP 403";
  })) << why;
}

TEST(WebSocketDevices, RestartOnCommand) {
  Ward ward;
  ward.greeting =
      R"({"type":"command","command_id":"c-1","device_mac":"AA:BB:CC:00:00:01","command":"restart","params":{"delay":0}})";
  const WardServer server(ward);
  const Simulator simulator(FastOptions(server.port(), 1));
  EXPECT_TRUE(Eventually([&] { return simulator.counters().reconnects >= 2; }));
  EXPECT_TRUE(Eventually([&] { return ward.ledger.extra_boots() >= 1; }));
}

TEST(WebSocketDevices, AnAddressThatIsNoneIsRefused) {
  SimulatorOptions options;
  options.websocket_base = "wss://127.0.0.1/ws/iot/";
  EXPECT_THROW(Simulator{options}, std::invalid_argument);
}

}  // namespace
}  // namespace fajma::cli
