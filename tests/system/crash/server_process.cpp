#include "tests/system/crash/server_process.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <utility>

#include "tests/support/child_process.h"
#include "tests/support/raw_socket.h"

namespace fajma::crash {
namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

constexpr std::size_t kShownBytes = 2'000;  // of a log

std::string EndOf(const fs::path& path) {
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  const std::string whole = text.str();
  return whole.size() <= kShownBytes ? whole : "…" + whole.substr(whole.size() - kShownBytes);
}

}  // namespace

std::uint16_t QuietPort(std::uint32_t seed) {
  for (std::uint32_t i = 0; i < 1'000; ++i) {
    const auto port = static_cast<std::uint16_t>(15'000 + (seed + i * 7) % 15'000);
    const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const bool bound = ::bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
    ::close(fd);
    if (bound) return port;
  }
  throw std::runtime_error("no free port");
}

ServerProcess::ServerProcess(fs::path program, fs::path folder, std::uint16_t http_port, std::uint16_t mqtt_port)
    : program_(std::move(program)), folder_(std::move(folder)), http_port_(http_port), mqtt_port_(mqtt_port) {}

ServerProcess::~ServerProcess() { Kill(); }

std::vector<std::string> ServerProcess::CommandLine(const std::vector<std::string>& arguments) const {
  std::vector<std::string> command = {program_.string()};
  command.insert(command.end(), arguments.begin(), arguments.end());
  command.insert(command.end(), {"--data-dir", (folder_ / "data").string()});
  return command;
}

std::string ServerProcess::Administer(const std::vector<std::string>& arguments) const {
  const fs::path output = folder_ / "administration.log";
  fs::remove(output);
  const pid_t child = test::SpawnChild(CommandLine(arguments), output.string());
  int status = 0;
  ::waitpid(child, &status, 0);
  std::string text = EndOf(output);
  if (status != 0) throw std::runtime_error("`fajma " + arguments[0] + " " + arguments[1] + "` failed: " + text);
  return text;
}

void ServerProcess::Start() {
  pid_ =
      test::SpawnChild(CommandLine({"serve", "--http-address", "127.0.0.1:" + std::to_string(http_port_), "--mqtt-url",
                                    "mqtt://127.0.0.1:" + std::to_string(mqtt_port_), "--device-rate", "0"}),
                       log().string());
}

std::string ServerProcess::Get(const std::string& path) const {
  try {
    testing::RawSocket socket(http_port_);
    socket.Send("GET " + path + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
    const testing::HttpAnswer answer = socket.ReceiveAnswer();
    return answer.status == 200 ? "200 " + answer.body : "";
  } catch (const std::runtime_error&) {
    return "";
  }
}

void ServerProcess::WaitUntilReady(std::chrono::seconds timeout) {
  const auto deadline = Clock::now() + timeout;
  while (Get("/health/ready").empty()) {
    int status = 0;
    if (::waitpid(pid_, &status, WNOHANG) == pid_) {
      pid_ = -1;
      throw std::runtime_error("the server ended by itself: " + EndOf(log()));
    }
    if (Clock::now() > deadline) throw std::runtime_error("the server is not ready: " + EndOf(log()));
    ::poll(nullptr, 0, 10);
  }
}

void ServerProcess::Kill() {
  if (pid_ < 0) return;
  ::kill(pid_, SIGKILL);
  ::waitpid(pid_, nullptr, 0);
  pid_ = -1;
}

bool ServerProcess::Freeze() {
  int status = 0;
  ::kill(pid_, SIGSTOP);
  return ::waitpid(pid_, &status, WUNTRACED) == pid_ && WIFSTOPPED(status);
}

void ServerProcess::Thaw() { ::kill(pid_, SIGCONT); }

int ServerProcess::Stop(std::chrono::seconds timeout) {
  ::kill(pid_, SIGTERM);
  const auto deadline = Clock::now() + timeout;
  int status = 0;
  while (::waitpid(pid_, &status, WNOHANG) == 0) {
    if (Clock::now() > deadline) throw std::runtime_error("the server does not end");
    ::poll(nullptr, 0, 10);
  }
  pid_ = -1;
  return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

std::int64_t ServerProcess::Figure(const std::string& name) const {
  std::istringstream lines(Get("/metrics"));
  std::int64_t sum = -1;
  for (std::string line; std::getline(lines, line);) {
    const std::size_t size = name.size();
    if (line.compare(0, size, name) != 0 || line.size() == size || (line[size] != ' ' && line[size] != '{')) continue;
    sum = std::max<std::int64_t>(sum, 0) + std::stoll(line.substr(line.rfind(' ') + 1));
  }
  return sum;
}

}  // namespace fajma::crash
