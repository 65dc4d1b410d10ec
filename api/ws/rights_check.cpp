#include "api/ws/rights_check.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>
#include <vector>

#include "api/auth/revocation.h"
#include "core/store/credential_store.h"
#include "core/store/patient_store.h"
#include "core/store/token_store.h"
#include "core/store/user_store.h"

namespace fajma::ws {
namespace {

using auth::SessionEnd;
using auth::SessionEndReason;

// What the open sockets were let in for, each once.
struct Admitted {
  std::map<std::int64_t, SocketUser> users;
  std::set<std::pair<std::int64_t, std::string>> logins;   // of users
  std::map<std::int64_t, std::string> patients;            // the room each was in
  std::set<std::pair<std::int64_t, std::string>> devices;  // with their tokens
};

Admitted Collect(const SocketRegistry& registry) {
  Admitted admitted;
  for (const SocketContext* socket : registry.All()) {
    const SocketUser& user = socket->user;
    if (user.device_id != 0) admitted.devices.emplace(user.device_id, user.token_id);
    if (user.user_id == 0) continue;
    admitted.users.emplace(user.user_id, user);
    if (!user.login.empty()) admitted.logins.emplace(user.user_id, user.login);
    if (socket->route == SocketContext::Route::kIot) admitted.patients.emplace(socket->patient_id, socket->room);
  }
  return admitted;
}

std::vector<std::string> Without(std::vector<std::string> rooms, const std::vector<std::string>& others) {
  std::erase_if(rooms,
                [&](const std::string& room) { return std::find(others.begin(), others.end(), room) != others.end(); });
  return rooms;
}

SessionEnd EndOf(SessionEndReason reason, std::int64_t user_id) {
  SessionEnd end;
  end.reason = reason;
  end.user_id = user_id;
  return end;
}

void CheckUser(Database& database, const SocketUser& known, std::vector<SessionEnd>& ends) {
  const std::optional<User> user = UserStore(database).Find(known.user_id);
  if (!user || !user->active) return ends.push_back(EndOf(SessionEndReason::kDeactivated, known.user_id));
  if (user->tokens_since > known.tokens_since) {
    return ends.push_back(EndOf(SessionEndReason::kPasswordChanged, known.user_id));
  }
  if (user->role != known.role) return ends.push_back(EndOf(SessionEndReason::kAccessChanged, known.user_id));
  if (known.rooms == nullptr) return;
  SessionEnd lost = EndOf(SessionEndReason::kAccessChanged, known.user_id);
  lost.rooms = Without(*known.rooms, user->rooms);
  if (!lost.rooms.empty()) ends.push_back(lost);
  if (!Without(user->rooms, *known.rooms).empty()) {
    ends.push_back(EndOf(SessionEndReason::kRoomsChanged, known.user_id));
  }
}

std::vector<SessionEnd> FindEnds(Database& database, const Admitted& admitted) {
  std::vector<SessionEnd> ends;
  for (const auto& [id, user] : admitted.users) CheckUser(database, user, ends);
  const Micros since = SystemNow() - auth::kEndedLoginsMatter;
  for (const auto& [user_id, login] : admitted.logins) {
    const std::vector<std::string> ended = TokenStore(database).EndedLogins(user_id, since);
    if (!std::binary_search(ended.begin(), ended.end(), login)) continue;
    ends.push_back(EndOf(SessionEndReason::kLogout, user_id));
    ends.back().login = login;
  }
  for (const auto& [id, room] : admitted.patients) {
    const std::optional<Patient> patient = PatientStore(database).Find(id);
    if (patient && patient->room == room) continue;
    ends.push_back(EndOf(SessionEndReason::kPatientMoved, 0));
    ends.back().patient_id = id;
  }
  for (const auto& [id, token] : admitted.devices) {
    if (!CredentialStore(database).IsRevoked(token)) continue;
    ends.push_back(EndOf(SessionEndReason::kDeviceRevoked, 0));
    ends.back().device_id = id;
    ends.back().token_id = token;
  }
  return ends;
}

}  // namespace

void CheckRights(const Services& services) {
  services.loop.Post([services] {
    services.background.Submit([services, admitted = Collect(services.sockets)] {
      try {
        for (const SessionEnd& end : FindEnds(services.database, admitted)) {
          CloseEnded(services.loop, services.sockets, end);
        }
      } catch (const DatabaseError&) {
        return;
      }
    });
  });
}

}  // namespace fajma::ws
