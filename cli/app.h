// A process in one object: every part, built in order and ended in order.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "cli/settings.h"

namespace fajma::cli {

// The doors that a process opens: `serve` has both.
enum class Role { kServe, kBridge, kApi };

struct AppOptions {
  bool demo_login = false;  // the page may fill in the demo's user and password
  std::string version;
  Role role = Role::kServe;
};

class App {
 public:
  // Throws BadSetting, DatabaseError (a database that must be migrated first, or is newer), std::runtime_error (an
  // address or folder that cannot be used). Waits for neither the broker nor a PostgreSQL that is away.
  App(const Settings& settings, const AppOptions& options);
  // Takes nothing more in, stores what was taken, closes all sockets with 1001.
  ~App();
  App(const App&) = delete;
  App& operator=(const App&) = delete;

  std::uint16_t http_port() const;     // not of a bridge
  std::uint16_t metrics_port() const;  // 0: no `metrics-address` was given
  bool broker_connected() const;       // not of an api

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace fajma::cli
