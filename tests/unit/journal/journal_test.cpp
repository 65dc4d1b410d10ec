#include "core/journal/journal.h"

#include <poll.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <fstream>

#include "tests/unit/journal/journal_fixture.h"

namespace fajma {
namespace {

using JournalTest = JournalFixture;

bool IsReadable(int fd) {
  pollfd entry{fd, POLLIN, 0};
  return ::poll(&entry, 1, 0) == 1;
}

TEST_F(JournalTest, GivesBackEveryField) {
  RawMessage message;
  message.kind = RawKind::kSocket;
  message.flags = kRetained | kRedelivered;
  message.packet_id = 65'535;
  message.received_at = 1'767'225'600'123'456;
  message.mac_bits = 0xAABBCCDDEEFF;
  message.origin = {1, -2, 3, 0xFFFF'FFFF'FFFF'FFFF};
  const std::string payload("a\0b\xFF", 4);
  message.payload = payload;
  Journal journal(Options());
  ASSERT_TRUE(journal.Append(message));
  std::vector<RawMessage> records;
  ASSERT_EQ(journal.Read(10, records), 1U);
  const RawMessage& read = records[0];
  EXPECT_EQ(read.door, Door::kMqtt);
  EXPECT_EQ(read.kind, message.kind);
  EXPECT_EQ(read.flags, message.flags);
  EXPECT_EQ(read.packet_id, message.packet_id);
  EXPECT_EQ(read.received_at, message.received_at);
  EXPECT_EQ(read.mac_bits, message.mac_bits);
  EXPECT_EQ(read.origin.id, message.origin.id);
  EXPECT_EQ(read.origin.patient_id, message.origin.patient_id);
  EXPECT_EQ(read.origin.device_id, message.origin.device_id);
  EXPECT_EQ(read.origin.process, message.origin.process);
  EXPECT_EQ(read.payload, payload);
}

TEST_F(JournalTest, KeepsAnEmptyPayload) {
  Journal journal(Options());
  ASSERT_TRUE(journal.Append(Message("")));
  EXPECT_EQ(ReadAll(journal), std::vector<std::string>{""});
}

TEST_F(JournalTest, KeepsOrderOverManySegments) {
  Journal journal(Options());
  AppendNumbers(journal, 0, 1'000);
  EXPECT_GT(SegmentFiles().size(), 10U);
  EXPECT_EQ(ReadAll(journal), Numbers(0, 1'000));
}

TEST_F(JournalTest, ReadsNoMoreThanAskedFor) {
  Journal journal(Options());
  AppendNumbers(journal, 0, 100);
  std::vector<RawMessage> records;
  EXPECT_EQ(journal.Read(3, records), 3U);
  EXPECT_EQ(journal.Read(200, records), 97U);
  EXPECT_EQ(journal.Read(1, records), 0U);
  EXPECT_EQ(records.size(), 100U);
}

TEST_F(JournalTest, KeepsViewsValidOverSegmentsUntilReleased) {
  Journal journal(Options());
  AppendNumbers(journal, 0, 500);
  std::vector<RawMessage> records;
  ASSERT_EQ(journal.Read(500, records), 500U);
  AppendNumbers(journal, 500, 600);
  for (int i = 0; i < 500; ++i) ASSERT_EQ(records[static_cast<std::size_t>(i)].payload, std::to_string(i));
}

TEST_F(JournalTest, TakesAMessageLargerThanASegment) {
  Journal journal(Options());
  const std::string large(100'000, 'x');
  AppendNumbers(journal, 0, 1);
  ASSERT_TRUE(journal.Append(Message(large)));
  AppendNumbers(journal, 1, 2);
  EXPECT_EQ(ReadAll(journal), (std::vector<std::string>{"0", large, "1"}));
}

TEST_F(JournalTest, GoesOnWhereItWasReleased) {
  JournalPosition position;
  {
    Journal journal(Options());
    AppendNumbers(journal, 0, 300);
    std::vector<RawMessage> records;
    ASSERT_EQ(journal.Read(123, records), 123U);
    position = journal.position();
  }
  Journal journal(Options());
  journal.Seek(position);
  EXPECT_EQ(journal.backlog(), 177);
  EXPECT_EQ(ReadAll(journal), Numbers(123, 300));
}

TEST_F(JournalTest, StartsAtTheOldestWithoutSeek) {
  { AppendNumbers(*std::make_unique<Journal>(Options()), 0, 100); }
  Journal journal(Options());
  AppendNumbers(journal, 100, 200);
  EXPECT_EQ(ReadAll(journal), Numbers(0, 200));
}

TEST_F(JournalTest, MovesAVanishedPositionToTheNextThatIs) {
  Journal journal(Options());
  AppendNumbers(journal, 0, 200);
  ReadAll(journal);
  journal.Release(journal.position());
  ASSERT_EQ(SegmentFiles().size(), 1U);
  journal.Seek({1, 64});
  EXPECT_LT(ReadAll(journal).size(), 100U);
  EXPECT_EQ(journal.backlog(), 0);
}

TEST_F(JournalTest, MovesAPositionInsideARecordToTheNextRecord) {
  Journal journal(Options());
  AppendNumbers(journal, 0, 10);
  journal.Seek({1, 65});
  EXPECT_EQ(ReadAll(journal), Numbers(1, 10));
}

TEST_F(JournalTest, SkipsNothingNewWhenThePositionIsAheadOfTheDisk) {
  { AppendNumbers(*std::make_unique<Journal>(Options()), 0, 10); }
  {
    Journal journal(Options());
    journal.Seek({40, 2'000});
    AppendNumbers(journal, 10, 20);
    EXPECT_EQ(ReadAll(journal), Numbers(10, 20));
  }
  // A crash before the next checkpoint: the old one still must not hide what came in since.
  Journal journal(Options());
  journal.Seek({40, 2'000});
  EXPECT_EQ(ReadAll(journal), Numbers(10, 20));
}

TEST_F(JournalTest, GivesAPositionBeforeAnythingIsWritten) {
  JournalPosition position;
  {
    Journal journal(Options());
    position = journal.position();
    journal.Release(position);
  }
  Journal journal(Options());
  journal.Seek(position);
  AppendNumbers(journal, 0, 5);
  EXPECT_EQ(ReadAll(journal), Numbers(0, 5));
}

TEST_F(JournalTest, UnlinksWhatIsReleased) {
  Journal journal(Options());
  AppendNumbers(journal, 0, 500);
  ReadAll(journal);
  journal.Release(journal.position());
  EXPECT_EQ(SegmentFiles().size(), 1U);
  EXPECT_EQ(journal.bytes_on_disk(), 4'096);
}

TEST_F(JournalTest, UnlinksNothingThatIsNotReleased) {
  Journal journal(Options());
  AppendNumbers(journal, 0, 500);
  const std::size_t before = SegmentFiles().size();
  ReadAll(journal);
  journal.Release({1, 64});
  EXPECT_EQ(SegmentFiles().size(), before);
}

TEST_F(JournalTest, KeepsTheNewestRecordsAfterTheirRelease) {
  JournalOptions options = Options();
  options.keep_records = 120;
  Journal journal(options);
  AppendNumbers(journal, 0, 500);
  ReadAll(journal);
  journal.Release(journal.position());
  std::vector<std::string> kept;
  journal.VisitKept([&](const RawMessage& message) { kept.emplace_back(message.payload); });
  EXPECT_EQ(kept, Numbers(380, 500));
  EXPECT_LT(SegmentFiles().size(), 6U);
}

TEST_F(JournalTest, VisitsKeptRecordsOfAnEarlierProcess) {
  JournalOptions options = Options();
  options.keep_records = 120;
  {
    Journal journal(options);
    AppendNumbers(journal, 0, 500);
    ReadAll(journal);
    journal.Release(journal.position());
  }
  Journal journal(options);
  std::vector<std::string> kept;
  journal.VisitKept([&](const RawMessage& message) { kept.emplace_back(message.payload); });
  EXPECT_EQ(kept, Numbers(380, 500));
}

TEST_F(JournalTest, RefusesWhenFullAndTakesAgainAfterARelease) {
  JournalOptions options = Options();
  options.max_bytes = 3 * options.segment_bytes;
  Journal journal(options);
  int stored = 0;
  while (journal.Append(Message(std::to_string(stored)))) ++stored;
  EXPECT_FALSE(journal.Append(Message("refused")));
  EXPECT_LE(journal.bytes_on_disk(), options.max_bytes);
  EXPECT_EQ(journal.backlog(), stored);
  EXPECT_EQ(ReadAll(journal), Numbers(0, stored));
  journal.Release(journal.position());
  ASSERT_TRUE(journal.Append(Message("again")));
  EXPECT_EQ(ReadAll(journal), std::vector<std::string>{"again"});
}

TEST_F(JournalTest, GivesUpKeptRecordsBeforeItRefuses) {
  JournalOptions options = Options();
  options.max_bytes = 3 * options.segment_bytes;
  options.keep_records = 1'000'000;
  Journal journal(options);
  for (int i = 0; i < 1'000; ++i) {
    ASSERT_TRUE(journal.Append(Message(std::to_string(i)))) << i;
    ReadAll(journal);
    journal.Release(journal.position());
  }
}

TEST_F(JournalTest, RefusesWhenTheDiskRefuses) {
  Journal journal(Options());
  AppendNumbers(journal, 0, 10);
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &before), 0);
  const auto old_handler = ::signal(SIGXFSZ, SIG_IGN);
  rlimit small = before;
  small.rlim_cur = 1'000;
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &small), 0);
  int stored = 10;
  while (stored < 1'000 && journal.Append(Message(std::to_string(stored)))) ++stored;
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &before), 0);
  ::signal(SIGXFSZ, old_handler);
  EXPECT_LT(stored, 100);
  EXPECT_EQ(SegmentFiles().size(), 1U);
  AppendNumbers(journal, stored, 200);
  EXPECT_EQ(ReadAll(journal), Numbers(0, 200));
}

TEST_F(JournalTest, CountsTheBacklog) {
  Journal journal(Options());
  EXPECT_EQ(journal.backlog(), 0);
  AppendNumbers(journal, 0, 200);
  EXPECT_EQ(journal.backlog(), 200);
  std::vector<RawMessage> records;
  journal.Read(150, records);
  EXPECT_EQ(journal.backlog(), 50);
  journal.Seek({});
  EXPECT_EQ(journal.backlog(), 200);
}

TEST_F(JournalTest, WakesAReaderThatSleepsAndOnlyOnce) {
  Journal journal(Options());
  AppendNumbers(journal, 0, 1);
  EXPECT_FALSE(IsReadable(journal.wakeup_fd()));
  EXPECT_FALSE(journal.ArmWakeup());
  ReadAll(journal);
  EXPECT_TRUE(journal.ArmWakeup());
  EXPECT_FALSE(IsReadable(journal.wakeup_fd()));
  AppendNumbers(journal, 1, 3);
  EXPECT_TRUE(IsReadable(journal.wakeup_fd()));
  ReadAll(journal);
  EXPECT_TRUE(journal.ArmWakeup());
  EXPECT_FALSE(IsReadable(journal.wakeup_fd()));
}

TEST_F(JournalTest, KeepsItsNameAndMakesANewOneInANewFolder) {
  const std::string first = Journal(Options()).uuid();
  EXPECT_EQ(first.size(), 36U);
  EXPECT_EQ(Journal(Options()).uuid(), first);
  JournalOptions other = Options();
  other.folder = root_ / "other";
  EXPECT_NE(Journal(other).uuid(), first);
}

TEST_F(JournalTest, TakesANewNameWhenItsOwnIsUnreadable) {
  const std::string first = Journal(Options()).uuid();
  std::ofstream(folder() / "uuid") << first.substr(0, 20);
  const std::string second = Journal(Options()).uuid();
  EXPECT_EQ(second.size(), 36U);
  EXPECT_NE(second, first);
}

TEST_F(JournalTest, IsReadableByItsOwnerOnly) {
  Journal journal(Options());
  AppendNumbers(journal, 0, 1);
  struct stat status {};
  ASSERT_EQ(::stat(folder().c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777U, 0700U);
  for (const auto& entry : std::filesystem::directory_iterator(folder())) {
    ASSERT_EQ(::stat(entry.path().c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777U, 0600U) << entry.path();
  }
}

TEST_F(JournalTest, RefusesASecondOwner) {
  const Journal journal(Options());
  EXPECT_THROW(Journal{Options()}, std::runtime_error);
}

TEST_F(JournalTest, KeepsTheDoorsApart) {
  Journal mqtt(Options());
  JournalOptions options = Options();
  options.door = Door::kApi;
  Journal api(options);
  AppendNumbers(mqtt, 0, 1);
  EXPECT_TRUE(ReadAll(api).empty());
  EXPECT_NE(mqtt.uuid(), api.uuid());
}

TEST_F(JournalTest, RefusesAFolderThatCannotBe) {
  std::ofstream(root_ / "file") << "x";
  JournalOptions options = Options();
  options.folder = root_ / "file" / "data";
  EXPECT_THROW(Journal{options}, std::runtime_error);
}

}  // namespace
}  // namespace fajma
