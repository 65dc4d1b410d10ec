// Administration from the shell: the schema, users, patients, devices. Secrets come by standard input or go out once.
#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <iostream>
#include <memory>
#include <string>

#include "api/auth/broker_passwords.h"
#include "api/auth/digest.h"
#include "api/auth/password.h"
#include "api/auth/random.h"
#include "api/auth/secret_key.h"
#include "api/auth/token.h"
#include "cli/commands.h"
#include "core/domain/self_test.h"
#include "core/store/credential_store.h"
#include "core/store/database.h"
#include "core/store/device_store.h"
#include "core/store/patient_store.h"
#include "core/store/user_store.h"

namespace fajma::cli {
namespace {

constexpr std::string_view kRoles[] = {"administrateur", "medecin", "infirmier", "technicien", "integrateur"};
constexpr std::size_t kMinPasswordCharacters = 8;

// SQLite: made ready here; PostgreSQL: by `fajma migrate` only.
std::unique_ptr<Database> OpenForAdministration(Settings& settings) {
  Complete(settings);
  std::filesystem::create_directories(settings.data_dir);
  auto database = std::make_unique<Database>(DatabaseOptions{settings.database_url, 1, 1});
  if (database->dialect() == Dialect::kSqlite) database->Migrate();
  if (const std::string state = database->DescribeMigrationState(); !state.empty()) throw DatabaseError(state, false);
  return database;
}

// So that the token can be revoked. Nobody knows its broker password; one is made over REST.
void KeepCredential(Database& database, const Device& device, const auth::Claims& claims, const std::string& token) {
  Credential credential;
  credential.device_id = device.id;
  credential.token_id = claims.id;
  credential.token_hash = auth::HashToken(token);
  credential.broker_password_hash = auth::HashBrokerPassword(auth::RandomHex(16));
  credential.created_at = SystemNow();
  if (!CredentialStore(database).Create(credential)) throw DatabaseError("the device has too many credentials", false);
}

int Fail(const std::string& sentence) {
  std::fprintf(stderr, "fajma: %s\n", sentence.c_str());
  return 1;
}

}  // namespace

int RunMigrate(Settings settings) {
  Complete(settings);
  std::filesystem::create_directories(settings.data_dir);
  Database database(DatabaseOptions{settings.database_url, 1, 1});
  std::printf("%d migration(s) run; the database is up to date\n", database.Migrate());
  return 0;
}

int RunUserAdd(Settings settings, const NewUser& user) {
  if (std::find(std::begin(kRoles), std::end(kRoles), user.role) == std::end(kRoles)) {
    throw BadSetting("role", "administrateur, medecin, infirmier, technicien or integrateur is expected");
  }
  std::string password;
  if (!std::getline(std::cin, password) || password.size() < kMinPasswordCharacters) {
    return Fail("a password of at least 8 characters is expected on standard input");
  }
  const std::unique_ptr<Database> database = OpenForAdministration(settings);
  User row;
  row.name = user.name;
  row.role = user.role;
  row.rooms = user.rooms;
  row.joined_at = SystemNow();
  row.password_hash = auth::PasswordHasher().Hash(password);
  const std::optional<User> created = UserStore(*database).Create(row);
  if (!created) return Fail("a user of this name exists");
  std::printf("user %s (%s)\n", created->name.c_str(), created->role.c_str());
  return 0;
}

int RunPatientAdd(Settings settings, const NewPatient& patient) {
  const std::unique_ptr<Database> database = OpenForAdministration(settings);
  Patient row;
  row.identifier = patient.identifier;
  row.room = patient.room;
  row.last_name = patient.last_name.empty() ? patient.identifier : patient.last_name;
  row.first_name = patient.first_name;
  const PatientResult result = PatientStore(*database).Create(row);
  if (result.outcome != PatientOutcome::kDone) return Fail("a patient of this identifier exists");
  std::printf("patient %s, number %lld\n", row.identifier.c_str(), static_cast<long long>(result.patient->id));
  return 0;
}

int RunDeviceAdd(Settings settings, const NewDevice& device) {
  const std::optional<Mac> mac = Mac::ParseColons(device.mac);
  if (!mac) return Fail("the MAC address is expected as AA:BB:CC:DD:EE:FF");
  if (*mac == kSelfTestMac) return Fail("this MAC address is reserved for the server's self-test");
  const std::unique_ptr<Database> database = OpenForAdministration(settings);
  const std::optional<Patient> patient = PatientStore(*database).FindByIdentifier(device.patient);
  if (!patient) return Fail("no such patient; `fajma patient add` makes one");
  Device row;
  row.mac = *mac;
  row.name = device.name.empty() ? "ESP32 " + mac->ToColons() : device.name;
  row.type = device.type;
  row.patient_id = patient->id;
  const DeviceResult result = DeviceStore(*database).Create(row, SystemNow());
  if (result.outcome != DeviceOutcome::kDone) return Fail("a device with this MAC address exists");
  const auth::SecretKey key = auth::LoadSecretKey(settings.secret_key_file, auth::WhenAbsent::kCreate);
  const auth::TokenAuthority tokens(key);
  const std::string token = tokens.IssueDevice(result.device->id, SystemNow());
  KeepCredential(*database, *result.device, tokens.VerifyAny(token, SystemNow()).value(), token);
  std::printf("device %s, number %lld; its token, shown only now:\n%s\n", mac->ToColons().c_str(),
              static_cast<long long>(result.device->id), token.c_str());
  return 0;
}

}  // namespace fajma::cli
