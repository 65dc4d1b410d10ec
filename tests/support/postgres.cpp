#include "tests/support/postgres.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <grp.h>
#include <libpq-fe.h>
#include <poll.h>
#include <pwd.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <memory>
#include <sstream>
#include <stdexcept>
#include <vector>

namespace fajma::test {
namespace {

namespace fs = std::filesystem;

constexpr const char* kPrograms = "/usr/lib/postgresql/15/bin/";
constexpr std::string_view kFolderPrefix = "fajma-postgres-";
constexpr std::chrono::seconds kStartTimeout{60};

[[noreturn]] void Fail(const std::string& what) { throw std::runtime_error(what + ": " + std::strerror(errno)); }

std::string ReadFile(const fs::path& path) {
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {
    if (fd < 0) Fail("descriptor");
  }
  ~Descriptor() { ::close(fd_); }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int get() const { return fd_; }

 private:
  int fd_;
};

const passwd* PostgresUser() {
  if (::geteuid() != 0) return nullptr;
  const passwd* user = ::getpwnam("postgres");
  if (user == nullptr) throw std::runtime_error("no user postgres on this machine");
  return user;
}

struct Command {
  std::vector<std::string> arguments;
  std::string log;     // file for its output
  std::string notify;  // NOTIFY_SOCKET, or empty
  bool ends_with_us = false;
};

// Only async-signal-safe calls between fork and exec.
pid_t Spawn(const Command& command) {
  std::vector<char*> argv;
  for (const std::string& argument : command.arguments) argv.push_back(const_cast<char*>(argument.c_str()));
  argv.push_back(nullptr);
  const std::string notify = "NOTIFY_SOCKET=" + command.notify;
  std::array<char*, 4> environment = {const_cast<char*>("PATH=/usr/bin:/bin"), const_cast<char*>("LC_ALL=C.UTF-8"),
                                      command.notify.empty() ? nullptr : const_cast<char*>(notify.c_str()), nullptr};
  const passwd* user = PostgresUser();
  const pid_t parent = ::getpid();
  const pid_t child = ::fork();
  if (child < 0) Fail("fork");
  if (child > 0) return child;
  const int log = ::open(command.log.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
  ::dup2(log, STDOUT_FILENO);
  ::dup2(log, STDERR_FILENO);
  ::close_range(3, ~0U, CLOSE_RANGE_CLOEXEC);
  ::setsid();
  if (user != nullptr && (::setgroups(0, nullptr) != 0 || ::setgid(user->pw_gid) != 0 || ::setuid(user->pw_uid) != 0)) {
    ::_exit(126);
  }
  // After setuid, which forgets it.
  if (command.ends_with_us && (::prctl(PR_SET_PDEATHSIG, SIGQUIT) != 0 || ::getppid() != parent)) ::_exit(126);
  ::execve(argv[0], argv.data(), environment.data());
  ::_exit(127);
}

int WaitFor(pid_t child) {
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  return status;
}

int FreePort() {
  const Descriptor socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof(address);
  if (::bind(socket.get(), reinterpret_cast<sockaddr*>(&address), size) != 0) Fail("bind");
  if (::getsockname(socket.get(), reinterpret_cast<sockaddr*>(&address), &size) != 0) Fail("getsockname");
  return ntohs(address.sin_port);
}

// "fajma-postgres-<pid>-xxxxxx" of a program that is no more.
void RemoveLeftovers(const fs::path& parent) {
  for (const fs::directory_entry& entry : fs::directory_iterator(parent)) {
    const std::string name = entry.path().filename();
    if (!name.starts_with(kFolderPrefix)) continue;
    const pid_t owner = static_cast<pid_t>(std::atoi(name.c_str() + kFolderPrefix.size()));
    std::error_code ignored;
    if (owner > 0 && ::kill(owner, 0) != 0 && errno == ESRCH) fs::remove_all(entry.path(), ignored);
  }
}

// In memory where there is room: a database is three hundred files, and each test has one.
fs::path FolderParent() {
  const fs::path memory = "/dev/shm";
  constexpr std::uintmax_t kRoom = 1'000'000'000;
  std::error_code error;
  const fs::space_info space = fs::space(memory, error);
  return !error && space.available > kRoom ? memory : fs::temp_directory_path();
}

// The server sends READY=1 there, as to a service manager.
class ReadySocket {
 public:
  explicit ReadySocket(const std::string& path) : socket_(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0)) {
    ::unlink(path.c_str());
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path.copy(address.sun_path, sizeof(address.sun_path) - 1);
    if (::bind(socket_.get(), reinterpret_cast<sockaddr*>(&address), sizeof(address)) != 0) Fail("bind " + path);
    ::chmod(path.c_str(), 0777);
  }

  // False when the server ends first, or after the timeout.
  bool Wait(pid_t server) {
    const Descriptor process(static_cast<int>(::syscall(SYS_pidfd_open, server, 0)));
    const auto deadline = std::chrono::steady_clock::now() + kStartTimeout;
    std::array<pollfd, 2> watched = {pollfd{socket_.get(), POLLIN, 0}, pollfd{process.get(), POLLIN, 0}};
    for (;;) {
      const auto left =
          std::chrono::duration_cast<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
      if (left.count() <= 0) return false;
      if (::poll(watched.data(), watched.size(), static_cast<int>(left.count())) < 0 && errno != EINTR) Fail("poll");
      if ((watched[0].revents & POLLIN) != 0) {
        std::array<char, 512> text{};
        const ssize_t size = ::recv(socket_.get(), text.data(), text.size() - 1, 0);
        if (size > 0 && std::string_view(text.data()).find("READY=1") != std::string_view::npos) return true;
      } else if (watched[1].revents != 0) {
        return false;
      }
    }
  }

 private:
  Descriptor socket_;
};

}  // namespace

PostgresServer& PostgresServer::Shared() {
  static PostgresServer server;
  return server;
}

PostgresServer::PostgresServer() {
  const fs::path parent = FolderParent();
  RemoveLeftovers(parent);
  folder_ = (parent / (std::string(kFolderPrefix) + std::to_string(::getpid()) + "-XXXXXX")).string();
  if (::mkdtemp(folder_.data()) == nullptr) Fail("mkdtemp");
  if (const passwd* user = PostgresUser()) {
    if (::chown(folder_.c_str(), user->pw_uid, user->pw_gid) != 0) Fail("chown");
  }
  InitialiseFolder();
  for (int attempt = 0; server_ < 0 && attempt < 5; ++attempt) {  // another program may take the port in between
    port_ = FreePort();
    Start();
  }
  if (server_ < 0) throw std::runtime_error("PostgreSQL does not start: " + ReadFile(folder_ + "/log"));
}

PostgresServer::~PostgresServer() {
  Stop(SIGQUIT);
  std::error_code ignored;
  fs::remove_all(folder_, ignored);
}

void PostgresServer::InitialiseFolder() {
  Command initdb;
  initdb.arguments = {std::string(kPrograms) + "initdb",
                      "--pgdata=" + folder_ + "/data",
                      "--no-sync",
                      "--no-instructions",
                      "--auth=trust",
                      "--username=postgres",
                      "--encoding=UTF8",
                      "--locale=C.UTF-8"};
  initdb.log = folder_ + "/log";
  if (WaitFor(Spawn(initdb)) != 0) throw std::runtime_error("initdb failed: " + ReadFile(initdb.log));
  std::ofstream(folder_ + "/data/postgresql.conf", std::ios::app)
      << "listen_addresses = '127.0.0.1'\nunix_socket_directories = ''\nshared_buffers = 64MB\nmax_connections = 100\n"
         "fsync = on\nlog_min_messages = warning\n";
}

void PostgresServer::Start() {
  ReadySocket ready(folder_ + "/ready");
  Command postgres;
  postgres.arguments = {std::string(kPrograms) + "postgres", "-D", folder_ + "/data", "-p", std::to_string(port_)};
  postgres.log = folder_ + "/log";
  postgres.notify = folder_ + "/ready";
  postgres.ends_with_us = true;
  server_ = Spawn(postgres);
  if (!ready.Wait(server_)) Stop(SIGKILL);
}

void PostgresServer::Stop(int signal) {
  if (server_ < 0) return;
  ::kill(server_, signal);
  WaitFor(server_);
  server_ = -1;
}

void PostgresServer::Restart() {
  Stop(SIGQUIT);
  Start();
  if (server_ < 0) throw std::runtime_error("PostgreSQL does not start again: " + ReadFile(folder_ + "/log"));
}

std::string PostgresServer::CreateDatabase(const std::string& from) {
  const std::string name = "essai_" + std::to_string(++databases_);
  Execute("CREATE DATABASE " + name + " TEMPLATE " + from);
  return UrlOf(name);
}

void PostgresServer::DropDatabase(const std::string& url) {
  Execute("DROP DATABASE IF EXISTS " + NameOf(url) + " WITH (FORCE)");
}

std::string PostgresServer::UrlOf(const std::string& database) const {
  return "postgresql://postgres@127.0.0.1:" + std::to_string(port_) + "/" + database;
}

std::string PostgresServer::NameOf(const std::string& url) { return url.substr(url.rfind('/') + 1); }

std::string PostgresServer::Execute(const std::string& sql, const std::string& database) {
  const std::unique_ptr<PGconn, decltype(&PQfinish)> connection(PQconnectdb(UrlOf(database).c_str()), &PQfinish);
  const std::unique_ptr<PGresult, decltype(&PQclear)> result(PQexec(connection.get(), sql.c_str()), &PQclear);
  const ExecStatusType status = PQresultStatus(result.get());
  if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK) {
    throw std::runtime_error(sql + ": " + PQerrorMessage(connection.get()));
  }
  return PQntuples(result.get()) > 0 ? PQgetvalue(result.get(), 0, 0) : "";
}

}  // namespace fajma::test
