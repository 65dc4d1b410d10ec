// The passwords of devices at the MQTT broker, as Mosquitto's password file has them.
#pragma once

#include <filesystem>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/store/database.h"

namespace fajma::auth {

// "$7$iterations$salt$hash" (PBKDF2 with SHA-512, both in base64), as mosquitto_passwd writes it. For passwords of at
// least 128 random bits: its few iterations protect no others. Any thread.
std::string HashBrokerPassword(std::string_view password);
// Whether `hash` is one of `password`.
bool FitsBrokerPassword(std::string_view password, std::string_view hash);

// Thread-safe.
class BrokerPasswordFile {
 public:
  // Empty: nothing is ever written.
  explicit BrokerPasswordFile(std::filesystem::path path) : path_(std::move(path)) {}

  // The file then has one line for each device (twelve lower-case hex digits, hash), after the lines of other users
  // that it had before; a name of twelve hex digits is always a device's. It is replaced as a whole, mode 0600.
  // Mosquitto reads it at its start and at SIGHUP. Throws std::runtime_error.
  // `read_devices` is asked under the lock, so that of two writes the later one has the newer lines.
  using Lines = std::vector<std::pair<std::string, std::string>>;
  void Write(const std::function<Lines()>& read_devices);

 private:
  std::filesystem::path path_;
  std::mutex mutex_;  // one write at a time
};

// The file as the database has it now. Throws DatabaseError too.
void WriteBrokerPasswords(BrokerPasswordFile& file, Database& database);

}  // namespace fajma::auth
