// The REST door: every route of the documented API, from a complete request to a complete answer.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "api/auth/access_journal.h"
#include "api/auth/broker_passwords.h"
#include "api/auth/login_limiter.h"
#include "api/auth/password.h"
#include "api/auth/session_end.h"
#include "api/auth/token.h"
#include "api/http/message.h"
#include "core/domain/command.h"
#include "core/domain/commit.h"
#include "core/domain/time.h"
#include "core/runtime/metrics.h"
#include "core/store/alert_store.h"
#include "core/store/database.h"
#include "core/store/device_store.h"
#include "core/store/patient_store.h"
#include "core/store/reading_store.h"
#include "core/store/session_store.h"
#include "core/store/threshold_store.h"
#include "core/store/user_store.h"

namespace fajma::rest {

// A reading to be created: checked, of a device that exists.
struct NewReading {
  std::int64_t device_id = 0;
  std::string type_donnee;  // 1 to 50 characters
  std::string unite;        // 1 to 20 characters
  double value = 0;
  int quality_percent = 100;
  std::string metadata;  // compact JSON, of any kind; "{}" when none was sent
};

struct CreatedReading {
  std::int64_t id = 0;
  Micros measured_at = 0;
};

struct RestOptions {
  std::vector<std::string> allowed_hosts{};  // as AllowedHosts takes them; empty: this machine's own names
  std::vector<std::string> cors_origins{};   // "http://localhost:3000"; "*": any
  std::function<bool(std::string_view peer_address)> is_trusted_proxy{};  // absent: none
  std::filesystem::path page_folder{};                                    // what the build of web/ made; empty: no page
  bool demo_login = false;  // /api/demo/ tells the user and password of the demo
  // Whether commits and changes of the directory by other processes become visible here only as told by the bus: then
  // false, or an answer may be as old as the bus is slow.
  bool cache_lists = true;
  std::size_t cache_entries = 256;
  std::size_t cache_bytes = 16 * 1024 * 1024;
  std::chrono::milliseconds create_timeout{5000};
  auth::LoginLimits login_limits{};
  std::optional<auth::LimitKeys> shared_limits{};  // the keys of all processes; absent: this is the only one
  std::int64_t requests_per_second = 0;            // of one client address, and of one user; 0: no limit
};

// References outlive the API. Functions are called in worker threads, several at a time.
struct RestDependencies {
  Database& database;
  DeviceStore& devices;
  PatientStore& patients;
  UserStore& users;
  ReadingStore& readings;
  AlertStore& alerts;
  const auth::TokenAuthority& tokens;
  auth::PasswordHasher& passwords;
  const MetricsPage* metrics = nullptr;  // null: /metrics is not served here
  // Hands a reading to ingest and waits for its commit. Absent: not committed within the timeout.
  std::function<std::optional<CreatedReading>(const NewReading&, std::chrono::milliseconds timeout)> create_reading{};
  std::function<void(const std::vector<AlertEvent>&)> publish_alerts{};  // of one transaction, after its commit
  std::function<void(const DeviceStatusEvent&)> publish_status{};        // after its commit
  // Hands a stored command over. True: it has left for the device; false: it waits for the device's return.
  std::function<bool(const DeviceCommand&)> send_command{};
  // A sentence when the program cannot serve though the database answers; empty when it can.
  std::function<std::string()> find_fault{};
  // What others rely on and is not right though it serves: a word for each.
  std::function<std::vector<std::string>()> find_defects{};
  std::function<Micros()> now = SystemNow;
  auth::SessionEndSink end_sessions{};                   // absent: nobody holds sockets here
  auth::BrokerPasswordFile* broker_passwords = nullptr;  // null: the broker's passwords are not written
  auth::AccessJournal* access_journal = nullptr;         // null: reads are not noted
};

// Thread-safe.
class RestApi {
 public:
  // Reads the page's files; throws std::runtime_error when one cannot be read.
  RestApi(RestDependencies dependencies, RestOptions options);
  ~RestApi();
  RestApi(const RestApi&) = delete;
  RestApi& operator=(const RestApi&) = delete;

  // Any request; the answer carries all its headers. Throws what is a defect or a full disk; a busy or lost database
  // is 503.
  http::Response Handle(const http::Request& request);

  // What was counted of logins and requests since the last call, for the other processes; and what they told.
  void TakeNews(auth::LimitNewsList& news);
  void Hear(const auth::LimitNewsList& news);

 private:
  struct State;
  http::Response Dispatch(const http::Request& request, std::string& allow);
  std::unique_ptr<State> state_;
};

}  // namespace fajma::rest
