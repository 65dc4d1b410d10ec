// Patients and their rooms. Deleting one hides it: its history stays, and so does its identifier.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/domain/time.h"
#include "core/store/database.h"
#include "core/store/page.h"

namespace fajma {

struct Patient {
  std::int64_t id = 0;
  std::string identifier;                 // `identifiant`: [A-Za-z0-9_]{1,50}, unique for ever
  std::string last_name;                  // `nom`
  std::string first_name;                 // `prenom`
  std::optional<std::string> birth_date;  // YYYY-MM-DD
  std::string room;                       // `salle`; empty: none
};

// What to change: an absent field stays as it is.
struct PatientPatch {
  std::optional<std::string> identifier;
  std::optional<std::string> last_name;
  std::optional<std::string> first_name;
  std::optional<std::optional<std::string>> birth_date;
  std::optional<std::string> room;
};

struct PatientFilter {
  std::optional<std::string> room;
  VisiblePatients patients;
};

enum class PatientOutcome { kDone, kIdentifierTaken, kUnknown };

struct PatientResult {
  PatientOutcome outcome = PatientOutcome::kDone;
  std::optional<Patient> patient;  // as it is now, when done
};

// Thread-safe. Every call throws DatabaseError (DatabaseBusy when no session came free).
class PatientStore {
 public:
  explicit PatientStore(Database& database) : database_(database) {}

  std::optional<Patient> Find(std::int64_t id);
  std::optional<Patient> FindByIdentifier(const std::string& identifier);
  bool Exists(std::int64_t id);
  Page<Patient> List(const PatientFilter& filter, PageRequest page);  // by id

  PatientResult Create(const Patient& patient);  // the id is given here
  PatientResult Update(std::int64_t id, const PatientPatch& patch);
  // A discharge: the assignments of the patient's devices end now. False when there is no such patient.
  bool Delete(std::int64_t id, Micros now);

  std::vector<std::int64_t> IdsInRooms(const std::vector<std::string>& rooms);

 private:
  Database& database_;
};

}  // namespace fajma
