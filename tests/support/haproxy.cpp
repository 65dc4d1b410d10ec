#include "tests/support/haproxy.h"

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <sstream>
#include <stdexcept>

#include "tests/support/free_port.h"
#include "tests/support/raw_socket.h"

namespace fajma::test {
namespace {

namespace fs = std::filesystem;

constexpr const char* kProgram = "/usr/sbin/haproxy";  // else it is looked for in PATH
constexpr int kPortAttempts = 5;

// Only async-signal-safe calls between fork and exec.
pid_t Spawn(const std::string& config, const std::string& log) {
  const pid_t parent = ::getpid();
  const char* const program = ::access(kProgram, X_OK) == 0 ? kProgram : "haproxy";
  const pid_t child = ::fork();
  if (child != 0) return child;
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != parent) ::_exit(127);
  const int fd = ::open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
  ::dup2(fd, STDOUT_FILENO);
  ::dup2(fd, STDERR_FILENO);
  ::execlp(program, program, "-db", "-f", config.c_str(), nullptr);
  ::_exit(127);
}

bool Accepts(std::uint16_t port) {
  try {
    const testing::RawSocket probe(port);
    return true;
  } catch (const std::runtime_error&) {
    return false;
  }
}

}  // namespace

Haproxy::Haproxy(std::uint16_t server_port) {
  std::string name = (fs::temp_directory_path() / "fajma-haproxy-XXXXXX").string();
  if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("no folder for haproxy");
  folder_ = name;
  for (int attempt = 0; attempt < kPortAttempts; ++attempt) {
    port_ = FreePort();
    if (Start(server_port)) return;
    End();
  }
  std::ostringstream text;
  text << std::ifstream(folder_ / "log").rdbuf();
  fs::remove_all(folder_);
  throw std::runtime_error("haproxy does not start: " + text.str());
}

Haproxy::~Haproxy() {
  End();
  fs::remove_all(folder_);
}

bool Haproxy::Start(std::uint16_t server_port) {
  const fs::path config = folder_ / "haproxy.cfg";
  std::ofstream(config) << "global\n  maxconn 500\n  nbthread 1\n"
                        << "defaults\n  mode http\n  option forwardfor\n  http-reuse always\n"
                        << "  timeout connect 5s\n  timeout client 60s\n  timeout server 60s\n  timeout tunnel 1h\n"
                        << "frontend all\n  bind 127.0.0.1:" << port_ << "\n"
                        << "  http-request set-header X-Forwarded-Proto https\n  default_backend fajma\n"
                        << "backend fajma\n  server fajma 127.0.0.1:" << server_port << "\n";
  process_ = Spawn(config.string(), (folder_ / "log").string());
  return testing::Eventually([this] {
           if (Accepts(port_)) return true;
           if (process_ >= 0 && ::waitpid(process_, nullptr, WNOHANG) == process_) process_ = -1;
           return process_ < 0;
         }) &&
         process_ >= 0;
}

void Haproxy::End() {
  if (process_ < 0) return;
  ::kill(process_, SIGKILL);
  ::waitpid(process_, nullptr, 0);
  process_ = -1;
}

}  // namespace fajma::test
