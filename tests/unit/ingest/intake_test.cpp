// The queue before the API's journal: bounded, in order, nothing lost at its end.
#include "core/ingest/intake.h"

#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>
#include <map>
#include <thread>

#include "tests/support/raw_socket.h"

namespace fajma {
namespace {

class IntakeTest : public ::testing::Test {
 protected:
  IntakeTest() {
    std::string name = (std::filesystem::temp_directory_path() / "fajma-intake-XXXXXX").string();
    folder_ = ::mkdtemp(name.data());
  }
  ~IntakeTest() override { std::filesystem::remove_all(folder_); }

  JournalOptions Options() const {
    JournalOptions options;
    options.folder = folder_;
    options.door = Door::kApi;
    return options;
  }
  static RawMessage Message(std::string_view payload, std::uint64_t id = 0) {
    RawMessage message;
    message.kind = RawKind::kSocket;
    message.origin.id = id;
    message.payload = payload;
    return message;
  }
  static std::vector<RawMessage> ReadAll(Journal& journal) {
    std::vector<RawMessage> all;
    while (journal.Read(100, all) > 0) {
    }
    return all;
  }

  std::filesystem::path folder_;
  MessageCounters counters_;
};

TEST_F(IntakeTest, WritesWhatItWasGivenInOrder) {
  Journal journal(Options());
  std::uint64_t process = 0;
  {
    Intake intake(journal, counters_);
    process = intake.process();
    for (std::uint64_t i = 1; i <= 500; ++i) ASSERT_TRUE(intake.Submit(Message(std::to_string(i), i)));
  }
  const auto all = ReadAll(journal);
  ASSERT_EQ(all.size(), 500U);
  for (std::uint64_t i = 1; i <= 500; ++i) {
    EXPECT_EQ(all[i - 1].payload, std::to_string(i));
    EXPECT_EQ(all[i - 1].origin.id, i);
    EXPECT_EQ(all[i - 1].origin.process, process);
    EXPECT_EQ(all[i - 1].door, Door::kApi);
    EXPECT_GT(all[i - 1].received_at, 1'700'000'000'000'000);
  }
  EXPECT_EQ(counters_.Get(Door::kApi).received, 500U);
  EXPECT_EQ(counters_.Get(Door::kApi).in_flight, 500U);
}

TEST_F(IntakeTest, TwoProcessesHaveTwoNumbers) {
  Journal journal(Options());
  std::uint64_t first = 0;
  {
    Intake intake(journal, counters_);
    first = intake.process();
  }
  EXPECT_NE(first, Intake(journal, counters_).process());
  EXPECT_NE(first, 0U);
}

TEST_F(IntakeTest, KeepsTheOrderOfEachThread) {
  Journal journal(Options());
  constexpr std::uint64_t kEach = 2'000;
  {
    Intake intake(journal, counters_);
    std::vector<std::jthread> senders;
    for (std::uint64_t sender = 1; sender <= 4; ++sender) {
      senders.emplace_back([&intake, sender] {
        for (std::uint64_t i = 0; i < kEach; ++i) {
          while (!intake.Submit(Message(std::to_string(i), sender))) std::this_thread::yield();
        }
      });
    }
  }
  std::map<std::uint64_t, std::uint64_t> next;
  for (const RawMessage& message : ReadAll(journal)) {
    ASSERT_EQ(message.payload, std::to_string(next[message.origin.id]++));
  }
  EXPECT_EQ(next.size(), 4U);
  for (const auto& [sender, count] : next) EXPECT_EQ(count, kEach) << sender;
}

// The journal is full: the queue fills up to its bound, what was refused was not taken, and nothing of the rest is lost
// once there is room again.
TEST_F(IntakeTest, IsBoundedWhenTheJournalHasNoRoom) {
  JournalOptions options = Options();
  options.segment_bytes = 64 << 10;
  options.max_bytes = 128 << 10;
  options.keep_records = 0;
  Journal journal(options);
  constexpr std::size_t kBound = 256 << 10;
  const std::string payload(1000, 'x');
  std::size_t taken = 0;
  std::size_t read = 0;
  {
    Intake intake(journal, counters_, kBound);
    // Until it refuses although the writer had its chance.
    ASSERT_TRUE(testing::Eventually([&] {
      while (intake.Submit(Message(payload))) ++taken;
      return journal.backlog() > 60;
    }));
    const std::size_t room = kBound / payload.size() + static_cast<std::size_t>(options.max_bytes) / payload.size();
    EXPECT_LE(taken, room + 1);
    EXPECT_GT(taken, kBound / (payload.size() + 200));
    std::vector<RawMessage> some;
    ASSERT_TRUE(testing::Eventually([&] {
      some.clear();
      read += journal.Read(1000, some);
      journal.Release(journal.position());
      return read == taken;
    })) << read
        << " of " << taken;
    EXPECT_TRUE(intake.Submit(Message(payload)));
    ASSERT_TRUE(testing::Eventually([&] { return journal.backlog() == 1; }));
  }
}

}  // namespace
}  // namespace fajma
