// Accounts: changes of users, ended logins, API tokens, rooms, credentials of devices.
#include <future>
#include <thread>

#include "core/store/sql.h"
#include "tests/contract/store/rows.h"
#include "tests/contract/store/store_contract.h"

namespace fajma::test {
namespace {

constexpr std::int64_t kNobody = 4'000'000'000'000;
constexpr std::int64_t kNowSecond = kNow / kSecond;
using Names = std::vector<std::string>;

class Accounts : public StoreContract {
 protected:
  std::int64_t AddUser(const std::string& name, const std::string& role = "medecin", const Names& rooms = {}) {
    User user;
    user.name = name;
    user.password_hash = "old";
    user.role = role;
    user.rooms = rooms;
    return users_.Create(user)->id;
  }
  UserOutcome SetRole(std::int64_t id, const std::string& role) {
    UserPatch patch;
    patch.role = role;
    return users_.Update(id, patch, kNow).outcome;
  }
};

TEST_F(Accounts, ChangeOnlyWhatAPatchNames) {
  const std::int64_t id = AddUser("un", "medecin", {"salle1"});
  UserPatch patch;
  patch.first_name = "Zoé";
  patch.rooms = Names{"salle3", "salle2", "salle3"};
  const UserResult result = users_.Update(id, patch, kNow);
  ASSERT_EQ(result.outcome, UserOutcome::kDone);
  EXPECT_EQ(result.before->rooms, Names{"salle1"});
  EXPECT_EQ(result.user->rooms, (Names{"salle2", "salle3"}));
  const std::optional<User> found = users_.Find(id);
  EXPECT_EQ(found->first_name, "Zoé");
  EXPECT_EQ(found->rooms, (Names{"salle2", "salle3"}));
  EXPECT_EQ(found->name, "un");
  EXPECT_EQ(found->role, "medecin");
  EXPECT_TRUE(found->active);
  EXPECT_EQ(found->tokens_since, 0);
}

TEST_F(Accounts, OfCarersAreListedForThoseWhoShareARoom) {
  const auto names = [this](std::optional<std::int64_t> seer) {
    Names listed;
    for (const Carer& carer : users_.ListCarers(seer)) listed.push_back(carer.name + " " + carer.role);
    return listed;
  };
  const std::int64_t head = AddUser("chef", "administrateur");
  const std::int64_t doctor = AddUser("un", "medecin", {"salle1", "salle2", "salle3"});
  const std::int64_t nurse = AddUser("deux", "infirmier", {"salle2", "salle3"});
  const std::int64_t elsewhere = AddUser("trois", "infirmier", {"salle4"});
  const std::int64_t roomless = AddUser("quatre");
  AddUser("technicien", "technicien", {"salle1"});
  AddUser("integrateur", "integrateur", {"salle1"});
  users_.SetActive(AddUser("partie", "infirmier", {"salle1"}), false);
  EXPECT_EQ(names(doctor), (Names{"chef administrateur", "un medecin", "deux infirmier"})) << "each once, by id";
  EXPECT_EQ(names(nurse), (Names{"chef administrateur", "un medecin", "deux infirmier"}));
  EXPECT_EQ(names(elsewhere), (Names{"chef administrateur", "trois infirmier"}));
  EXPECT_EQ(names(roomless), Names()) << "who sees no room shares none";
  EXPECT_EQ(names(std::nullopt),
            (Names{"chef administrateur", "un medecin", "deux infirmier", "trois infirmier", "quatre medecin"}));
  EXPECT_EQ(users_.ListCarers(doctor).at(0).id, head);
}

TEST_F(Accounts, OfCarersAreListedUpToABound) {
  for (std::int64_t i = 0; i <= kMaxCarers; ++i) AddUser("soignant" + std::to_string(i));
  const std::vector<Carer> carers = users_.ListCarers({});
  ASSERT_EQ(std::ssize(carers), kMaxCarers);
  EXPECT_EQ(carers.back().name, "soignant" + std::to_string(kMaxCarers - 1));
}

TEST_F(Accounts, HaveANameOfTheirOwn) {
  AddUser("un");
  const std::int64_t other = AddUser("deux");
  UserPatch patch;
  patch.name = "un";
  EXPECT_EQ(users_.Update(other, patch, kNow).outcome, UserOutcome::kNameTaken);
  EXPECT_EQ(users_.Find(other)->name, "deux");
  EXPECT_EQ(users_.Update(kNobody, patch, kNow).outcome, UserOutcome::kUnknown);
}

TEST_F(Accounts, RefuseAllTokensIssuedBeforeANewPassword) {
  const std::int64_t id = AddUser("un");
  tokens_.ReplaceApiToken({"hash", id, "salt"}, kNow);
  UserPatch patch;
  patch.password_hash = "neuf";
  EXPECT_EQ(users_.Update(id, patch, kNow).user->tokens_since, kNowSecond + 1);
  EXPECT_EQ(users_.Find(id)->password_hash, "neuf");
  EXPECT_EQ(users_.Find(id)->tokens_since, kNowSecond + 1);
  EXPECT_FALSE(tokens_.FindUserOfApiToken("hash"));
}

TEST_F(Accounts, RefuseAllTokensIssuedBeforeTheirDeactivation) {
  const std::int64_t id = AddUser("un");
  UserPatch patch;
  patch.active = false;
  users_.Update(id, patch, kNow);
  EXPECT_FALSE(users_.Find(id)->active);
  patch.active = true;
  users_.Update(id, patch, kNow + 5 * kSecond);
  EXPECT_TRUE(users_.Find(id)->active);
  EXPECT_EQ(users_.Find(id)->tokens_since, kNowSecond + 1);
}

TEST_F(Accounts, EndTheirTokensAgainWithinASecondAndWithAClockSetBack) {
  const std::int64_t id = AddUser("un");
  UserPatch patch;
  patch.password_hash = "neuf";
  EXPECT_EQ(users_.Update(id, patch, kNow).user->tokens_since, kNowSecond + 1);
  EXPECT_EQ(users_.Update(id, patch, kNow).user->tokens_since, kNowSecond + 2);
  EXPECT_EQ(users_.Update(id, patch, kNow - 3600 * kSecond).user->tokens_since, kNowSecond + 3);
}

TEST_F(Accounts, AreNotChangedByWhoeverSawThemBeforeTheirNewPassword) {
  const std::int64_t id = AddUser("un");
  UserPatch patch;
  patch.password_hash = "neuf";
  patch.if_tokens_since = 0;
  EXPECT_EQ(users_.Update(id, patch, kNow).outcome, UserOutcome::kDone);
  patch.password_hash = "other";
  EXPECT_EQ(users_.Update(id, patch, kNow).outcome, UserOutcome::kTokensEnded);
  EXPECT_EQ(users_.Find(id)->password_hash, "neuf");
}

TEST_F(Accounts, KeepOneActiveAdministrator) {
  const std::int64_t one = AddUser("un", "administrateur");
  const std::int64_t other = AddUser("deux", "administrateur");
  EXPECT_EQ(SetRole(one, "medecin"), UserOutcome::kDone);
  EXPECT_EQ(SetRole(other, "medecin"), UserOutcome::kLastAdministrator);
  UserPatch off;
  off.active = false;
  EXPECT_EQ(users_.Update(other, off, kNow).outcome, UserOutcome::kLastAdministrator);
  EXPECT_TRUE(users_.Find(other)->active);
}

TEST_F(Accounts, KeepOneActiveAdministratorWhateverHappensAtOnce) {
  const std::int64_t ids[] = {AddUser("un", "administrateur"), AddUser("deux", "administrateur")};
  {
    std::vector<std::jthread> threads;
    for (const std::int64_t id : ids) threads.emplace_back([this, id] { SetRole(id, "medecin"); });
  }
  int left = 0;
  for (const std::int64_t id : ids) left += users_.Find(id)->role == "administrateur" ? 1 : 0;
  EXPECT_EQ(left, 1);
}

TEST_F(Accounts, GetABetterHashOnlyForTheSamePassword) {
  const std::int64_t id = AddUser("un");
  EXPECT_TRUE(users_.UpgradePasswordHash(id, "old", "better"));
  EXPECT_FALSE(users_.UpgradePasswordHash(id, "old", "other"));
  EXPECT_EQ(users_.Find(id)->password_hash, "better");
  EXPECT_EQ(users_.Find(id)->tokens_since, 0);
}

class Tokens : public StoreContract {};

TEST_F(Tokens, AreRevokedOnce) {
  const std::int64_t before = database_.directory_generation();
  EXPECT_FALSE(tokens_.IsRevoked("a"));
  EXPECT_TRUE(tokens_.Revoke({"a", "login", 7, kNowSecond + 60}, kNow));
  EXPECT_LT(before, database_.directory_generation());
  EXPECT_FALSE(tokens_.Revoke({"a", "login", 7, kNowSecond + 60}, kNow));
  EXPECT_TRUE(tokens_.IsRevoked("a"));
}

TEST_F(Tokens, ArePurgedOnceTheyExpire) {
  tokens_.Revoke({"a", "", 7, kNowSecond + 60}, kNow);
  tokens_.Revoke({"b", "", 7, kNowSecond + 90}, kNow + 59 * kSecond);
  EXPECT_TRUE(tokens_.IsRevoked("a"));
  tokens_.Revoke({"c", "", 7, kNowSecond + 99}, kNow + 60 * kSecond);
  EXPECT_FALSE(tokens_.IsRevoked("a"));
  EXPECT_TRUE(tokens_.IsRevoked("b"));
}

TEST_F(Tokens, EndTheLoginsOfTheirUserOnly) {
  tokens_.Revoke({"a", "y", 7, kNowSecond + 60}, kNow);
  tokens_.Revoke({"b", "x", 7, kNowSecond + 60}, kNow);
  tokens_.Revoke({"c", "", 7, kNowSecond + 60}, kNow);
  tokens_.Revoke({"d", "z", 8, kNowSecond + 60}, kNow);
  EXPECT_EQ(tokens_.EndedLogins(7, kNow), (Names{"x", "y"}));
  EXPECT_EQ(tokens_.EndedLogins(7, kNow + 1), Names{});
}

TEST_F(Tokens, OfTheApiAreFoundByTheirHash) {
  EXPECT_FALSE(tokens_.FindApiToken(7));
  EXPECT_FALSE(tokens_.FindUserOfApiToken("h1"));
  tokens_.ReplaceApiToken({"h1", 7, "s1"}, kNow);
  EXPECT_EQ(tokens_.FindUserOfApiToken("h1"), 7);
  EXPECT_EQ(tokens_.FindApiToken(7)->salt, "s1");
  tokens_.ReplaceApiToken({"h2", 7, "s2"}, kNow + 1);
  EXPECT_FALSE(tokens_.FindUserOfApiToken("h1"));
  EXPECT_EQ(tokens_.FindApiToken(7)->hash, "h2");
}

TEST_F(Tokens, MadeElsewhereStayBesideOurs) {
  {
    Lease lease = database_.Write();
    RunSql(lease, "INSERT INTO fajma_jeton_api (empreinte, utilisateur_id, sel, cree) VALUES ('old', 7, '', 1)");
  }
  EXPECT_FALSE(tokens_.FindApiToken(7));
  tokens_.ReplaceApiToken({"h1", 7, "s1"}, kNow);
  EXPECT_EQ(tokens_.FindUserOfApiToken("old"), 7);
}

class Rooms : public StoreContract {
 protected:
  Names NamesOf(const std::optional<Names>& names = {}, PageRequest page = {}) {
    Names result;
    for (const Room& room : rooms_.List(names, page).rows) result.push_back(room.name);
    return result;
  }
};

TEST_F(Rooms, AreMadeByThoseWhoNameThem) {
  AddPatient("p1", "salle2");
  AddPatient("p2", "salle2");
  AddPatient("p3", "");
  User user;
  user.name = "un";
  user.rooms = {"salle1"};
  users_.Create(user);
  EXPECT_EQ(NamesOf(), (Names{"salle1", "salle2"}));
  EXPECT_EQ(rooms_.FindByName("salle2")->patients, 2);
  EXPECT_EQ(rooms_.FindByName("salle1")->patients, 0);
  EXPECT_FALSE(rooms_.FindByName("salle3"));
}

TEST_F(Rooms, AreListedByNameInPagesAndByWhatMayBeSeen) {
  for (const char* name : {"b", "B", "a", "_c"}) rooms_.Create(name);
  EXPECT_EQ(NamesOf(), (Names{"B", "_c", "a", "b"}));
  EXPECT_EQ(NamesOf(Names{"b", "a", "nulle part"}), (Names{"a", "b"}));
  EXPECT_EQ(NamesOf({}, {1, 2}), (Names{"_c", "a"}));
  EXPECT_EQ(rooms_.List({}, {9, 20}).count, 4);
  EXPECT_EQ(NamesOf({}, {9, 20}), Names{});
}

TEST_F(Rooms, HaveANameOfTheirOwn) {
  const std::int64_t id = rooms_.Create("a").room->id;
  rooms_.Create("b");
  EXPECT_EQ(rooms_.Create("a").outcome, RoomOutcome::kNameTaken);
  EXPECT_EQ(rooms_.Rename(id, "b").outcome, RoomOutcome::kNameTaken);
  EXPECT_EQ(rooms_.Rename(id, "a").outcome, RoomOutcome::kDone);
  EXPECT_EQ(rooms_.Rename(kNobody, "c").outcome, RoomOutcome::kUnknown);
}

TEST_F(Rooms, TakeTheirPatientsAndUsersToANewName) {
  const std::int64_t patient = AddPatient("p1", "salle1");
  User user;
  user.name = "un";
  user.rooms = {"salle1"};
  const std::int64_t user_id = users_.Create(user)->id;
  const std::int64_t before = database_.directory_generation();
  EXPECT_EQ(rooms_.Rename(rooms_.FindByName("salle1")->id, "salle9").room->patients, 1);
  EXPECT_EQ(patients_.Find(patient)->room, "salle9");
  EXPECT_EQ(users_.Find(user_id)->rooms, Names{"salle9"});
  EXPECT_LT(before, database_.directory_generation());
}

TEST_F(Rooms, AreNotDeletedWhileAPatientComesIn) {
  const std::int64_t id = rooms_.Create("salle9").room->id;
  std::future<RoomResult> deleted;
  {
    Lease lease = database_.Write();
    lease.Begin();
    EnsureRoom(lease, "salle9");
    Statement(lease,
              "INSERT INTO fajma_patient (identifiant, nom, prenom, salle) VALUES ('p9', 'nom', 'prenom', 'salle9')")
        .Run();
    deleted = std::async(std::launch::async, [&] { return rooms_.Delete(id); });
    // It must not end before the patient is there.
    EXPECT_EQ(deleted.wait_for(std::chrono::milliseconds(500)), std::future_status::timeout);
    lease.Commit();
  }
  EXPECT_EQ(deleted.get().outcome, RoomOutcome::kNotEmpty);
}

TEST_F(Rooms, AreDeletedOnlyWhenEmpty) {
  const std::int64_t patient = AddPatient("p1", "salle1");
  User user;
  user.name = "un";
  user.rooms = {"salle1", "salle2"};
  const std::int64_t user_id = users_.Create(user)->id;
  const std::int64_t id = rooms_.FindByName("salle1")->id;
  EXPECT_EQ(rooms_.Delete(id).outcome, RoomOutcome::kNotEmpty);
  patients_.Delete(patient, kNow);
  EXPECT_EQ(rooms_.Delete(id).room->name, "salle1");
  EXPECT_EQ(rooms_.Delete(id).outcome, RoomOutcome::kUnknown);
  EXPECT_EQ(users_.Find(user_id)->rooms, Names{"salle2"});
}

class Discharge : public StoreContract {};

TEST_F(Discharge, EndsTheAssignmentsOfThePatientsDevices) {
  const std::int64_t patient = AddPatient("p1");
  const std::int64_t other = AddPatient("p2");
  AddDevice(1, patient);
  AddDevice(2, other);
  EXPECT_TRUE(patients_.Delete(patient, kNow + 9));
  Lease lease = database_.Read();
  const std::string ended = "SELECT CAST(jusqu_a AS VARCHAR(20)) FROM fajma_affectation WHERE patient_id = ";
  EXPECT_EQ(QueryText(lease, ended + std::to_string(patient)), std::to_string(kNow + 9));
  EXPECT_EQ(QueryText(lease, "SELECT CAST(COUNT(*) AS VARCHAR(9)) FROM fajma_affectation WHERE jusqu_a IS NULL"), "1");
}

class Credentials : public StoreContract {
 protected:
  std::int64_t Add(std::int64_t device_id, const std::string& name) {
    return credentials_.Create({0, device_id, "jti " + name, "token " + name, "mqtt " + name, kNow, {}}).value().id;
  }
};

TEST_F(Credentials, AreBoundedAsLongAsTheyHold) {
  const std::int64_t device = AddDevice(1, AddPatient("p1"));
  std::int64_t last = 0;
  for (std::int64_t i = 0; i < kMaxCredentials; ++i) last = Add(device, std::to_string(i));
  EXPECT_FALSE(credentials_.Create({0, device, "jti", "token", "mqtt", kNow, {}}));
  EXPECT_EQ(credentials_.List(device, {}).count, kMaxCredentials);
  Add(device + 1, "of another device");
  ASSERT_TRUE(credentials_.Revoke(device, last, kNow));
  Add(device, "one more");
}

TEST_F(Credentials, AreListedNewestFirst) {
  const std::int64_t device = AddDevice(1, AddPatient("p1"));
  const std::int64_t one = Add(device, "a");
  const std::int64_t two = Add(device, "b");
  Add(device + 1, "c");
  const Page<Credential> page = credentials_.List(device, {});
  EXPECT_EQ(page.count, 2);
  EXPECT_EQ(page.rows.at(0).id, two);
  EXPECT_EQ(page.rows.at(1).id, one);
  EXPECT_EQ(page.rows.at(1).token_hash, "token a");
  EXPECT_EQ(page.rows.at(1).created_at, kNow);
  EXPECT_FALSE(page.rows.at(1).revoked_at);
}

TEST_F(Credentials, AreRevokedOnceAndByTheirDeviceOnly) {
  const std::int64_t device = AddDevice(1, AddPatient("p1"));
  const std::int64_t id = Add(device, "a");
  EXPECT_FALSE(credentials_.IsRevoked("jti a"));
  EXPECT_FALSE(credentials_.Revoke(device + 1, id, kNow));
  EXPECT_EQ(credentials_.Revoke(device, id, kNow + 1)->token_id, "jti a");
  EXPECT_FALSE(credentials_.Revoke(device, id, kNow + 2));
  EXPECT_TRUE(credentials_.IsRevoked("jti a"));
  EXPECT_FALSE(credentials_.IsRevoked("never listed"));
  EXPECT_EQ(credentials_.List(device, {}).rows.at(0).revoked_at, kNow + 1);
}

TEST_F(Credentials, GiveTheBrokerTheNewestPasswordOfEachDevice) {
  const std::int64_t patient = AddPatient("p1");
  const std::int64_t one = AddDevice(2, patient);
  const std::int64_t other = AddDevice(1, patient);
  const std::int64_t deleted = AddDevice(3, patient);
  Add(one, "a");
  const std::int64_t newest = Add(one, "b");
  Add(other, "c");
  Add(deleted, "d");
  devices_.Delete(deleted, kNow);
  const auto passwords = [&] {
    std::string text;
    for (const BrokerPassword& line : credentials_.BrokerPasswords())
      text += line.mac.ToTopic() + '=' + line.hash + ' ';
    return text;
  };
  EXPECT_EQ(passwords(), "000000000001=mqtt c 000000000002=mqtt b ");
  credentials_.Revoke(one, newest, kNow);
  EXPECT_EQ(passwords(), "000000000001=mqtt c 000000000002=mqtt a ");
}

}  // namespace
}  // namespace fajma::test
