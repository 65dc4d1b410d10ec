// The self-test's probes leave through a real broker, and do no harm there.
#include "bridge/self_test_prober.h"

#include "tests/integration/bridge/link_fixture.h"

namespace fajma {
namespace {

constexpr char kTopic[] = "fajma/v1/devices/02fa4a000001/data";

class Prober : public LinkFixture {
 protected:
  ProbeLedger ledger_;
};

TEST_F(Prober, PublishesNumbersThatTheLedgerKnows) {
  test::Mosquitto broker;
  const MqttAddress address = ParseMqttUrl(broker.url()).value();
  MqttProbe listener(address, {.client_id = "listener"});
  listener.Connect();
  listener.Subscribe(kTopic);
  SelfTestProber prober(address, 1, ledger_);
  const auto seen =
      listener.Receive([](const auto& messages) { return messages.size() >= 2; }, std::chrono::milliseconds(5'000));
  ASSERT_GE(seen.size(), 2U);
  for (const OutgoingMessage& message : seen) {
    unsigned boot = 0;
    unsigned long long due_at = 0;
    ASSERT_EQ(std::sscanf(message.payload.c_str(), R"({"b":%u,"s":%llu,"m":{"heart_rate":250}})", &boot, &due_at), 2);
    EXPECT_TRUE(ledger_.Knows({boot, due_at})) << message.payload;
    EXPECT_FALSE(ledger_.Knows({boot + 1, due_at}));
    EXPECT_FALSE(message.retain);
  }
  EXPECT_NE(seen[0].payload, seen[1].payload);
}

TEST_F(Prober, GoesOnWhenTheBrokerIsBack) {
  test::Mosquitto broker;
  SelfTestProber prober(ParseMqttUrl(broker.url()).value(), 1, ledger_);
  MqttProbe listener(ParseMqttUrl(broker.url()).value(), {.client_id = "listener"});
  listener.Connect();
  listener.Subscribe(kTopic);
  ASSERT_TRUE(WaitUntil([&] { return prober.sent() >= 1; }));
  broker.Restart();
  MqttProbe again(ParseMqttUrl(broker.url()).value(), {.client_id = "listener"});
  again.Connect();
  again.Subscribe(kTopic);
  const std::uint64_t before = prober.sent();
  EXPECT_TRUE(WaitUntil([&] { return prober.sent() > before; }));
}

TEST_F(Prober, LeavesASessionThatAllClientsShareAlone) {
  test::MosquittoOptions options;
  options.extra = "use_username_as_clientid true\n";
  test::Mosquitto broker(options);
  MqttAddress address = ParseMqttUrl(broker.url()).value();
  address.username = "fajma";
  const ProbeSession session{.client_id = "own", .clean = false, .expiry_seconds = kNeverExpires};
  {
    MqttProbe own(address, session);
    own.Connect();
    own.Subscribe(kTopic);
    own.Disconnect();
  }
  {
    SelfTestProber prober(address, 1, ledger_);
    ASSERT_TRUE(WaitUntil([&] { return prober.gave_up(); }));
    EXPECT_EQ(prober.sent(), 0U);
  }
  MqttProbe again(address, session);
  EXPECT_TRUE(again.Connect().session_present) << "the prober has ended the link's session";
}

}  // namespace
}  // namespace fajma
