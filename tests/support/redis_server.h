// A private Redis for tests: its own folder and loopback port, nothing stored, ended with the test program.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <filesystem>
#include <string>

namespace fajma::test {

// Started by its constructor, which returns when the server answers and throws std::runtime_error when it does not
// within 20 s. One thread.
class RedisServer {
 public:
  explicit RedisServer(std::string password = {});
  ~RedisServer();
  RedisServer(const RedisServer&) = delete;
  RedisServer& operator=(const RedisServer&) = delete;

  std::uint16_t port() const { return port_; }
  std::string url() const;

  void Kill();   // SIGKILL
  void Start();  // again, on the same port
  void Pause();  // SIGSTOP: connected and silent
  void Resume();

 private:
  bool Answers() const;

  const std::string password_;
  std::filesystem::path folder_;
  std::uint16_t port_ = 0;
  pid_t process_ = -1;
};

}  // namespace fajma::test
