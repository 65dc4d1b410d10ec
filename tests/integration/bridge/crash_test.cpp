#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <thread>

#include "tests/integration/bridge/link_fixture.h"

namespace fajma {
namespace {

// A process that holds the link.
class Child {
 public:
  Child(const std::string& url, const std::string& folder, const std::string& last) {
    int fds[2] = {-1, -1};
    if (::pipe2(fds, O_CLOEXEC) != 0) throw std::runtime_error("no pipe");
    const char* const program = std::getenv("FAJMA_BRIDGE_CHILD");
    if (program == nullptr) throw std::runtime_error("FAJMA_BRIDGE_CHILD is not set");
    process_ = ::fork();
    if (process_ == 0) {
      ::dup2(fds[1], STDOUT_FILENO);
      ::execl(program, program, url.c_str(), folder.c_str(), last.c_str(), nullptr);
      ::_exit(127);
    }
    ::close(fds[1]);
    output_ = fds[0];
  }
  ~Child() {
    Kill();
    ::close(output_);
  }
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  // Waits until it has said `line`.
  bool Says(const std::string& line) {
    pollfd readable{output_, POLLIN, 0};
    while (said_.find(line + "\n") == std::string::npos) {
      char buffer[256];
      if (::poll(&readable, 1, 60'000) != 1) return false;
      const ssize_t got = ::read(output_, buffer, sizeof buffer);
      if (got <= 0) return false;
      said_.append(buffer, static_cast<std::size_t>(got));
    }
    return true;
  }

  void Kill() {
    if (process_ <= 0) return;
    ::kill(process_, SIGKILL);
    ::waitpid(process_, nullptr, 0);
    process_ = -1;
  }

 private:
  pid_t process_ = -1;
  int output_ = -1;
  std::string said_;
};

using Crash = LinkFixture;

TEST_F(Crash, LosesNothingThatThePublisherSawAcknowledged) {
  constexpr int kMessages = 20'000;
  constexpr int kKills = 5;
  test::Mosquitto broker;
  const std::string last = std::to_string(kMessages - 1);
  auto child = std::make_unique<Child>(broker.url(), folder_.string(), last);
  ASSERT_TRUE(child->Says("connected"));
  std::atomic<int> published{0};
  {
    const std::jthread publisher([&] {
      MqttProbe probe(ParseMqttUrl(broker.url()).value(), {.client_id = "publisher"});
      probe.Connect();
      for (int i = 0; i < kMessages; i += 100) {
        probe.Publish(Numbered(i, i + 100));  // returns when all are acknowledged
        published = i + 100;
      }
      probe.Disconnect();
    });
    for (int kill = 1; kill <= kKills; ++kill) {
      const int at = kill * kMessages / (kKills + 1);
      ASSERT_TRUE(WaitUntil([&] { return published >= at; }, std::chrono::seconds(60)));
      child->Kill();
      child = std::make_unique<Child>(broker.url(), folder_.string(), last);
    }
  }
  ASSERT_TRUE(child->Says("last"));
  child->Kill();
  Journal journal(JournalAt());
  const std::vector<Journaled> all = ReadAll(journal);
  ExpectEachAndRepeatsFlagged(all, kMessages);
  EXPECT_EQ(journal.damaged(), 0);
  RecordProperty("redelivered", static_cast<int>(all.size()) - kMessages);
}

TEST_F(Crash, IsToldToAllByTheWill) {
  test::Mosquitto broker;
  MqttProbe observer(ParseMqttUrl(broker.url()).value(), {.client_id = "observer"});
  observer.Connect();
  observer.Subscribe("fajma/v1/server/status");
  Child child(broker.url(), folder_.string(), "-");
  ASSERT_TRUE(child.Says("connected"));
  child.Kill();
  const auto seen =
      observer.Receive([](const auto& messages) { return messages.size() >= 2; }, std::chrono::seconds(10));
  ASSERT_EQ(seen.size(), 2U);
  EXPECT_EQ(seen[0].payload, R"({"status":"online","version":"1.2.3"})");
  EXPECT_EQ(seen[1].payload, R"({"status":"offline","version":"1.2.3"})");
  observer.Disconnect();
}

}  // namespace
}  // namespace fajma
