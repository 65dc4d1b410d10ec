#include "tests/integration/bridge/link_fixture.h"
#include "tests/support/free_port.h"

namespace fajma {
namespace {

using MqttLinkTest = LinkFixture;

constexpr const char* kStatus = "fajma/v1/server/status";
constexpr const char* kOnline = R"({"status":"online","version":"1.2.3"})";
constexpr const char* kOffline = R"({"status":"offline","version":"1.2.3"})";

OutgoingMessage To(std::string topic, std::string payload, bool retain = false) {
  OutgoingMessage message;
  message.topic = std::move(topic);
  message.payload = std::move(payload);
  message.retain = retain;
  return message;
}

TEST_F(MqttLinkTest, JournalsWhatDevicesPublishByItsKind) {
  test::Mosquitto broker;
  Journal journal(JournalAt());
  MessageCounters counters;
  MqttLink link(LinkTo(broker.url()), journal, counters);
  ASSERT_TRUE(WaitUntil([&] { return link.connected(); }));
  const Micros before = SystemNow();
  OutgoingMessage unacknowledged = To(kData, "qos 0");
  unacknowledged.qos = 0;
  Publish(broker.url(), {To(kData, "data"), To("fajma/v1/devices/aabbccddeeff/status", "status"),
                         To("fajma/v1/devices/AABBCCDDEEFF/data", "unroutable"),
                         To("fajma/v1/devices/aabbccddeeff/commands/7/result", "result"), unacknowledged});
  ASSERT_TRUE(WaitUntil([&] { return journal.backlog() == 5; }));
  const std::vector<Journaled> all = ReadAll(journal);
  ASSERT_EQ(all.size(), 5U);
  constexpr RawKind kKinds[] = {RawKind::kData, RawKind::kStatus, RawKind::kUnroutable, RawKind::kCommandResult,
                                RawKind::kData};
  for (std::size_t i = 0; i < all.size(); ++i) EXPECT_EQ(all[i].message.kind, kKinds[i]) << i;
  EXPECT_EQ(all[0].payload, "data");
  EXPECT_EQ(all[0].message.mac_bits, 0xAABBCCDDEEFFU);
  EXPECT_EQ(all[2].message.mac_bits, 0U);
  EXPECT_NE(all[0].message.packet_id, 0);
  EXPECT_EQ(all[4].message.packet_id, 0);
  EXPECT_EQ(all[0].message.flags & (kRetained | kRedelivered), 0);
  EXPECT_GE(all[0].message.received_at, before);
  EXPECT_EQ(counters.Get(Door::kMqtt).received, 5U);
}

TEST_F(MqttLinkTest, KeepsTheBeginningOfWhatIsTooLarge) {
  test::Mosquitto broker;
  Journal journal(JournalAt());
  MessageCounters counters;
  const MqttLink link(LinkTo(broker.url()), journal, counters);
  ASSERT_TRUE(WaitUntil([&] { return link.connected(); }));
  Publish(broker.url(), {To(kData, std::string(17 << 20, 'x')), To(kData, std::string(1 << 20, 'y'))});
  ASSERT_TRUE(WaitUntil([&] { return journal.backlog() == 2; }));
  const std::vector<Journaled> all = ReadAll(journal);
  EXPECT_EQ(all[0].message.kind, RawKind::kUnroutable);
  EXPECT_EQ(all[0].payload, std::string(256, 'x'));
  EXPECT_EQ(all[1].message.kind, RawKind::kData);
  EXPECT_EQ(all[1].payload.size(), 1U << 20);
}

TEST_F(MqttLinkTest, JournalsAnswersToCommandsWithTheirCommand) {
  test::Mosquitto broker;
  Journal journal(JournalAt());
  MessageCounters counters;
  MqttLink link(LinkTo(broker.url()), journal, counters);
  ASSERT_TRUE(WaitUntil([&] { return link.connected(); }));
  Publish(broker.url(), {To("fajma/v1/devices/aabbccddeeff/commands/7/result", "done")});
  ASSERT_TRUE(WaitUntil([&] { return journal.backlog() == 1; }));
  const auto records = ReadAll(journal);
  EXPECT_EQ(records[0].message.kind, RawKind::kCommandResult);
  EXPECT_EQ(Mac::FromBits(records[0].message.mac_bits).ToTopic(), "aabbccddeeff");
  EXPECT_EQ(records[0].message.payload, "7\ndone");
}

TEST_F(MqttLinkTest, FlagsWhatWasRetained) {
  test::Mosquitto broker;
  Publish(broker.url(), {To(kData, "old", true)});
  Journal journal(JournalAt());
  MessageCounters counters;
  const MqttLink link(LinkTo(broker.url()), journal, counters);
  ASSERT_TRUE(WaitUntil([&] { return journal.backlog() == 1; }));
  EXPECT_EQ(ReadAll(journal)[0].message.flags & kRetained, kRetained);
}

TEST_F(MqttLinkTest, StartsWithoutABroker) {
  Journal journal(JournalAt());
  MessageCounters counters;
  const auto begin = std::chrono::steady_clock::now();
  {
    MqttLink link(LinkTo("mqtt://127.0.0.1:" + std::to_string(test::FreePort())), journal, counters);
    EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(1));
    EXPECT_FALSE(link.connected());
    EXPECT_FALSE(link.Publish(To(kStatus, "x")));
  }
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(5));
}

TEST_F(MqttLinkTest, TellsThatTheServerIsThereAndThatItGoes) {
  test::Mosquitto broker;
  Journal journal(JournalAt());
  MessageCounters counters;
  MqttProbe observer(ParseMqttUrl(broker.url()).value(), {.client_id = "observer"});
  observer.Connect();
  observer.Subscribe(kStatus);
  MqttLink link(LinkTo(broker.url()), journal, counters);
  const auto one = [](const auto& seen) { return !seen.empty(); };
  auto seen = observer.Receive(one, std::chrono::seconds(10));
  ASSERT_EQ(seen.size(), 1U);
  EXPECT_EQ(seen[0].payload, kOnline);
  EXPECT_EQ(FindRetained(ParseMqttUrl(broker.url()).value(), kStatus), std::vector<std::string>{kStatus});
  link.Stop();
  seen = observer.Receive(one, std::chrono::seconds(10));
  ASSERT_EQ(seen.size(), 1U);
  EXPECT_EQ(seen[0].payload, kOffline);
  EXPECT_FALSE(link.connected());
  EXPECT_FALSE(link.Publish(To(kStatus, "x")));
  observer.Disconnect();
}

TEST_F(MqttLinkTest, PublishesAndTellsTheAcknowledgement) {
  test::Mosquitto broker;
  Journal journal(JournalAt());
  MessageCounters counters;
  MqttLink link(LinkTo(broker.url()), journal, counters);
  ASSERT_TRUE(WaitUntil([&] { return link.connected(); }));
  std::atomic<int> acknowledged{0};
  for (int i = 0; i < 5'000; ++i) {
    const OutgoingMessage message = To("fajma/v1/server/check/x", std::to_string(i));
    ASSERT_TRUE(WaitUntil([&] { return link.Publish(message, [&](bool good) { acknowledged += good ? 1 : 0; }); }));
  }
  EXPECT_TRUE(WaitUntil([&] { return acknowledged == 5'000; }));
}

TEST_F(MqttLinkTest, TakesNoMoreThanItsLimitAndFailsWhatIsOpenAtTheEnd) {
  test::Mosquitto broker;
  Journal journal(JournalAt());
  MessageCounters counters;
  MqttLinkOptions options = LinkTo(broker.url());
  options.max_in_flight = 10;
  MqttLink link(options, journal, counters);
  ASSERT_TRUE(WaitUntil([&] { return link.connected(); }));
  broker.Pause();
  int taken = 0;
  std::atomic<int> failed{0};
  std::atomic<int> done{0};
  while (link.Publish(To("fajma/v1/server/check/x", "y"), [&](bool good) {
    failed += good ? 0 : 1;
    ++done;
  })) {
    ++taken;
  }
  EXPECT_LE(taken, 10);
  EXPECT_GE(taken, 9);
  broker.Kill();
  EXPECT_TRUE(WaitUntil([&] { return done == taken; }));
  EXPECT_EQ(failed, taken);
}

TEST_F(MqttLinkTest, SubscribesAgainAfterARestartOfTheBrokerAndLosesNothing) {
  test::Mosquitto broker;
  Journal journal(JournalAt());
  MessageCounters counters;
  const MqttLink link(LinkTo(broker.url()), journal, counters);
  ASSERT_TRUE(WaitUntil([&] { return link.connected(); }));
  for (int round = 0; round < 3; ++round) {
    const std::uint64_t connections = link.connections();
    Publish(broker.url(), Numbered(round * 1'000, round * 1'000 + 500));
    broker.Restart();
    Publish(broker.url(), Numbered(round * 1'000 + 500, round * 1'000 + 1'000));
    ASSERT_TRUE(WaitUntil([&] { return link.connections() > connections && link.connected(); }));
  }
  ExpectEachAndRepeatsFlagged(ReadUntilEach(journal, 3'000), 3'000);
}

TEST_F(MqttLinkTest, FindsASubscriptionAgainThatTheBrokerHasForgotten) {
  test::MosquittoOptions forgetful;
  forgetful.persistence = false;
  test::Mosquitto broker(forgetful);
  Journal journal(JournalAt());
  MessageCounters counters;
  const MqttLink link(LinkTo(broker.url()), journal, counters);
  ASSERT_TRUE(WaitUntil([&] { return link.connected(); }));
  broker.Kill();
  broker.Start();
  ASSERT_TRUE(WaitUntil([&] { return link.connections() == 2; }));
  Publish(broker.url(), Numbered(0, 1));
  EXPECT_TRUE(WaitUntil([&] { return journal.backlog() == 1; }));
}

TEST_F(MqttLinkTest, KeepsWhatComesWhileItIsAway) {
  test::Mosquitto broker;
  MessageCounters counters;
  {
    Journal journal(JournalAt());
    MqttLink link(LinkTo(broker.url()), journal, counters);
    ASSERT_TRUE(WaitUntil([&] { return link.connected(); }));
  }
  Publish(broker.url(), Numbered(0, 1'500));
  broker.Restart();
  Journal journal(JournalAt());
  const MqttLink link(LinkTo(broker.url()), journal, counters);
  EXPECT_TRUE(WaitUntil([&] { return journal.backlog() == 1'500; }));
}

TEST_F(MqttLinkTest, NeverTalksPlainlyToABrokerThatHasNoTls) {
  test::Mosquitto broker;
  Journal journal(JournalAt());
  MessageCounters counters;
  MqttLinkOptions options = LinkTo(broker.url());
  options.address.tls = true;
  const auto begin = std::chrono::steady_clock::now();
  {
    const MqttLink link(options, journal, counters);
    EXPECT_FALSE(WaitUntil([&] { return link.connected(); }, std::chrono::seconds(1)));
  }
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(10));
}

}  // namespace
}  // namespace fajma
