// The demo's own parts: a private broker, and data to begin with.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "core/store/database.h"
#include "firmware/core/payload.h"

namespace fajma::cli {

// A Mosquitto child in a folder of its own; ended with this object, and when this process dies.
class PrivateBroker {
 public:
  // Port 0 takes a free one. Throws std::runtime_error when there is no mosquitto, or when it does not come up.
  PrivateBroker(const std::filesystem::path& folder, std::uint16_t port);
  ~PrivateBroker();
  PrivateBroker(const PrivateBroker&) = delete;
  PrivateBroker& operator=(const PrivateBroker&) = delete;

  std::uint16_t port() const { return port_; }

 private:
  std::uint16_t port_;
  pid_t pid_ = -1;
};

struct DemoDevice {
  std::string mac;
  std::string type;
  std::string patient;
};

// Patients patient1 … patient10 and patient123, a device for each, the demo's users. What is there already stays.
// Returns the devices.
std::vector<DemoDevice> AddDemoData(Database& database, std::int64_t devices);

}  // namespace fajma::cli
