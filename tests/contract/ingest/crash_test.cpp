// A process that is killed at any moment: what its journal had taken is stored once by the next.
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <random>

#include "tests/contract/ingest/ingest_contract.h"

namespace fajma::test {
namespace {

constexpr int kMost = 4'000;

// In the child: takes in and stores until it is killed; tells how much the journal has taken, a byte for each ten.
[[noreturn]] void TakeInUntilKilled(const std::string& url, const std::filesystem::path& folder, int first, int pipe) {
  Process run(url, folder, nullptr);
  for (int i = first; i < first + kMost; ++i) {
    const std::string payload =
        R"({"heart_rate":)" + std::to_string(50 + i % 50) + R"(,"glucose":)" + std::to_string(100 + i * 0.001) + "}";
    RawMessage message;
    message.received_at = SystemNow();
    message.mac_bits = kMac;
    message.payload = payload;
    if (!run.mqtt_journal.Append(message)) ::_exit(3);
    if (i % 10 == 9 && ::write(pipe, "x", 1) != 1) ::_exit(4);
  }
  for (;;) ::pause();
}

// Returns how many messages at least are in the journal.
int RunAndKill(const std::string& url, const std::filesystem::path& folder, int first, int kill_after) {
  int ends[2];
  if (::pipe(ends) != 0) return -1;
  const pid_t child = ::fork();
  if (child == 0) TakeInUntilKilled(url, folder, first, ends[1]);
  ::close(ends[1]);
  int taken = 0;
  char byte;
  while (taken < kill_after && ::read(ends[0], &byte, 1) == 1) taken += 10;
  ::kill(child, SIGKILL);
  while (::read(ends[0], &byte, 1) == 1) taken += 10;
  ::close(ends[0]);
  int status = 0;
  ::waitpid(child, &status, 0);
  EXPECT_TRUE(WIFSIGNALED(status)) << status;
  return taken;
}

TEST_F(IngestContract, AKilledProcessLosesNothingAndDoublesNothing) {
  std::mt19937 random(7);
  int sure = 0;
  for (int round = 0; round < 6; ++round) {
    const int taken = RunAndKill(url_, folder_, round * kMost, 100 + static_cast<int>(random() % 1'500));
    ASSERT_GE(taken, 100);
    sure += taken;
  }
  Start();
  Drain();
  // What the journal took after its last word may be stored too, once.
  EXPECT_GE(Readings(), 2 * sure);
  EXPECT_LE(Readings(), 2 * (sure + 6 * 10));
  EXPECT_EQ(
      Sql("SELECT CAST(COUNT(*) AS VARCHAR(20)) FROM (SELECT valeur FROM fajma_donneescapteursiot WHERE type_id = 6 "
          "GROUP BY valeur HAVING COUNT(*) > 1) x"),
      "0")
      << "each message has a glucose of its own";
  ExpectDense();
}

}  // namespace
}  // namespace fajma::test
