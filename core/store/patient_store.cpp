#include "core/store/patient_store.h"

#include <utility>

#include "core/store/conditions.h"
#include "core/store/room_store.h"

namespace fajma {
namespace {

const std::string kSelect = "SELECT id, identifiant, nom, prenom, date_naissance, salle FROM fajma_patient";

void IntoPatient(Statement& query, Patient& patient) {
  query.Into(patient.id, patient.identifier, patient.last_name, patient.first_name, patient.birth_date, patient.room);
}

std::optional<Patient> FindOne(Statement& query) {
  Patient patient;
  IntoPatient(query, patient);
  if (!query.Next()) return std::nullopt;
  return patient;
}

std::optional<Patient> FindById(Lease& lease, std::int64_t id, std::string_view lock = "") {
  Statement query(lease, kSelect + " WHERE id = :id AND supprime_le IS NULL" + std::string(lock));
  query.Bind("id", id);
  return FindOne(query);
}

void BindColumns(Statement& statement, const Patient& patient) {
  statement.Bind("identifiant", patient.identifier)
      .Bind("nom", patient.last_name)
      .Bind("prenom", patient.first_name)
      .Bind("naissance", patient.birth_date)
      .Bind("salle", patient.room);
}

}  // namespace

std::optional<Patient> PatientStore::Find(std::int64_t id) {
  Lease lease = database_.Read();
  return FindById(lease, id);
}

std::optional<Patient> PatientStore::FindByIdentifier(const std::string& identifier) {
  Lease lease = database_.Read();
  Statement query(lease, kSelect + " WHERE identifiant = :identifiant AND supprime_le IS NULL");
  query.Bind("identifiant", identifier);
  return FindOne(query);
}

bool PatientStore::Exists(std::int64_t id) { return Find(id).has_value(); }

Page<Patient> PatientStore::List(const PatientFilter& filter, PageRequest page) {
  Lease lease = database_.Read();
  Conditions conditions;
  conditions.Add("supprime_le IS NULL");
  if (filter.room) conditions.Add("salle = :salle", "salle", *filter.room);
  if (filter.patients) conditions.AddIn(lease.dialect(), "id", "patients", *filter.patients);
  Page<Patient> result;
  Statement count(lease, "SELECT COUNT(*) FROM fajma_patient" + conditions.text());
  conditions.BindTo(count);
  count.Into(result.count).Next();
  if (page.bounded_limit() == 0 || page.bounded_offset() >= result.count) return result;

  Statement query(lease, kSelect + conditions.text() + " ORDER BY id LIMIT :limit OFFSET :offset");
  conditions.BindTo(query);
  query.Bind("limit", page.bounded_limit()).Bind("offset", page.bounded_offset());
  Patient row;
  IntoPatient(query, row);
  while (query.Next()) result.rows.push_back(row);
  return result;
}

PatientResult PatientStore::Create(const Patient& patient) {
  Patient created = patient;
  Lease lease = database_.Write();
  lease.Begin();
  EnsureRoom(lease, created.room);  // before the patient, as whoever renames the room does
  {
    Statement insert(lease,
                     "INSERT INTO fajma_patient (identifiant, nom, prenom, date_naissance, salle)"
                     " VALUES (:identifiant, :nom, :prenom, :naissance, :salle) ON CONFLICT DO NOTHING RETURNING id");
    BindColumns(insert, created);
    if (!insert.Into(created.id).Next()) return {PatientOutcome::kIdentifierTaken, std::nullopt};
  }
  lease.Commit();
  database_.BumpDirectoryGeneration();
  return {PatientOutcome::kDone, std::move(created)};
}

PatientResult PatientStore::Update(std::int64_t id, const PatientPatch& patch) {
  Lease lease = database_.Write();
  lease.Begin();
  if (patch.room) EnsureRoom(lease, *patch.room);
  std::optional<Patient> patient = FindById(lease, id, For(lease.dialect(), "", " FOR UPDATE"));
  if (!patient) return {PatientOutcome::kUnknown, std::nullopt};
  if (patch.identifier) patient->identifier = *patch.identifier;
  if (patch.last_name) patient->last_name = *patch.last_name;
  if (patch.first_name) patient->first_name = *patch.first_name;
  if (patch.birth_date) patient->birth_date = *patch.birth_date;
  if (patch.room) patient->room = *patch.room;
  try {
    Statement update(lease,
                     "UPDATE fajma_patient SET identifiant = :identifiant, nom = :nom, prenom = :prenom,"
                     " date_naissance = :naissance, salle = :salle WHERE id = :id");
    BindColumns(update, *patient);
    update.Bind("id", id).Run();
  } catch (const ConstraintError&) {  // the only one of the table is the identifier's
    return {PatientOutcome::kIdentifierTaken, std::nullopt};
  }
  lease.Commit();
  database_.BumpDirectoryGeneration();
  return {PatientOutcome::kDone, std::move(patient)};
}

bool PatientStore::Delete(std::int64_t id, Micros now) {
  Lease lease = database_.Write();
  lease.Begin();
  const std::int64_t hidden =
      Statement(lease, "UPDATE fajma_patient SET supprime_le = :now WHERE id = :id AND supprime_le IS NULL")
          .Bind("now", now)
          .Bind("id", id)
          .Run();
  if (hidden == 0) return false;
  Statement(lease, "UPDATE fajma_affectation SET jusqu_a = :now WHERE patient_id = :id AND jusqu_a IS NULL")
      .Bind("now", now)
      .Bind("id", id)
      .Run();
  lease.Commit();
  database_.BumpDirectoryGeneration();
  return true;
}

std::vector<std::int64_t> PatientStore::IdsInRooms(const std::vector<std::string>& rooms) {
  Lease lease = database_.Read();
  std::vector<std::int64_t> ids;
  for (const std::string& room : rooms) {
    Statement query(lease, "SELECT id FROM fajma_patient WHERE salle = :salle AND supprime_le IS NULL ORDER BY id");
    std::int64_t id = 0;
    query.Bind("salle", room).Into(id);
    while (query.Next()) ids.push_back(id);
  }
  return ids;
}

}  // namespace fajma
