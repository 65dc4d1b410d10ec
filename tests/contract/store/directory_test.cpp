// Devices, patients and users.
#include "tests/contract/store/rows.h"
#include "tests/contract/store/store_contract.h"

namespace fajma::test {
namespace {

const std::string kDifficult = "Zoé \"l'Été\" \\ 😀 ; DROP TABLE -- :id $1 %";
constexpr std::int64_t kNobody = 4'000'000'000'000;

class Devices : public StoreContract {
 protected:
  std::string Assignments(std::int64_t device_id) {
    Lease lease = database_.Read();
    std::string text;
    for (int i = 0;; ++i) {
      const std::string row =
          QueryText(lease,
                    "SELECT CAST(patient_id AS VARCHAR(20)) || ':' || CAST(depuis AS VARCHAR(20)) || '-' ||"
                    " COALESCE(CAST(jusqu_a AS VARCHAR(20)), '') FROM fajma_affectation WHERE dispositif_id = " +
                        std::to_string(device_id) + " ORDER BY id LIMIT 1 OFFSET " + std::to_string(i));
      if (row.empty()) return text;
      text += row + ' ';
    }
  }
  Device Sample(std::int64_t patient_id) {
    Device device;
    device.mac = Mac::FromBits(0xAABBCC000001);
    device.name = kDifficult;
    device.type = "capteur_oxygene";
    device.ip_address = "2001:db8::1";
    device.status = "actif";
    device.last_seen_at = kNow - 7;
    device.firmware = "1.2.3";
    device.battery_percent = 0;
    device.signal_percent = 100;
    device.patient_id = patient_id;
    return device;
  }
};

TEST_F(Devices, ComeBackAsTheyWereCreated) {
  const std::int64_t patient = AddPatient("p1");
  const Device sample = Sample(patient);
  const DeviceResult created = devices_.Create(sample, kNow);
  ASSERT_EQ(created.outcome, DeviceOutcome::kDone);
  const std::optional<Device> found = devices_.Find(created.device->id);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->mac, sample.mac);
  EXPECT_EQ(found->name, kDifficult);
  EXPECT_EQ(found->type, sample.type);
  EXPECT_EQ(found->ip_address, sample.ip_address);
  EXPECT_EQ(found->status, "actif");
  EXPECT_EQ(found->last_seen_at, kNow - 7);
  EXPECT_EQ(found->firmware, "1.2.3");
  EXPECT_EQ(found->battery_percent, 0);
  EXPECT_EQ(found->signal_percent, 100);
  EXPECT_EQ(found->created_at, kNow);
  EXPECT_EQ(found->updated_at, kNow);
  EXPECT_EQ(found->patient_id, patient);
  EXPECT_EQ(devices_.FindByMac(sample.mac)->id, found->id);
}

TEST_F(Devices, MayHaveNothingButTheirNeeds) {
  const std::int64_t id = AddDevice(1, AddPatient("p1"));
  const std::optional<Device> found = devices_.Find(id);
  ASSERT_TRUE(found);
  EXPECT_FALSE(found->ip_address || found->last_seen_at || found->firmware || found->battery_percent ||
               found->signal_percent);
  EXPECT_EQ(found->status, "inactif");
}

TEST_F(Devices, AreAbsentWhenUnknown) {
  EXPECT_FALSE(devices_.Find(kNobody));
  EXPECT_FALSE(devices_.FindByMac(Mac::FromBits(5)));
  EXPECT_EQ(devices_.Update(kNobody, {}, kNow).outcome, DeviceOutcome::kUnknown);
  EXPECT_EQ(devices_.SetStatus(kNobody, "actif", {}, {}, kNow).outcome, DeviceOutcome::kUnknown);
  EXPECT_FALSE(devices_.Delete(kNobody, kNow));
}

TEST_F(Devices, HaveAMacOfTheirOwn) {
  const std::int64_t patient = AddPatient("p1");
  const std::int64_t first = AddDevice(1, patient);
  const std::int64_t second = AddDevice(2, patient);
  Device again;
  again.mac = Mac::FromBits(1);
  again.patient_id = patient;
  EXPECT_EQ(devices_.Create(again, kNow).outcome, DeviceOutcome::kMacTaken);
  DevicePatch patch;
  patch.mac = Mac::FromBits(1);
  EXPECT_EQ(devices_.Update(second, patch, kNow).outcome, DeviceOutcome::kMacTaken);
  EXPECT_EQ(devices_.Find(second)->mac, Mac::FromBits(2));
  EXPECT_EQ(devices_.Update(first, patch, kNow).outcome, DeviceOutcome::kDone);
}

TEST_F(Devices, GiveTheirMacAwayWhenDeleted) {
  const std::int64_t patient = AddPatient("p1");
  const std::int64_t first = AddDevice(1, patient);
  EXPECT_TRUE(devices_.Delete(first, kNow + 1));
  EXPECT_FALSE(devices_.Delete(first, kNow + 2));
  EXPECT_FALSE(devices_.Find(first));
  const std::int64_t second = AddDevice(1, patient);
  EXPECT_NE(second, first);
  EXPECT_EQ(devices_.FindByMac(Mac::FromBits(1))->id, second);
  EXPECT_EQ(devices_.List({}, {}).count, 1);
}

TEST_F(Devices, ChangeOnlyWhatAPatchNames) {
  const std::int64_t patient = AddPatient("p1");
  const std::int64_t id = devices_.Create(Sample(patient), kNow).device->id;
  DevicePatch patch;
  patch.name = "neuf";
  patch.battery_percent = std::optional<int>();
  const DeviceResult result = devices_.Update(id, patch, kNow + 9);
  ASSERT_EQ(result.outcome, DeviceOutcome::kDone);
  const std::optional<Device> found = devices_.Find(id);
  EXPECT_EQ(found->name, "neuf");
  EXPECT_EQ(result.device->name, "neuf");
  EXPECT_FALSE(found->battery_percent);
  EXPECT_EQ(found->signal_percent, 100);
  EXPECT_EQ(found->created_at, kNow);
  EXPECT_EQ(found->updated_at, kNow + 9);
}

TEST_F(Devices, AreSeenWhenTheirStatusIsSet) {
  const std::int64_t id = AddDevice(1, AddPatient("p1"));
  const DeviceResult result = devices_.SetStatus(id, "maintenance", 40, {}, kNow + 5);
  ASSERT_EQ(result.outcome, DeviceOutcome::kDone);
  EXPECT_EQ(result.device->status, "maintenance");
  EXPECT_EQ(result.device->last_seen_at, kNow + 5);
  EXPECT_EQ(result.device->battery_percent, 40);
  EXPECT_FALSE(result.device->signal_percent);
}

TEST_F(Devices, BelongToAPatientFromATimeToATime) {
  const std::int64_t one = AddPatient("p1");
  const std::int64_t other = AddPatient("p2");
  const std::int64_t id = AddDevice(1, one);
  DevicePatch patch;
  patch.patient_id = other;
  devices_.Update(id, patch, kNow + 5);
  devices_.Update(id, patch, kNow + 6);  // no change: no new assignment
  const std::string from = std::to_string(kNow);
  const std::string moved = std::to_string(kNow + 5);
  const std::string first = std::to_string(one) + ':' + from + '-' + moved + ' ';
  EXPECT_EQ(Assignments(id), first + std::to_string(other) + ':' + moved + "- ");
  devices_.Delete(id, kNow + 8);
  EXPECT_EQ(Assignments(id), first + std::to_string(other) + ':' + moved + '-' + std::to_string(kNow + 8) + ' ');
}

TEST_F(Devices, TellThatTheDirectoryChanged) {
  const std::int64_t before = database_.directory_generation();
  const std::int64_t id = AddDevice(1, AddPatient("p1"));
  const std::int64_t created = database_.directory_generation();
  devices_.SetStatus(id, "actif", {}, {}, kNow);
  const std::int64_t changed = database_.directory_generation();
  devices_.Delete(id, kNow);
  EXPECT_LT(before, created);
  EXPECT_LT(created, changed);
  EXPECT_LT(changed, database_.directory_generation());
}

TEST_F(Devices, AreListedByIdInPages) {
  const std::int64_t patient = AddPatient("p1");
  std::vector<std::int64_t> ids;
  for (std::uint64_t i = 1; i <= 25; ++i) ids.push_back(AddDevice(i, patient));
  const Page<Device> first = devices_.List({}, {0, 20});
  EXPECT_EQ(first.count, 25);
  ASSERT_EQ(first.rows.size(), 20U);
  EXPECT_EQ(first.rows.front().id, ids.front());
  const Page<Device> second = devices_.List({}, {20, 20});
  ASSERT_EQ(second.rows.size(), 5U);
  EXPECT_EQ(second.rows.back().id, ids.back());
  EXPECT_EQ(devices_.List({}, {40, 20}).rows.size(), 0U);
  EXPECT_EQ(devices_.List({}, {40, 20}).count, 25);
  EXPECT_EQ(devices_.List({}, {0, 0}).count, 25);
  EXPECT_EQ(devices_.List({}, {-5, -5}).rows.size(), 0U);
  EXPECT_EQ(devices_.List({}, {0, 1'000'000'000'000}).rows.size(), 25U);
}

TEST_F(Devices, AreFilteredByEachColumnAndByWhatMayBeSeen) {
  const std::int64_t one = AddPatient("p1");
  const std::int64_t other = AddPatient("p2");
  const std::int64_t a = devices_.Create(Sample(one), kNow).device->id;
  AddDevice(2, other);
  AddDevice(3, other);
  DeviceFilter filter;
  filter.patient_id = other;
  EXPECT_EQ(devices_.List(filter, {}).count, 2);
  filter = {};
  filter.status = "actif";
  EXPECT_EQ(devices_.List(filter, {}).rows.at(0).id, a);
  filter.type = "capteur_cardiaque";
  EXPECT_EQ(devices_.List(filter, {}).count, 0);
  filter = {};
  filter.patients = std::vector<std::int64_t>{one, 999};
  EXPECT_EQ(devices_.List(filter, {}).rows.at(0).id, a);
  filter.patients = std::vector<std::int64_t>{};
  EXPECT_EQ(devices_.List(filter, {}).count, 0);
  filter = {};
  filter.status = "' OR '1'='1";
  EXPECT_EQ(devices_.List(filter, {}).count, 0);
}

TEST_F(Devices, RefuseATextWithANul) {
  Device device = Sample(AddPatient("p1"));
  device.name = std::string("a\0b", 3);
  EXPECT_THROW(devices_.Create(device, kNow), DatabaseError);
  EXPECT_EQ(devices_.List({}, {}).count, 0);
}

class Patients : public StoreContract {};

TEST_F(Patients, ComeBackAsTheyWereCreated) {
  Patient patient;
  patient.identifier = "A_long_identifier_of_50_characters_0123456789_abcd";
  patient.last_name = kDifficult;
  patient.first_name = "Ñandú";
  patient.birth_date = "1931-02-28";
  patient.room = "salle1";
  const PatientResult created = patients_.Create(patient);
  ASSERT_EQ(created.outcome, PatientOutcome::kDone);
  const std::optional<Patient> found = patients_.FindByIdentifier(patient.identifier);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->id, created.patient->id);
  EXPECT_EQ(found->last_name, kDifficult);
  EXPECT_EQ(found->first_name, "Ñandú");
  EXPECT_EQ(found->birth_date, "1931-02-28");
  EXPECT_EQ(patients_.Find(found->id)->room, "salle1");
  EXPECT_TRUE(patients_.Exists(found->id));
}

TEST_F(Patients, AreFoundByIdentifiersThatLookLikeNumbers) {
  const std::int64_t id = AddPatient("123456789012345678901234567890");
  EXPECT_EQ(patients_.FindByIdentifier("123456789012345678901234567890")->id, id);
  EXPECT_FALSE(patients_.FindByIdentifier("123456789012345678901234567891"));
  EXPECT_FALSE(patients_.FindByIdentifier(std::string(300, 'x')));
}

TEST_F(Patients, KeepTheirIdentifierForEver) {
  const std::int64_t id = AddPatient("p1");
  AddPatient("p2");
  Patient same;
  same.identifier = "p1";
  EXPECT_EQ(patients_.Create(same).outcome, PatientOutcome::kIdentifierTaken);
  PatientPatch patch;
  patch.identifier = "p2";
  EXPECT_EQ(patients_.Update(id, patch).outcome, PatientOutcome::kIdentifierTaken);
  EXPECT_TRUE(patients_.Delete(id, kNow));
  EXPECT_FALSE(patients_.Delete(id, kNow));
  EXPECT_FALSE(patients_.Exists(id));
  EXPECT_FALSE(patients_.FindByIdentifier("p1"));
  EXPECT_EQ(patients_.Create(same).outcome, PatientOutcome::kIdentifierTaken);
}

TEST_F(Patients, AreListedByRoomAndByWhatMayBeSeen) {
  const std::int64_t a = AddPatient("p1", "salle1");
  const std::int64_t b = AddPatient("p2", "salle2");
  AddPatient("p3", "salle2");
  AddPatient("p4", "");
  PatientFilter filter;
  filter.room = "salle2";
  EXPECT_EQ(patients_.List(filter, {}).count, 2);
  filter.patients = std::vector<std::int64_t>{a, b};
  EXPECT_EQ(patients_.List(filter, {}).rows.at(0).id, b);
  EXPECT_EQ(patients_.List({}, {}).count, 4);
  EXPECT_EQ(patients_.List({}, {3, 20}).rows.at(0).identifier, "p4");
  EXPECT_EQ(patients_.IdsInRooms({"salle1", "nulle part"}), std::vector<std::int64_t>{a});
}

TEST_F(Patients, ChangeOnlyWhatAPatchNames) {
  const std::int64_t id = AddPatient("p1", "salle1");
  const std::int64_t before = database_.directory_generation();
  PatientPatch patch;
  patch.room = "salle2";
  patch.birth_date = std::optional<std::string>("2000-01-01");
  EXPECT_EQ(patients_.Update(id, patch).outcome, PatientOutcome::kDone);
  const std::optional<Patient> found = patients_.Find(id);
  EXPECT_EQ(found->identifier, "p1");
  EXPECT_EQ(found->room, "salle2");
  EXPECT_EQ(found->birth_date, "2000-01-01");
  EXPECT_LT(before, database_.directory_generation());
  EXPECT_EQ(patients_.Update(kNobody, patch).outcome, PatientOutcome::kUnknown);
}

class Users : public StoreContract {};

TEST_F(Users, ComeBackAsTheyWereCreated) {
  User user;
  user.name = kDifficult;
  user.password_hash = "$argon2id$v=19$m=65536,t=2,p=1$c2FsdA$aGFzaA";
  user.role = "medecin";
  user.email = "x@example.org";
  user.joined_at = kNow;
  user.rooms = {"salle2", "salle1"};
  const std::optional<User> created = users_.Create(user);
  ASSERT_TRUE(created);
  const std::optional<User> found = users_.FindByName(kDifficult);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->id, created->id);
  EXPECT_EQ(found->password_hash, user.password_hash);
  EXPECT_EQ(found->role, "medecin");
  EXPECT_EQ(found->joined_at, kNow);
  EXPECT_TRUE(found->active);
  EXPECT_FALSE(found->last_login_at);
  EXPECT_EQ(found->rooms, (std::vector<std::string>{"salle1", "salle2"}));
  EXPECT_EQ(created->rooms, found->rooms);
  EXPECT_FALSE(users_.Create(user));
  EXPECT_EQ(users_.List({}).rows.at(0).rooms, found->rooms);
}

TEST_F(Users, ChangeOneThingAtATime) {
  User user;
  user.name = "demo";
  user.role = "infirmier";
  user.rooms = {"salle1"};
  const std::int64_t id = users_.Create(user)->id;
  const std::int64_t before = database_.directory_generation();
  EXPECT_TRUE(users_.SetPasswordHash(id, "neuf"));
  EXPECT_TRUE(users_.SetLastLogin(id, kNow));
  EXPECT_TRUE(users_.SetActive(id, false));
  EXPECT_TRUE(users_.SetRole(id, "medecin"));
  EXPECT_TRUE(users_.SetRooms(id, {"salle3", "salle3"}));
  const std::optional<User> found = users_.Find(id);
  EXPECT_EQ(found->password_hash, "neuf");
  EXPECT_EQ(found->last_login_at, kNow);
  EXPECT_FALSE(found->active);
  EXPECT_EQ(found->role, "medecin");
  EXPECT_EQ(found->rooms, std::vector<std::string>{"salle3"});
  EXPECT_LT(before, database_.directory_generation());
}

TEST_F(Users, AreAbsentWhenUnknown) {
  EXPECT_FALSE(users_.Find(kNobody));
  EXPECT_FALSE(users_.FindByName("demo"));
  EXPECT_FALSE(users_.SetActive(kNobody, true));
  EXPECT_FALSE(users_.SetRooms(kNobody, {"salle1"}));
  EXPECT_EQ(users_.List({}).count, 0);
}

class Quarantine : public StoreContract {};

TEST_F(Quarantine, IsListedNewestFirst) {
  AddQuarantined(database_, 1, "premier");
  AddQuarantined(database_, 2, kDifficult);
  const Page<QuarantineEntry> page = quarantine_.List({}, {});
  EXPECT_EQ(page.count, 2);
  EXPECT_EQ(page.rows.at(0).content, kDifficult);
  EXPECT_EQ(page.rows.at(0).door, "mqtt");
  EXPECT_EQ(quarantine_.List(1, {}).rows.at(0).content, "premier");
  EXPECT_EQ(quarantine_.List(1, {}).count, 1);
}

TEST_F(Quarantine, IsPrunedToABound) {
  for (int i = 0; i < 7; ++i) AddQuarantined(database_, 1, std::to_string(i));
  EXPECT_EQ(quarantine_.Prune(10), 0);
  EXPECT_EQ(quarantine_.Prune(3), 4);
  EXPECT_EQ(quarantine_.Prune(3), 0);
  const Page<QuarantineEntry> page = quarantine_.List({}, {});
  EXPECT_EQ(page.count, 3);
  EXPECT_EQ(page.rows.back().content, "4");
}

}  // namespace
}  // namespace fajma::test
