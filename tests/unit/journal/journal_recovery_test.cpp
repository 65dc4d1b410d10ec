#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>

#include "tests/unit/journal/journal_fixture.h"

namespace fajma {
namespace {

constexpr std::int64_t kSegmentHeaderBytes = 64;
constexpr std::int64_t kRecordHeaderBytes = 64;

class JournalRecovery : public JournalFixture {
 protected:
  static std::string ReadFile(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }
  static void WriteFile(const std::filesystem::path& path, std::string_view content) {
    std::ofstream(path, std::ios::binary).write(content.data(), static_cast<std::streamsize>(content.size()));
  }

  // Writes 0, 1 and 2 in one segment; returns the file.
  std::filesystem::path WriteThree() {
    Journal journal(Options());
    AppendNumbers(journal, 0, 2);
    EXPECT_TRUE(journal.Append(Message("the third")));
    return SegmentFiles().front();
  }

  // What a later process reads, with two more records behind what it found.
  std::vector<std::string> Reopen() {
    Journal journal(Options());
    AppendNumbers(journal, 100, 102);
    EXPECT_EQ(journal.backlog(), static_cast<std::int64_t>(Count(journal)));
    return ReadAll(journal);
  }

  static std::size_t Count(Journal& journal) {
    const std::size_t count = ReadAll(journal).size();
    journal.Seek({});
    return count;
  }
};

const std::vector<std::string> kWithoutThird = {"0", "1", "100", "101"};
const std::vector<std::string> kWhole = {"0", "1", "the third", "100", "101"};

TEST_F(JournalRecovery, KeepsAllThatWasAcknowledgedBeforeAKill) {
  for (int round = 0; round < 5; ++round) {
    int pipe_fds[2];
    ASSERT_EQ(::pipe(pipe_fds), 0);
    const int first = round * 1'000'000;
    const pid_t child = ::fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
      Journal journal(Options());
      for (int i = first;; ++i) {
        const std::string number = std::to_string(i);
        RawMessage message;
        message.payload = number;
        if (!journal.Append(message)) ::_exit(1);
        if (::write(pipe_fds[1], &i, sizeof i) != sizeof i) ::_exit(2);
      }
    }
    ::close(pipe_fds[1]);
    int acknowledged = -1;
    const int wanted = first + 50 + 37 * round;
    for (int number = 0; acknowledged < wanted && ::read(pipe_fds[0], &number, sizeof number) == sizeof number;) {
      acknowledged = number;
    }
    ::kill(child, SIGKILL);
    for (int number = 0; ::read(pipe_fds[0], &number, sizeof number) == sizeof number;) acknowledged = number;
    ::close(pipe_fds[0]);
    int status = 0;
    ::waitpid(child, &status, 0);
    ASSERT_TRUE(WIFSIGNALED(status));

    Journal journal(Options());
    const std::vector<std::string> read = ReadAll(journal);
    ASSERT_GE(read.size(), static_cast<std::size_t>(acknowledged - first + 1));
    ASSERT_EQ(read, Numbers(first, first + static_cast<int>(read.size())));
    journal.Release(journal.position());
    for (const auto& file : SegmentFiles()) std::filesystem::remove(file);
  }
}

TEST_F(JournalRecovery, DropsATailCutAtAnyByte) {
  const std::filesystem::path file = WriteThree();
  const std::string whole = ReadFile(file);
  const auto third = whole.find("the third");
  ASSERT_NE(third, std::string::npos);
  const std::size_t begin = third - kRecordHeaderBytes;
  for (std::size_t cut = begin; cut < third + 9; ++cut) {
    for (const auto& other : SegmentFiles()) std::filesystem::remove(other);
    WriteFile(file, std::string_view(whole).substr(0, cut));
    ASSERT_EQ(Reopen(), kWithoutThird) << "cut at " << cut - begin;
  }
}

TEST_F(JournalRecovery, DropsATailWithAnyBitFlipped) {
  const std::filesystem::path file = WriteThree();
  const std::string whole = ReadFile(file);
  const auto third = whole.find("the third");
  ASSERT_NE(third, std::string::npos);
  const std::size_t begin = third - kRecordHeaderBytes;
  for (std::size_t place = begin; place < third + 9; ++place) {
    const auto bit = static_cast<char>(1 << (place % 8));
    for (const auto& other : SegmentFiles()) std::filesystem::remove(other);
    std::string flipped = whole;
    flipped[place] = static_cast<char>(flipped[place] ^ bit);
    WriteFile(file, flipped);
    ASSERT_EQ(Reopen(), kWithoutThird) << "flipped at " << place - begin;
  }
}

TEST_F(JournalRecovery, NeverReadsWhatLaysBehindATornTail) {
  const std::filesystem::path file = WriteThree();
  std::string content = ReadFile(file);
  const auto third = content.find("the third");
  // A half-written record in front of an old whole one: the old one must not come back.
  content[third - kRecordHeaderBytes] = 0x7F;
  content[third - kRecordHeaderBytes + 1] = 0x7F;
  WriteFile(file, content);
  EXPECT_EQ(Reopen(), kWithoutThird);
  EXPECT_EQ(ReadFile(file).find("the third"), std::string::npos);
  EXPECT_EQ(Reopen(), (std::vector<std::string>{"0", "1", "100", "101", "100", "101"}));
}

TEST_F(JournalRecovery, ReadsOnBehindADamagedRecordInTheMiddle) {
  const std::filesystem::path file = WriteThree();
  std::string content = ReadFile(file);
  const auto second = static_cast<std::size_t>(kSegmentHeaderBytes + kRecordHeaderBytes + 8);
  content[second + kRecordHeaderBytes] = 'X';
  WriteFile(file, content);
  Journal journal(Options());
  EXPECT_EQ(ReadAll(journal), (std::vector<std::string>{"0", "the third"}));
  EXPECT_EQ(journal.damaged(), 1);
  EXPECT_EQ(journal.backlog(), 0);
}

TEST_F(JournalRecovery, GivesUpTheRestOfAnOldSegmentWhoseFramingIsLost) {
  {
    Journal journal(Options());
    AppendNumbers(journal, 0, 100);
  }
  const std::filesystem::path file = SegmentFiles().front();
  std::string content = ReadFile(file);
  const auto third = static_cast<std::size_t>(kSegmentHeaderBytes + 2 * (kRecordHeaderBytes + 8));
  content[third + 3] = 0x7F;
  WriteFile(file, content);
  Journal journal(Options());
  const std::vector<std::string> read = ReadAll(journal);
  ASSERT_GT(read.size(), 40U);
  EXPECT_EQ(read[1], "1");
  EXPECT_EQ(read[2], std::to_string((4'096 - 64) / 72));
  EXPECT_EQ(read.back(), "99");
  EXPECT_EQ(journal.damaged(), 1);
  EXPECT_EQ(journal.backlog(), 0);
}

TEST_F(JournalRecovery, SkipsASegmentWithoutAHeaderAndKeepsItsNumber) {
  const std::filesystem::path file = WriteThree();
  WriteFile(folder() / "0000000002.log", std::string(4'096, '\0'));
  Journal journal(Options());
  AppendNumbers(journal, 3, 4);
  EXPECT_EQ(SegmentFiles().back().filename(), "0000000003.log");
  EXPECT_EQ(ReadAll(journal), (std::vector<std::string>{"0", "1", "the third", "3"}));
  EXPECT_EQ(journal.backlog(), 0);
}

TEST_F(JournalRecovery, LeavesAWholeJournalAsItIs) {
  WriteThree();
  EXPECT_EQ(Reopen(), kWhole);
}

TEST_F(JournalRecovery, GoesOnFromACheckpointInATailThatIsGone) {
  const std::filesystem::path file = WriteThree();
  std::string content = ReadFile(file);
  const JournalPosition beyond{1, static_cast<std::int64_t>(content.find("the third")) + 16};
  WriteFile(file, content.substr(0, kSegmentHeaderBytes + kRecordHeaderBytes + 8));
  Journal journal(Options());
  journal.Seek(beyond);
  AppendNumbers(journal, 100, 102);
  EXPECT_EQ(ReadAll(journal), Numbers(100, 102));
}

}  // namespace
}  // namespace fajma
