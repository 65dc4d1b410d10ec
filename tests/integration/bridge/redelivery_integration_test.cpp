#include "tests/integration/bridge/cutting_proxy.h"
#include "tests/integration/bridge/link_fixture.h"

namespace fajma {
namespace {

class Redelivery : public LinkFixture {
 protected:
  // Forty messages are journaled, their PUBACKs lost with the connection.
  void JournalWithoutAcknowledging(test::CuttingProxy& proxy, const test::Mosquitto& broker, Journal& journal) {
    proxy.LoseWhatTheClientSends(true);
    Publish(broker.url(), Numbered(0, 40));
    ASSERT_TRUE(WaitUntil([&] { return journal.backlog() == 40; }));
  }

  static void ExpectRepeated(const std::vector<Journaled>& all) {
    ASSERT_EQ(all.size(), 80U);
    for (std::size_t i = 0; i < 40; ++i) {
      EXPECT_EQ(all[i].message.flags & kRedelivered, 0) << i;
      EXPECT_EQ(all[i + 40].message.flags & kRedelivered, kRedelivered) << i;
      EXPECT_EQ(all[i + 40].message.packet_id, all[i].message.packet_id) << i;
      EXPECT_EQ(all[i + 40].payload, all[i].payload) << i;
    }
  }
};

TEST_F(Redelivery, IsKnownAfterALostConnection) {
  test::Mosquitto broker;
  test::CuttingProxy proxy(broker.port());
  Journal journal(JournalAt());
  MessageCounters counters;
  const MqttLink link(LinkTo(proxy.url()), journal, counters);
  ASSERT_TRUE(WaitUntil([&] { return link.connected(); }));
  JournalWithoutAcknowledging(proxy, broker, journal);
  proxy.LoseWhatTheClientSends(false);
  proxy.CutAll();
  ASSERT_TRUE(WaitUntil([&] { return journal.backlog() == 80; }));
  ExpectRepeated(ReadAll(journal));
  EXPECT_EQ(link.redelivered(), 40U);
}

TEST_F(Redelivery, IsKnownToALaterProcess) {
  test::Mosquitto broker;
  test::CuttingProxy proxy(broker.port());
  MessageCounters counters;
  {
    Journal journal(JournalAt());
    const MqttLink link(LinkTo(proxy.url()), journal, counters);
    ASSERT_TRUE(WaitUntil([&] { return link.connected(); }));
    JournalWithoutAcknowledging(proxy, broker, journal);
    proxy.CutAll();  // and connects again only to have nothing of its answers arrive
  }
  proxy.LoseWhatTheClientSends(false);
  Journal journal(JournalAt());
  const MqttLink link(LinkTo(proxy.url()), journal, counters);
  ASSERT_TRUE(WaitUntil([&] { return journal.backlog() == 80; }));
  ExpectRepeated(ReadAll(journal));
}

TEST_F(Redelivery, OfMessagesThatWereNotJournaledIsNotFlagged) {
  test::Mosquitto broker;
  test::CuttingProxy proxy(broker.port());
  MessageCounters counters;
  {
    Journal journal(JournalAt());
    const MqttLink link(LinkTo(proxy.url()), journal, counters);
    ASSERT_TRUE(WaitUntil([&] { return link.connected(); }));
    JournalWithoutAcknowledging(proxy, broker, journal);
    proxy.CutAll();
  }
  proxy.LoseWhatTheClientSends(false);
  std::filesystem::remove_all(folder_);
  Journal journal(JournalAt());
  const MqttLink link(LinkTo(proxy.url()), journal, counters);
  ASSERT_TRUE(WaitUntil([&] { return journal.backlog() == 40; }));
  for (const Journaled& record : ReadAll(journal)) EXPECT_EQ(record.message.flags & kRedelivered, 0);
}

}  // namespace
}  // namespace fajma
