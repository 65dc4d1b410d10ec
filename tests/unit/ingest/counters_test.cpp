#include <gtest/gtest.h>

#include <atomic>
#include <random>
#include <thread>

#include "core/runtime/metrics.h"

namespace fajma {
namespace {

// At any moment, while both sides of the door are counting.
TEST(MessageCounters, AddUpAtEachLook) {
  MessageCounters counters;
  std::atomic<bool> done{false};
  std::atomic<std::uint64_t> received{0};
  std::jthread door([&] {
    for (int i = 0; i < 50'000; ++i) {
      counters.CountReceived(Door::kMqtt);
      received.fetch_add(1);
    }
    done = true;
  });
  std::jthread ingest([&] {
    std::mt19937 random(1);
    std::uint64_t settled = 0;
    while (!done || settled < received) {
      if (settled == received) continue;
      SettledTally tally{};
      tally[random() % tally.size()] = 1;
      counters.CountSettled(Door::kMqtt, tally);
      ++settled;
    }
  });
  do {
    const MessageCounters::Snapshot now = counters.Get(Door::kMqtt);
    ASSERT_EQ(now.received, now.settled[0] + now.settled[1] + now.settled[2] + now.settled[3] + now.in_flight);
  } while (!done);
  door.join();
  ingest.join();
  EXPECT_EQ(counters.Get(Door::kMqtt).in_flight, 0U);
  EXPECT_EQ(counters.Get(Door::kMqtt).received, 50'000U);
}

TEST(MessageCounters, TellEachDoorAndReason) {
  MessageCounters counters;
  counters.CountReceived(Door::kApi, 3);
  counters.CountSettled(Door::kApi, {1, 1, 1, 0});
  counters.CountReason("out_of_range");
  counters.CountReason("out_of_range");
  std::string page;
  counters.AppendTo(page);
  EXPECT_NE(page.find("fajma_messages_received_total{door=\"api\"} 3\n"), std::string::npos) << page;
  EXPECT_NE(page.find("fajma_messages_quarantined_total{door=\"api\"} 1\n"), std::string::npos) << page;
  EXPECT_NE(page.find("fajma_messages_in_flight{door=\"api\"} 0\n"), std::string::npos) << page;
  EXPECT_NE(page.find("out_of_range\"} 2\n"), std::string::npos) << page;
}

}  // namespace
}  // namespace fajma
