#include "tests/support/mosquitto.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <fstream>
#include <sstream>
#include <stdexcept>

#include "tests/support/child_process.h"
#include "tests/support/free_port.h"

namespace fajma::test {
namespace {

namespace fs = std::filesystem;

constexpr const char* kInstalled = "/usr/sbin/mosquitto";  // else it is looked for in PATH
constexpr std::chrono::seconds kStartTimeout{20};
constexpr int kPortAttempts = 5;

// For at most `time`; the process may have ended by then.
void WaitBriefly(std::chrono::milliseconds time) { ::poll(nullptr, 0, static_cast<int>(time.count())); }

}  // namespace

Mosquitto::Mosquitto(MosquittoOptions options) : options_(std::move(options)) {
  std::string name = (fs::temp_directory_path() / "fajma-mosquitto-XXXXXX").string();
  if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("no folder for mosquitto");
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

Mosquitto::~Mosquitto() {
  End(SIGKILL);
  fs::remove_all(folder_);
}

void Mosquitto::Start() {
  const fs::path config = folder_ / "mosquitto.conf";
  std::ofstream(config) << "listener " << port_ << " 127.0.0.1\n"
                        << (::geteuid() == 0 ? "user root\n" : "") << "allow_anonymous true\n"
                        << "persistence " << (options_.persistence ? "true" : "false") << "\n"
                        << "persistence_location " << folder_.string() << "/\n"
                        << "autosave_interval 1\n"
                        << "max_queued_messages " << options_.max_queued_messages << "\n"
                        << "max_inflight_messages 1000\n"
                        << "set_tcp_nodelay true\n"
                        << options_.extra << "\n";
  const fs::path log = folder_ / "mosquitto.log";
  const char* const program = ::access(kInstalled, X_OK) == 0 ? kInstalled : "mosquitto";
  process_ = SpawnChild({program, "-c", config.string()}, log.string());
  const auto deadline = std::chrono::steady_clock::now() + kStartTimeout;
  while (std::chrono::steady_clock::now() < deadline) {
    if (Answers()) return;
    if (::waitpid(process_, nullptr, WNOHANG) == process_) {
      process_ = -1;
      break;
    }
    WaitBriefly(std::chrono::milliseconds(5));
  }
  End(SIGKILL);
  std::ostringstream text;
  text << std::ifstream(log).rdbuf();
  throw std::runtime_error("mosquitto does not start: " + text.str());
}

// Whether it accepts a connection and answers a CONNECT (3.1.1, no client id) by a CONNACK.
bool Mosquitto::Answers() const {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port_);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  constexpr std::array<unsigned char, 14> kConnect = {0x10, 12, 0, 4, 'M', 'Q', 'T', 'T', 4, 2, 0, 60, 0, 0};
  std::array<unsigned char, 4> answer{};
  pollfd readable{fd, POLLIN, 0};
  const bool answered = ::connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0 &&
                        ::send(fd, kConnect.data(), kConnect.size(), MSG_NOSIGNAL) > 0 &&
                        ::poll(&readable, 1, 1'000) == 1 && ::recv(fd, answer.data(), answer.size(), 0) > 0 &&
                        answer[0] == 0x20;
  ::close(fd);
  return answered;
}

void Mosquitto::End(int signal) { EndChild(process_, signal); }

void Mosquitto::Stop() { End(SIGTERM); }
void Mosquitto::Kill() { End(SIGKILL); }

void Mosquitto::Restart() {
  Stop();
  Start();
}

void Mosquitto::Pause() { ::kill(process_, SIGSTOP); }
void Mosquitto::Resume() { ::kill(process_, SIGCONT); }

}  // namespace fajma::test
