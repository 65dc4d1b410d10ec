#include "core/store/user_store.h"

#include <algorithm>
#include <utility>

#include "core/store/room_store.h"
#include "core/store/sql.h"

namespace fajma {
namespace {

const std::string kSelect =
    "SELECT id, username, password, role, first_name, last_name, email, is_active, date_joined, last_login,"
    " jetons_depuis FROM fajma_utilisateur";

void IntoUser(Statement& query, User& user) {
  query.Into(user.id, user.name, user.password_hash, user.role, user.first_name, user.last_name, user.email,
             user.active, user.joined_at, user.last_login_at, user.tokens_since);
}

void ReadRooms(Lease& lease, User& user) {
  Statement query(lease, "SELECT salle FROM fajma_utilisateur_salle WHERE utilisateur_id = :id ORDER BY salle");
  std::string room;
  query.Bind("id", user.id).Into(room);
  while (query.Next()) user.rooms.push_back(room);
}

std::optional<User> FindOne(Lease& lease, Statement& query) {
  User user;
  IntoUser(query, user);
  if (!query.Next()) return std::nullopt;
  ReadRooms(lease, user);
  return user;
}

// Whoever writes several does it in this order, so that none waits for the other.
void EnsureRooms(Lease& lease, std::vector<std::string> rooms) {
  std::sort(rooms.begin(), rooms.end());
  for (const std::string& room : rooms) EnsureRoom(lease, room);
}

void WriteRooms(Lease& lease, std::int64_t id, const std::vector<std::string>& rooms) {
  Statement(lease, "DELETE FROM fajma_utilisateur_salle WHERE utilisateur_id = :id").Bind("id", id).Run();
  for (const std::string& room : rooms) {
    Statement(lease,
              "INSERT INTO fajma_utilisateur_salle (utilisateur_id, salle) VALUES (:id, :salle) ON CONFLICT DO NOTHING")
        .Bind("id", id)
        .Bind("salle", room)
        .Run();
  }
}

// `assignment`: "column = :value".
template <typename T>
bool SetColumn(Database& database, std::int64_t id, std::string_view assignment, const T& value) {
  Lease lease = database.Write();
  Statement update(lease, "UPDATE fajma_utilisateur SET " + std::string(assignment) + " WHERE id = :id");
  const bool found = update.Bind("value", value).Bind("id", id).Run() > 0;
  if (found) database.BumpDirectoryGeneration();
  return found;
}

void Patch(User& user, const UserPatch& patch, Micros now) {
  const bool was_active = user.active;
  if (patch.name) user.name = *patch.name;
  if (patch.password_hash) user.password_hash = *patch.password_hash;
  if (patch.role) user.role = *patch.role;
  if (patch.first_name) user.first_name = *patch.first_name;
  if (patch.last_name) user.last_name = *patch.last_name;
  if (patch.email) user.email = *patch.email;
  if (patch.active) user.active = *patch.active;
  if (patch.rooms) user.rooms = *patch.rooms;
  // Later than before in any case: two changes within a second, or a clock that was set back, end tokens too.
  const bool ends_tokens = patch.password_hash || (was_active && !user.active);
  if (ends_tokens) user.tokens_since = std::max(user.tokens_since, now / kMicrosPerSecond) + 1;
}

void WriteRow(Lease& lease, const User& user) {
  Statement(lease,
            "UPDATE fajma_utilisateur SET username = :username, password = :password, role = :role,"
            " first_name = :first_name, last_name = :last_name, email = :email, is_active = :is_active,"
            " jetons_depuis = :depuis WHERE id = :id")
      .Bind("username", user.name)
      .Bind("password", user.password_hash)
      .Bind("role", user.role)
      .Bind("first_name", user.first_name)
      .Bind("last_name", user.last_name)
      .Bind("email", user.email)
      .Bind("is_active", user.active)
      .Bind("depuis", user.tokens_since)
      .Bind("id", user.id)
      .Run();
}

// TakesCareOfAlerts as SQL, but for being active.
std::string HasAlertRole() {
  std::string text;
  for (const std::string_view role : kAlertRoles) {
    text += text.empty() ? "role IN ('" : "', '";
    text += role;
  }
  return text + "')";
}

bool IsAdministrator(const User& user) { return user.active && user.role == "administrateur"; }

// One change of a user at a time, or two of the last administrators could each be demoted beside the other.
void BeginAlone(Lease& lease) {
  lease.Begin();
  if (lease.dialect() == Dialect::kPostgres) Execute(lease, "SELECT pg_advisory_xact_lock(760132146)");
}

bool HasOtherAdministrator(Lease& lease, std::int64_t id) {
  std::int64_t others = 0;
  Statement(lease,
            "SELECT COUNT(*) FROM fajma_utilisateur WHERE role = 'administrateur' AND is_active = 1 AND id <> :id")
      .Bind("id", id)
      .Into(others)
      .Next();
  return others > 0;
}

}  // namespace

std::optional<User> UserStore::Find(std::int64_t id) {
  Lease lease = database_.Read();
  Statement query(lease, kSelect + " WHERE id = :id");
  query.Bind("id", id);
  return FindOne(lease, query);
}

std::optional<User> UserStore::FindByName(const std::string& name) {
  Lease lease = database_.Read();
  Statement query(lease, kSelect + " WHERE username = :username");
  query.Bind("username", name);
  return FindOne(lease, query);
}

Page<User> UserStore::List(PageRequest page) {
  Lease lease = database_.Read();
  Page<User> result;
  Statement(lease, "SELECT COUNT(*) FROM fajma_utilisateur").Into(result.count).Next();
  if (page.bounded_limit() == 0) return result;
  Statement query(lease, kSelect + " ORDER BY id LIMIT :limit OFFSET :offset");
  query.Bind("limit", page.bounded_limit()).Bind("offset", page.bounded_offset());
  User row;
  IntoUser(query, row);
  while (query.Next()) result.rows.push_back(row);
  for (User& user : result.rows) ReadRooms(lease, user);
  return result;
}

std::vector<Carer> UserStore::ListCarers(std::optional<std::int64_t> seer) {
  static const std::string select =
      "SELECT id, username, role FROM fajma_utilisateur WHERE is_active = 1 AND " + HasAlertRole();
  constexpr std::string_view kSharesARoom =
      " AND EXISTS (SELECT 1 FROM fajma_utilisateur_salle sienne WHERE sienne.utilisateur_id = :par AND"
      " (role = 'administrateur' OR EXISTS (SELECT 1 FROM fajma_utilisateur_salle autre WHERE"
      " autre.utilisateur_id = fajma_utilisateur.id AND autre.salle = sienne.salle)))";
  Lease lease = database_.Read();
  Statement query(lease, select + std::string(seer ? kSharesARoom : "") + " ORDER BY id LIMIT :limit");
  if (seer) query.Bind("par", *seer);
  Carer row;
  query.Bind("limit", kMaxCarers).Into(row.id, row.name, row.role);
  std::vector<Carer> carers;
  while (query.Next()) carers.push_back(row);
  return carers;
}

std::optional<User> UserStore::Create(const User& user) {
  User created = user;
  Lease lease = database_.Write();
  lease.Begin();
  EnsureRooms(lease, user.rooms);
  {
    Statement insert(lease,
                     "INSERT INTO fajma_utilisateur (username, password, role, first_name, last_name, email, is_active,"
                     " date_joined, last_login) VALUES (:username, :password, :role, :first_name, :last_name, :email,"
                     " :is_active, :date_joined, :last_login) ON CONFLICT DO NOTHING RETURNING id");
    insert.Bind("username", user.name)
        .Bind("password", user.password_hash)
        .Bind("role", user.role)
        .Bind("first_name", user.first_name)
        .Bind("last_name", user.last_name)
        .Bind("email", user.email)
        .Bind("is_active", user.active)
        .Bind("date_joined", user.joined_at)
        .Bind("last_login", user.last_login_at);
    if (!insert.Into(created.id).Next()) return std::nullopt;
  }
  WriteRooms(lease, created.id, user.rooms);
  lease.Commit();
  database_.BumpDirectoryGeneration();
  std::sort(created.rooms.begin(), created.rooms.end());
  return created;
}

UserResult UserStore::Update(std::int64_t id, const UserPatch& patch, Micros now) {
  Lease lease = database_.Write();
  BeginAlone(lease);
  if (patch.rooms) EnsureRooms(lease, *patch.rooms);
  std::optional<User> before;
  {
    Statement query(lease, kSelect + " WHERE id = :id" + std::string(For(lease.dialect(), "", " FOR UPDATE")));
    query.Bind("id", id);
    before = FindOne(lease, query);
  }
  if (!before) return {UserOutcome::kUnknown, std::nullopt, std::nullopt};
  if (patch.if_tokens_since.value_or(before->tokens_since) != before->tokens_since) {
    return {UserOutcome::kTokensEnded, std::move(before), std::nullopt};
  }
  User user = *before;
  Patch(user, patch, now);
  if (IsAdministrator(*before) && !IsAdministrator(user) && !HasOtherAdministrator(lease, id)) {
    return {UserOutcome::kLastAdministrator, std::move(before), std::nullopt};
  }
  try {
    WriteRow(lease, user);
  } catch (const ConstraintError&) {  // the only one of the table is the name's
    return {UserOutcome::kNameTaken, std::move(before), std::nullopt};
  }
  if (patch.rooms) WriteRooms(lease, id, user.rooms);
  if (user.tokens_since != before->tokens_since) {
    Statement(lease, "DELETE FROM fajma_jeton_api WHERE utilisateur_id = :id").Bind("id", id).Run();
  }
  lease.Commit();
  database_.BumpDirectoryGeneration();
  std::sort(user.rooms.begin(), user.rooms.end());
  user.rooms.erase(std::unique(user.rooms.begin(), user.rooms.end()), user.rooms.end());
  return {UserOutcome::kDone, std::move(before), std::move(user)};
}

bool UserStore::UpgradePasswordHash(std::int64_t id, const std::string& from, const std::string& to) {
  Lease lease = database_.Write();
  const std::int64_t changed =
      Statement(lease, "UPDATE fajma_utilisateur SET password = :neuf WHERE id = :id AND password = :avant")
          .Bind("neuf", to)
          .Bind("id", id)
          .Bind("avant", from)
          .Run();
  if (changed > 0) database_.BumpDirectoryGeneration();
  return changed > 0;
}

bool UserStore::SetPasswordHash(std::int64_t id, const std::string& password_hash) {
  return SetColumn(database_, id, "password = :value", password_hash);
}

bool UserStore::SetLastLogin(std::int64_t id, Micros at) { return SetColumn(database_, id, "last_login = :value", at); }

bool UserStore::SetActive(std::int64_t id, bool active) {
  return SetColumn(database_, id, "is_active = :value", active);
}

bool UserStore::SetRole(std::int64_t id, const std::string& role) {
  return SetColumn(database_, id, "role = :value", role);
}

bool UserStore::SetRooms(std::int64_t id, const std::vector<std::string>& rooms) {
  Lease lease = database_.Write();
  lease.Begin();
  EnsureRooms(lease, rooms);
  std::int64_t found = 0;
  Statement(lease, "SELECT id FROM fajma_utilisateur WHERE id = :id").Bind("id", id).Into(found).Next();
  if (found == 0) return false;
  WriteRooms(lease, id, rooms);
  lease.Commit();
  database_.BumpDirectoryGeneration();
  return true;
}

}  // namespace fajma
