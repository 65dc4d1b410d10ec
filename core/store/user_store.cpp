#include "core/store/user_store.h"

#include <algorithm>

#include "core/store/sql.h"

namespace fajma {
namespace {

const std::string kSelect =
    "SELECT id, username, password, role, first_name, last_name, email, is_active, date_joined, last_login"
    " FROM fajma_utilisateur";

void IntoUser(Statement& query, User& user) {
  query.Into(user.id, user.name, user.password_hash, user.role, user.first_name, user.last_name, user.email,
             user.active, user.joined_at, user.last_login_at);
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

std::optional<User> UserStore::Create(const User& user) {
  User created = user;
  Lease lease = database_.Write();
  lease.Begin();
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
  std::int64_t found = 0;
  Statement(lease, "SELECT id FROM fajma_utilisateur WHERE id = :id").Bind("id", id).Into(found).Next();
  if (found == 0) return false;
  WriteRooms(lease, id, rooms);
  lease.Commit();
  database_.BumpDirectoryGeneration();
  return true;
}

}  // namespace fajma
