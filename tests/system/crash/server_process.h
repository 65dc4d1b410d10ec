// `fajma serve` as a child that is killed and started again, and `fajma … add` before it.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace fajma::crash {

class ServerProcess {
 public:
  ServerProcess(std::filesystem::path program, std::filesystem::path folder, std::uint16_t http_port,
                std::uint16_t mqtt_port);
  ~ServerProcess();
  ServerProcess(const ServerProcess&) = delete;
  ServerProcess& operator=(const ServerProcess&) = delete;

  // Runs a subcommand on the same data to its end and returns what it printed. Throws when it fails.
  std::string Administer(const std::vector<std::string>& arguments) const;

  void Start();
  // Until /health/ready answers 200. Throws when the process ends before, or does not within `timeout`.
  void WaitUntilReady(std::chrono::seconds timeout);
  void Kill();
  // Stopped is stopped: every thread. False: it does not run.
  bool Freeze();
  void Thaw();
  // SIGTERM; the exit code, or minus the signal.
  int Stop(std::chrono::seconds timeout);

  pid_t pid() const { return pid_; }
  std::filesystem::path database() const { return folder_ / "data" / "fajma.db"; }
  std::filesystem::path log() const { return folder_ / "server.log"; }
  // The value of an unlabelled figure of /metrics, summed over labels; -1 when it cannot be asked.
  std::int64_t Figure(const std::string& name) const;

 private:
  std::vector<std::string> CommandLine(const std::vector<std::string>& arguments) const;
  std::string Get(const std::string& path) const;

  const std::filesystem::path program_;
  const std::filesystem::path folder_;
  const std::uint16_t http_port_;
  const std::uint16_t mqtt_port_;
  pid_t pid_ = -1;
};

// A port below those that the system hands out to outgoing connections: nobody takes it while the server is dead.
std::uint16_t QuietPort(std::uint32_t seed);

}  // namespace fajma::crash
