// A private PostgreSQL server for tests: its own data folder and loopback port, ended with the test program.
#pragma once

#include <sys/types.h>

#include <string>

namespace fajma::test {

// Started by its constructor, which returns when the server accepts connections and throws std::runtime_error when it
// does not within 60 s. As root it runs as the user postgres. fsync is on; the folder is in /dev/shm if that has room.
// The server ends in the destructor, and by the kernel when the thread that made it dies; a folder left by a crash is
// removed by the next program.
class PostgresServer {
 public:
  PostgresServer();
  ~PostgresServer();
  PostgresServer(const PostgresServer&) = delete;
  PostgresServer& operator=(const PostgresServer&) = delete;

  // The one of this test program, started at the first call, by the main thread.
  static PostgresServer& Shared();

  // Makes a database that nobody else uses and returns its URL. `from` is the name of a database without connections.
  std::string CreateDatabase(const std::string& from = "template1");
  void DropDatabase(const std::string& url);  // also while somebody is connected
  std::string UrlOf(const std::string& database) const;
  static std::string NameOf(const std::string& url);

  // Runs SQL as the superuser in a connection of its own; returns the first column of the first row, or "".
  std::string Execute(const std::string& sql, const std::string& database = "postgres");

  // Ends the server at once and starts it again on the same port and data: a crash and its recovery.
  void Restart();

 private:
  void InitialiseFolder();
  void Start();
  void Stop(int signal);

  std::string folder_;
  int port_ = 0;
  pid_t server_ = -1;
  int databases_ = 0;
};

}  // namespace fajma::test
