#include <algorithm>
#include <cstdio>

#include "api/auth/password.h"
#include "cli/demo.h"
#include "core/store/device_store.h"
#include "core/store/patient_store.h"
#include "core/store/user_store.h"

namespace fajma::cli {
namespace {

struct DemoUser {
  std::string_view name;
  std::string_view role;
};
constexpr DemoUser kUsers[] = {
    {"demo", "administrateur"},   {"medecin", "medecin"},         {"infirmier", "infirmier"},
    {"technicien", "technicien"}, {"integrateur", "integrateur"},
};

struct DemoPatient {
  std::string_view identifier;
  std::string_view last_name;
  std::string_view first_name;
  std::string_view room;
};
// Invented people.
constexpr DemoPatient kPatients[] = {
    {"patient1", "Moreau", "Jeanne", "salle1"},    {"patient2", "Lefèvre", "Paul", "salle1"},
    {"patient3", "Diallo", "Aminata", "salle1"},   {"patient4", "Garcia", "Luis", "salle1"},
    {"patient5", "Benali", "Samira", "salle1"},    {"patient6", "Rousseau", "Henri", "salle2"},
    {"patient7", "Nguyen", "Linh", "salle2"},      {"patient8", "Martin", "Claire", "salle2"},
    {"patient9", "Traoré", "Moussa", "salle2"},    {"patient10", "Petit", "Louise", "salle2"},
    {"patient123", "Dupont", "Camille", "salle1"},
};
constexpr std::string_view kTypes[] = {"capteur_cardiaque", "capteur_temperature", "capteur_pression",
                                       "capteur_oxygene", "capteur_glycemie"};
constexpr std::string_view kPassword = "demo";
constexpr std::string_view kDocumentedMac = "AA:BB:CC:DD:EE:FF";

void AddUsers(Database& database, const std::string& password) {
  UserStore users(database);
  auth::PasswordHasher passwords;
  std::string hash;
  for (const DemoUser& user : kUsers) {
    const std::optional<User> known = users.FindByName(std::string(user.name));
    if (known && password == kPassword) continue;
    if (hash.empty()) hash = passwords.Hash(password);
    if (known) {
      users.SetPasswordHash(known->id, hash);
      continue;
    }
    User row;
    row.name = user.name;
    row.role = user.role;
    row.password_hash = hash;
    row.joined_at = SystemNow();
    row.rooms = {"salle1", "salle2"};
    users.Create(row);
  }
}

std::int64_t EnsurePatient(PatientStore& patients, const DemoPatient& patient) {
  if (const auto known = patients.FindByIdentifier(std::string(patient.identifier))) return known->id;
  Patient row;
  row.identifier = patient.identifier;
  row.last_name = patient.last_name;
  row.first_name = patient.first_name;
  row.room = patient.room;
  return patients.Create(row).patient->id;
}

}  // namespace

std::vector<DemoDevice> AddDemoData(Database& database, std::int64_t devices, const std::string& password) {
  AddUsers(database, password);
  PatientStore patients(database);
  DeviceStore store(database);
  std::vector<std::int64_t> ids;
  for (const DemoPatient& patient : kPatients) ids.push_back(EnsurePatient(patients, patient));
  std::vector<DemoDevice> all;
  const auto add = [&](const std::string& mac, std::size_t patient, std::string_view type, const std::string& name) {
    const std::optional<Mac> parsed = Mac::ParseColons(mac);
    if (!store.FindByMac(*parsed)) {
      Device row;
      row.mac = *parsed;
      row.name = name;
      row.type = type;
      row.firmware = "1.0.0";
      row.patient_id = ids[patient];
      store.Create(row, SystemNow());
    }
    all.push_back({mac, std::string(type), std::string(kPatients[patient].identifier)});
  };
  const std::int64_t count = std::max<std::int64_t>(devices, 11);
  for (std::int64_t i = 1; i < count; ++i) {
    char mac[18];
    std::snprintf(mac, sizeof mac, "AA:BB:CC:00:%02X:%02X", static_cast<unsigned>(i >> 8 & 255),
                  static_cast<unsigned>(i & 255));
    std::string number = std::to_string(i);
    number.insert(0, number.size() < 3 ? 3 - number.size() : 0, '0');
    const auto index = static_cast<std::size_t>(i - 1);
    add(mac, index % 10, kTypes[index % std::size(kTypes)], "ESP32-" + number);
  }
  add(std::string(kDocumentedMac), 10, kTypes[0], "ESP32-DOC");
  return all;
}

}  // namespace fajma::cli
