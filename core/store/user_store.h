// Users, their roles and rooms.
#pragma once

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/domain/time.h"
#include "core/store/database.h"
#include "core/store/page.h"

namespace fajma {

struct User {
  std::int64_t id = 0;
  std::string name;           // `username`, unique, upper and lower case differ
  std::string password_hash;  // as the password module wrote it; never leaves the server
  std::string role;           // administrateur, medecin, infirmier, technicien, integrateur
  std::string first_name;
  std::string last_name;
  std::string email;
  bool active = true;
  Micros joined_at = 0;
  std::optional<Micros> last_login_at;
  std::vector<std::string> rooms;  // by name
  std::int64_t tokens_since = 0;   // seconds since 1970: tokens issued before are refused; greater each time
};

// The roles of those who take care of alerts.
inline constexpr std::string_view kAlertRoles[] = {"administrateur", "medecin", "infirmier"};
inline bool TakesCareOfAlerts(const User& user) {
  return user.active && std::find(std::begin(kAlertRoles), std::end(kAlertRoles), user.role) != std::end(kAlertRoles);
}
// Of those of the patients in that room.
inline bool TakesCareOfAlertsIn(const User& user, std::string_view room) {
  return TakesCareOfAlerts(user) &&
         (user.role == kAlertRoles[0] || std::find(user.rooms.begin(), user.rooms.end(), room) != user.rooms.end());
}

// One of them, as colleagues see them.
struct Carer {
  std::int64_t id = 0;
  std::string name;
  std::string role;
};
inline constexpr std::int64_t kMaxCarers = 200;

// What to change: an absent field stays as it is.
struct UserPatch {
  std::optional<std::string> name;
  std::optional<std::string> password_hash;  // a new password: all tokens issued so far are refused, API tokens go
  std::optional<std::string> role;
  std::optional<std::string> first_name;
  std::optional<std::string> last_name;
  std::optional<std::string> email;
  std::optional<bool> active;  // false: as with a new password
  std::optional<std::vector<std::string>> rooms;
  std::optional<std::int64_t> if_tokens_since;  // only while the user's tokens_since is this
};

// kLastAdministrator: the change would leave no active administrateur. kTokensEnded: if_tokens_since is another.
enum class UserOutcome { kDone, kUnknown, kNameTaken, kLastAdministrator, kTokensEnded };

struct UserResult {
  UserOutcome outcome = UserOutcome::kDone;
  std::optional<User> before;
  std::optional<User> user;  // as it is now, when done
};

// Thread-safe. Every call throws DatabaseError (DatabaseBusy when no session came free).
class UserStore {
 public:
  explicit UserStore(Database& database) : database_(database) {}

  std::optional<User> Find(std::int64_t id);
  std::optional<User> FindByName(const std::string& name);
  Page<User> List(PageRequest page);  // by id
  // Who takes care of alerts and sees one of the rooms of the user `seer`, who counts too; absent: all who take care of
  // alerts. An administrateur sees every room. By id, at most kMaxCarers.
  std::vector<Carer> ListCarers(std::optional<std::int64_t> seer);

  // The id is given here. Absent when the name is taken.
  std::optional<User> Create(const User& user);
  UserResult Update(std::int64_t id, const UserPatch& patch, Micros now);
  // The same password under a better hash. False when the hash is not `from` any more.
  bool UpgradePasswordHash(std::int64_t id, const std::string& from, const std::string& to);
  // Each: false when there is no such user.
  bool SetPasswordHash(std::int64_t id, const std::string& password_hash);
  bool SetLastLogin(std::int64_t id, Micros at);
  bool SetActive(std::int64_t id, bool active);
  bool SetRole(std::int64_t id, const std::string& role);
  bool SetRooms(std::int64_t id, const std::vector<std::string>& rooms);

 private:
  Database& database_;
};

}  // namespace fajma
