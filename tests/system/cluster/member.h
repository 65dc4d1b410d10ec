// One process of the installation: killed and started again on the same ports and data.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace fajma::cluster {

class Member {
 public:
  // `port` answers /health/ready and /metrics. `command` begins with the program.
  Member(std::string name, std::uint16_t port, std::vector<std::string> command, std::filesystem::path log);
  ~Member();
  Member(const Member&) = delete;
  Member& operator=(const Member&) = delete;

  const std::string& name() const { return name_; }
  std::uint16_t port() const { return port_; }

  void Start();
  void Kill();  // SIGKILL
  // Until /health/ready answers 200. Throws when the process ends by itself, or is not ready in time.
  void WaitUntilReady(std::chrono::seconds timeout);
  // SIGTERM; the exit code, or minus the signal.
  int Stop(std::chrono::seconds timeout);
  // The sum of a figure of /metrics over its labels; -1 when it cannot be asked.
  std::int64_t Figure(const std::string& figure) const;
  std::string Get(const std::string& path) const;  // the body of a 200, with "200 " before it; else ""

 private:
  const std::string name_;
  const std::uint16_t port_;
  const std::vector<std::string> command_;
  const std::filesystem::path log_;
  pid_t pid_ = -1;
};

// Runs a command to its end and returns what it printed. Throws when it fails.
std::string RunToEnd(const std::vector<std::string>& command, const std::filesystem::path& output);

}  // namespace fajma::cluster
