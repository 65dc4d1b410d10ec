// Who is asking: the token of a request, and the row of its user.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>
#include <variant>

#include "api/auth/token.h"
#include "api/http/message.h"
#include "api/rest/access.h"
#include "core/store/page.h"
#include "core/store/patient_store.h"
#include "core/store/user_store.h"

namespace fajma::rest {

struct Identity {
  User user;
  Roles role = kPublic;
  VisiblePatients patients;  // whose data this user sees; absent: all
  std::string scope_key;     // equal for equal scopes of one directory generation

  bool Sees(std::int64_t patient_id) const;
};

// Thread-safe. Keeps users for five seconds at most, and never longer than the directory stands unchanged.
class UserCache {
 public:
  UserCache(UserStore& users, PatientStore& patients) : users_(users), patients_(patients) {}
  // Null: no such user. Throws DatabaseError.
  std::shared_ptr<const Identity> Find(std::int64_t user_id, std::int64_t directory_generation);

 private:
  struct Entry {
    std::shared_ptr<const Identity> identity;
    std::int64_t generation = 0;
    std::chrono::steady_clock::time_point read_at;
  };
  std::shared_ptr<const Identity> Read(std::int64_t user_id);

  UserStore& users_;
  PatientStore& patients_;
  std::mutex mutex_;
  std::unordered_map<std::int64_t, Entry> entries_;  // guarded by mutex_
};

// The user of the request's `Authorization: Bearer …`, or the answer 401.
std::variant<std::shared_ptr<const Identity>, http::Response> Authenticate(const http::Request& request,
                                                                           const auth::TokenAuthority& tokens,
                                                                           UserCache& users,
                                                                           std::int64_t directory_generation,
                                                                           Micros now);

}  // namespace fajma::rest
