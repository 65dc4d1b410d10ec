#include "tests/system/cluster/member.h"

#include <poll.h>
#include <signal.h>
#include <sys/wait.h>

#include <algorithm>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <utility>

#include "tests/support/child_process.h"
#include "tests/support/raw_socket.h"

namespace fajma::cluster {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t kShownBytes = 2'000;  // of a log

std::string EndOf(const std::filesystem::path& path) {
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  const std::string whole = text.str();
  return whole.size() <= kShownBytes ? whole : "…" + whole.substr(whole.size() - kShownBytes);
}

}  // namespace

std::string RunToEnd(const std::vector<std::string>& command, const std::filesystem::path& output) {
  std::filesystem::remove(output);
  const pid_t child = test::SpawnChild(command, output.string());
  int status = 0;
  ::waitpid(child, &status, 0);
  std::string text = EndOf(output);
  if (status != 0) throw std::runtime_error("`" + command[0] + " " + command[1] + "` failed: " + text);
  return text;
}

Member::Member(std::string name, std::uint16_t port, std::vector<std::string> command, std::filesystem::path log)
    : name_(std::move(name)), port_(port), command_(std::move(command)), log_(std::move(log)) {}

Member::~Member() { Kill(); }

void Member::Start() { pid_ = test::SpawnChild(command_, log_.string()); }
void Member::Kill() { test::EndChild(pid_, SIGKILL); }

std::string Member::Get(const std::string& path) const {
  try {
    testing::RawSocket socket(port_);
    socket.Send("GET " + path + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
    const testing::HttpAnswer answer = socket.ReceiveAnswer();
    return answer.status == 200 ? "200 " + answer.body : "";
  } catch (const std::runtime_error&) {
    return "";
  }
}

void Member::WaitUntilReady(std::chrono::seconds timeout) {
  const auto deadline = Clock::now() + timeout;
  while (Get("/health/ready").empty()) {
    int status = 0;
    if (::waitpid(pid_, &status, WNOHANG) == pid_) {
      pid_ = -1;
      throw std::runtime_error(name_ + " ended by itself: " + EndOf(log_));
    }
    if (Clock::now() > deadline) throw std::runtime_error(name_ + " is not ready: " + EndOf(log_));
    ::poll(nullptr, 0, 10);
  }
}

int Member::Stop(std::chrono::seconds timeout) {
  ::kill(pid_, SIGTERM);
  const auto deadline = Clock::now() + timeout;
  int status = 0;
  while (::waitpid(pid_, &status, WNOHANG) == 0) {
    if (Clock::now() > deadline) throw std::runtime_error(name_ + " does not end: " + EndOf(log_));
    ::poll(nullptr, 0, 10);
  }
  pid_ = -1;
  return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

std::int64_t Member::Figure(const std::string& figure) const {
  std::istringstream lines(Get("/metrics"));
  std::int64_t sum = -1;
  for (std::string line; std::getline(lines, line);) {
    const std::size_t size = figure.size();
    if (line.compare(0, size, figure) != 0 || line.size() == size || (line[size] != ' ' && line[size] != '{')) continue;
    sum = std::max<std::int64_t>(sum, 0) + std::stoll(line.substr(line.rfind(' ') + 1));
  }
  return sum;
}

}  // namespace fajma::cluster
