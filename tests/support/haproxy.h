// A HAProxy of its own in front of a port, on a free port, with a private configuration.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <filesystem>

namespace fajma::test {

class Haproxy {
 public:
  // In `mode http`: connections to the server are kept and used again, X-Forwarded-For names the client, and
  // X-Forwarded-Proto says https. Throws std::runtime_error when it does not start.
  explicit Haproxy(std::uint16_t server_port);
  ~Haproxy();
  Haproxy(const Haproxy&) = delete;
  Haproxy& operator=(const Haproxy&) = delete;

  std::uint16_t port() const { return port_; }

 private:
  bool Start(std::uint16_t server_port);
  void End();

  std::filesystem::path folder_;
  std::uint16_t port_ = 0;
  pid_t process_ = -1;
};

}  // namespace fajma::test
