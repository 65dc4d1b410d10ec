#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <fstream>
#include <stdexcept>
#include <string>

#include "api/auth/broker_passwords.h"
#include "cli/demo.h"
#include "cli/demo_broker_conf.h"

namespace fajma::cli {
namespace {

using Clock = std::chrono::steady_clock;

sockaddr_in Loopback(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

std::uint16_t FreePort() {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address = Loopback(0);
  socklen_t size = sizeof address;
  const bool bound = ::bind(fd, reinterpret_cast<sockaddr*>(&address), size) == 0 &&
                     ::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size) == 0;
  ::close(fd);
  if (!bound) throw std::runtime_error("no free port on 127.0.0.1");
  return ntohs(address.sin_port);
}

bool Answers(std::uint16_t port) {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const sockaddr_in address = Loopback(port);
  const bool connected = ::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
  ::close(fd);
  return connected;
}

void Replace(std::string& text, std::string_view what, const std::string& with) {
  for (std::size_t at = text.find(what); at != std::string::npos; at = text.find(what, at + with.size())) {
    text.replace(at, what.size(), with);
  }
}

// Readable by this user alone.
void WriteSecretly(const std::filesystem::path& path, const std::string& text) {
  const mode_t before = ::umask(0077);
  std::ofstream(path) << text;
  ::umask(before);
}

// The rights of the production broker, and a password for everybody.
std::string WriteAccounts(const std::filesystem::path& folder, const BrokerAccess& access) {
  std::string lines;
  for (const auto& [user, password] : access.accounts) {
    lines += user + ":" + auth::HashBrokerPassword(password) + "\n";
  }
  WriteSecretly(folder / "passwords", lines);
  WriteSecretly(folder / "acl", std::string(kBrokerAcl));
  return "\nallow_anonymous false\npassword_file " + (folder / "passwords").string() + "\nacl_file " +
         (folder / "acl").string() + "\n";
}

std::filesystem::path WriteConfiguration(const std::filesystem::path& folder, std::uint16_t port,
                                         const BrokerAccess& access) {
  std::string text(kDemoBrokerConf);
  // The comment at its head names the placeholders.
  Replace(text, "@PORT@", std::to_string(port));
  Replace(text, "@ADDRESS@", access.address);
  Replace(text, "@DIR@", folder.string());
  Replace(text, "@USER_LINE@", ::geteuid() == 0 ? "user root" : "");
  if (!access.accounts.empty()) text += WriteAccounts(folder, access);
  std::filesystem::path path = folder / "mosquitto.conf";
  std::ofstream(path) << text;
  return path;
}

// Mosquitto does not say when it is ready: its port is asked again after `time`, or at once when it has ended.
void WaitForEnd(pid_t pid, std::chrono::milliseconds time) {
  const int fd = static_cast<int>(::syscall(SYS_pidfd_open, pid, 0));
  pollfd ended{fd, POLLIN, 0};  // a negative descriptor is passed over: then it is the time alone
  ::poll(&ended, 1, static_cast<int>(time.count()));
  if (fd >= 0) ::close(fd);
}

pid_t Start(const std::filesystem::path& configuration) {
  const std::string path = configuration.string();
  const pid_t parent = ::getpid();
  const pid_t pid = ::fork();
  if (pid != 0) return pid;
  // The child: its signals are its own, Ctrl-C is its parent's, and it does not outlive it.
  sigset_t none;
  sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  ::setpgid(0, 0);
  ::prctl(PR_SET_PDEATHSIG, SIGTERM);
  if (::getppid() != parent) ::_exit(127);
  ::setenv("PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", 1);
  ::execlp("mosquitto", "mosquitto", "-c", path.c_str(), nullptr);
  ::_exit(127);
}

}  // namespace

PrivateBroker::PrivateBroker(const std::filesystem::path& folder, std::uint16_t port, const BrokerAccess& access)
    : port_(port != 0 ? port : FreePort()) {
  std::filesystem::create_directories(folder);
  if (port != 0 && Answers(port)) throw std::runtime_error("port " + std::to_string(port) + " is taken");
  pid_ = Start(WriteConfiguration(folder, port_, access));
  if (pid_ < 0) throw std::runtime_error("mosquitto could not be started");
  const auto deadline = Clock::now() + std::chrono::seconds(10);
  while (!Answers(port_)) {
    int status = 0;
    if (::waitpid(pid_, &status, WNOHANG) == pid_) {
      pid_ = -1;
      throw std::runtime_error(WIFEXITED(status) && WEXITSTATUS(status) == 127
                                   ? "mosquitto is not installed (Debian's package: mosquitto)"
                                   : "mosquitto did not start; see " + (folder / "mosquitto.log").string());
    }
    if (Clock::now() > deadline) throw std::runtime_error("mosquitto does not answer on its port");
    WaitForEnd(pid_, std::chrono::milliseconds(20));
  }
}

PrivateBroker::~PrivateBroker() {
  if (pid_ < 0) return;
  ::kill(pid_, SIGTERM);
  ::waitpid(pid_, nullptr, 0);
}

}  // namespace fajma::cli
