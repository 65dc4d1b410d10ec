#include <poll.h>

#include <thread>

#include "tests/unit/journal/journal_fixture.h"

namespace fajma {
namespace {

using JournalConcurrency = JournalFixture;

// Reads as the ingest thread does: until nothing is left, then sleeps on the eventfd. `wanted` records; false when a
// wake-up was lost.
bool Consume(Journal& journal, int wanted, std::size_t batch) {
  std::vector<RawMessage> records;
  for (int expected = 0; expected < wanted;) {
    records.clear();
    if (journal.Read(batch, records) == 0) {
      if (!journal.ArmWakeup()) continue;
      pollfd entry{journal.wakeup_fd(), POLLIN, 0};
      if (::poll(&entry, 1, 20'000) != 1) return false;
      continue;
    }
    for (const RawMessage& record : records) {
      if (record.payload != std::to_string(expected++)) return false;
    }
    journal.Release(journal.position());
  }
  return true;
}

TEST_F(JournalConcurrency, LosesNoRecordAndNoWakeup) {
  JournalOptions options = Options();
  options.segment_bytes = 16'384;
  options.max_bytes = 1 << 30;
  Journal journal(options);
  constexpr int kMessages = 40'000;
  std::jthread writer([&] {
    for (int i = 0; i < kMessages; ++i) {
      const std::string number = std::to_string(i);
      while (!journal.Append(Message(number))) std::this_thread::yield();
      if (i % 64 == 0) std::this_thread::yield();
    }
  });
  EXPECT_TRUE(Consume(journal, kMessages, 100));
}

TEST_F(JournalConcurrency, WakesTheReaderForEachSingleMessage) {
  Journal journal(Options());
  constexpr int kMessages = 3'000;
  std::jthread writer([&] {
    for (int i = 0; i < kMessages; ++i) {
      const std::string number = std::to_string(i);
      while (!journal.Append(Message(number))) std::this_thread::yield();
      while (journal.backlog() > 0) std::this_thread::yield();
    }
  });
  EXPECT_TRUE(Consume(journal, kMessages, 1));
}

TEST_F(JournalConcurrency, HoldsTheWriterBackWhenFullAndLosesNothing) {
  JournalOptions options = Options();
  options.max_bytes = 2 * options.segment_bytes;
  options.keep_records = 1'000;
  Journal journal(options);
  constexpr int kMessages = 20'000;
  std::jthread writer([&] {
    for (int i = 0; i < kMessages; ++i) {
      const std::string number = std::to_string(i);
      while (!journal.Append(Message(number))) std::this_thread::yield();
    }
  });
  EXPECT_TRUE(Consume(journal, kMessages, 500));
}

}  // namespace
}  // namespace fajma
