// The demo's own parts: a private broker, and data to begin with.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "core/store/database.h"
#include "firmware/core/payload.h"

namespace fajma::cli {

// Who may use the private broker, and from where.
struct BrokerAccess {
  std::string address = "127.0.0.1";
  // User and password; none: nobody is asked for one. Otherwise each has the rights of mosquitto/acl.
  std::vector<std::pair<std::string, std::string>> accounts;
};

// A Mosquitto child in a folder of its own; ended with this object, and when this process dies.
class PrivateBroker {
 public:
  // Port 0 takes a free one. Throws std::runtime_error when there is no mosquitto, or when it does not come up.
  PrivateBroker(const std::filesystem::path& folder, std::uint16_t port, const BrokerAccess& access = {});
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
  std::string token{};  // for its WebSocket; empty: none is asked for
};

// Patients patient1 … patient10 and patient123, a device for each, the demo's users. What is there already stays, but
// for a password other than "demo", which all of the demo's users are then given. Returns the devices.
std::vector<DemoDevice> AddDemoData(Database& database, std::int64_t devices, const std::string& password = "demo");

// With --lan: the secrets of one run, printed once and asked for.
struct LanSecrets {
  std::string users;    // of the page, for each of the demo's users
  std::string devices;  // at the broker; the user name is the MAC in twelve lower-case hex digits
  std::string server;   // at the broker; not printed
};
LanSecrets NewLanSecrets();
// fajma, integrateur (with the users' password), and each device. `address`: where the broker listens.
BrokerAccess LanBroker(const std::string& address, const LanSecrets& secrets, const std::vector<DemoDevice>& devices);
// This machine's names and addresses, as a browser on the network writes them; the first is an address others reach it
// by, if it has any.
std::vector<std::string> LanHosts();

}  // namespace fajma::cli
