// What every database must do, whichever it is. The suite is linked twice: with sqlite_databases.cpp and with
// postgres_databases.cpp, which say where a test's database comes from.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "core/store/alert_store.h"
#include "core/store/credential_store.h"
#include "core/store/database.h"
#include "core/store/device_store.h"
#include "core/store/patient_store.h"
#include "core/store/quarantine_store.h"
#include "core/store/reading_store.h"
#include "core/store/room_store.h"
#include "core/store/token_store.h"
#include "core/store/user_store.h"

namespace fajma::test {

// The databases of this program's kind.
std::string NewEmptyDatabase();     // its URL
std::string NewMigratedDatabase();  // the same, with the schema
// Ends every connection to it, as a restart of the server does. False where there is no server.
bool BreakConnections(const std::string& url);

inline constexpr Micros kNow = 1'790'000'000'000'000;  // a day in 2026
inline constexpr Micros kSecond = kMicrosPerSecond;

// A database of its own for each test.
class StoreContract : public testing::Test {
 protected:
  // A patient in a room and a device of theirs, with short names.
  std::int64_t AddPatient(const std::string& identifier, const std::string& room = "salle1");
  std::int64_t AddDevice(std::uint64_t mac_bits, std::int64_t patient_id);

  DatabaseOptions Options() const;

  std::string url_ = NewMigratedDatabase();
  Database database_{Options()};
  DeviceStore devices_{database_};
  PatientStore patients_{database_};
  UserStore users_{database_};
  ReadingStore readings_{database_};
  AlertStore alerts_{database_};
  QuarantineStore quarantine_{database_};
  TokenStore tokens_{database_};
  RoomStore rooms_{database_};
  CredentialStore credentials_{database_};
};

}  // namespace fajma::test
