#include "tests/support/redis_server.h"

#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>

#include <chrono>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <utility>

#include "tests/support/child_process.h"
#include "tests/support/free_port.h"

namespace fajma::test {
namespace {

namespace fs = std::filesystem;

constexpr std::chrono::seconds kStartTimeout{20};
constexpr int kPortAttempts = 5;

}  // namespace

RedisServer::RedisServer(std::string password) : password_(std::move(password)) {
  std::string name = (fs::temp_directory_path() / "fajma-redis-XXXXXX").string();
  if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("no folder for redis");
  folder_ = name;
  for (int attempt = 1;; ++attempt) {
    port_ = FreePort();
    try {
      Start();
      return;
    } catch (const std::runtime_error&) {
      if (attempt < kPortAttempts) continue;
      fs::remove_all(folder_);
      throw;
    }
  }
}

RedisServer::~RedisServer() {
  EndChild(process_, SIGKILL);
  fs::remove_all(folder_);
}

std::string RedisServer::url() const {
  return "redis://" + (password_.empty() ? "" : ":" + password_ + "@") + "127.0.0.1:" + std::to_string(port_);
}

void RedisServer::Start() {
  const fs::path config = folder_ / "redis.conf";
  std::ofstream(config) << "bind 127.0.0.1\nport " << port_ << "\nsave \"\"\nappendonly no\ndir " << folder_.string()
                        << "\n"
                        << (password_.empty() ? "" : "requirepass " + password_ + "\n");
  const fs::path log = folder_ / "redis.log";
  process_ = SpawnChild({"redis-server", config.string()}, log.string());
  const auto deadline = std::chrono::steady_clock::now() + kStartTimeout;
  while (std::chrono::steady_clock::now() < deadline) {
    if (Answers()) return;
    if (::waitpid(process_, nullptr, WNOHANG) == process_) {
      process_ = -1;
      break;
    }
    ::poll(nullptr, 0, 5);
  }
  EndChild(process_, SIGKILL);
  std::ostringstream text;
  text << std::ifstream(log).rdbuf();
  throw std::runtime_error("redis does not start: " + text.str());
}

// Whether it accepts a connection and answers a PING, be it by asking for a password.
bool RedisServer::Answers() const {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port_);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  char answer[8] = "";
  pollfd readable{fd, POLLIN, 0};
  const bool answered = ::connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0 &&
                        ::send(fd, "PING\r\n", 6, MSG_NOSIGNAL) > 0 && ::poll(&readable, 1, 1'000) == 1 &&
                        ::recv(fd, answer, sizeof answer, 0) > 0 && (answer[0] == '+' || answer[0] == '-');
  ::close(fd);
  return answered;
}

void RedisServer::Kill() { EndChild(process_, SIGKILL); }
void RedisServer::Pause() { ::kill(process_, SIGSTOP); }
void RedisServer::Resume() { ::kill(process_, SIGCONT); }

}  // namespace fajma::test
