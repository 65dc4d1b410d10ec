// A private Mosquitto broker for tests: its own data folder and loopback port, ended with the test program.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <filesystem>
#include <string>

namespace fajma::test {

struct MosquittoOptions {
  bool persistence = true;
  int max_queued_messages = 0;  // 0: no limit; Mosquitto's own default is 1000
  std::string extra;            // further lines of mosquitto.conf
};

// Started by its constructor, which returns when the broker answers and throws std::runtime_error when it does not
// within 20 s. Ends in the destructor, and by the kernel when the thread that made it dies. One thread.
class Mosquitto {
 public:
  explicit Mosquitto(MosquittoOptions options = {});
  ~Mosquitto();
  Mosquitto(const Mosquitto&) = delete;
  Mosquitto& operator=(const Mosquitto&) = delete;

  std::uint16_t port() const { return port_; }
  std::string url() const { return "mqtt://127.0.0.1:" + std::to_string(port_); }
  const std::filesystem::path& folder() const { return folder_; }

  void Stop();     // SIGTERM, and waits: what is persistent is saved
  void Kill();     // SIGKILL
  void Start();    // again, on the same port and data
  void Restart();  // Stop and Start
  void Pause();    // SIGSTOP: connected and silent
  void Resume();

 private:
  void End(int signal);
  bool Answers() const;

  const MosquittoOptions options_;
  std::filesystem::path folder_;
  std::uint16_t port_ = 0;
  pid_t process_ = -1;
};

}  // namespace fajma::test
