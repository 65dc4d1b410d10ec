#include "cli/simulation/mailbox.h"

#include <gtest/gtest.h>
#include <poll.h>

#include <thread>

namespace fajma::cli {
namespace {

bool Readable(const Mailbox& mailbox, int timeout_ms = 0) {
  pollfd watched{mailbox.fd(), POLLIN, 0};
  return ::poll(&watched, 1, timeout_ms) == 1;
}

TEST(Mailbox, GivesNotesInTheirOrder) {
  Mailbox mailbox;
  std::vector<Note> notes;
  EXPECT_FALSE(Readable(mailbox));
  mailbox.Put({1, 7, Note::Kind::kReady, {}, {}});
  mailbox.Put({2, 8, Note::Kind::kMessage, "topic", "payload"});
  EXPECT_TRUE(Readable(mailbox));
  mailbox.Take(notes);
  ASSERT_EQ(notes.size(), 2U);
  EXPECT_EQ(notes[0].device, 1U);
  EXPECT_EQ(notes[1].attempt, 8U);
  EXPECT_EQ(notes[1].payload, "payload");
  EXPECT_FALSE(Readable(mailbox));
}

TEST(Mailbox, DropsMessagesWhenItIsFullAndNothingElse) {
  Mailbox mailbox;
  for (std::size_t i = 0; i < Mailbox::kMaxMessages + 10; ++i) mailbox.Put({});
  mailbox.Put({0, 0, Note::Kind::kEnded, {}, {}});
  std::vector<Note> notes;
  mailbox.Take(notes);
  ASSERT_EQ(notes.size(), Mailbox::kMaxMessages + 1);
  EXPECT_EQ(notes.back().kind, Note::Kind::kEnded);
}

TEST(Mailbox, WakesForEachNoteOfAnotherThread) {
  Mailbox mailbox;
  constexpr std::uint64_t kCount = 20'000;
  std::jthread sender([&] {
    for (std::uint64_t i = 0; i < kCount; ++i) mailbox.Put({0, i, Note::Kind::kMessage, {}, {}});
  });
  std::vector<Note> notes;
  std::uint64_t next = 0;
  while (next < kCount) {
    ASSERT_TRUE(Readable(mailbox, 20'000)) << next;
    mailbox.Take(notes);
    for (const Note& note : notes) ASSERT_EQ(note.attempt, next++);
  }
}

}  // namespace
}  // namespace fajma::cli
