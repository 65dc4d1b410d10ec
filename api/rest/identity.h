// Who is asking: the token of a request, and the row of its user.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>
#include <variant>
#include <vector>

#include "api/auth/token.h"
#include "api/http/message.h"
#include "api/rest/access.h"
#include "core/store/page.h"
#include "core/store/patient_store.h"
#include "core/store/token_store.h"
#include "core/store/user_store.h"

namespace fajma::rest {

struct Identity {
  User user;
  Roles role = kPublic;
  VisiblePatients patients;               // whose data this user sees; absent: all
  std::string scope_key;                  // equal for equal scopes of one directory generation
  std::vector<std::string> ended_logins;  // of late, sorted

  bool Sees(std::int64_t patient_id) const;
  // Whether an access token of this user was ended before its time.
  bool HasEnded(const auth::Claims& claims) const;
};

// Thread-safe. Keeps users for five seconds at most, and never longer than the directory stands unchanged.
class UserCache {
 public:
  UserCache(UserStore& users, PatientStore& patients, Database& database)
      : users_(users), patients_(patients), tokens_(database) {}
  // Null: no such user. Throws DatabaseError.
  std::shared_ptr<const Identity> Find(std::int64_t user_id, std::int64_t directory_generation);
  // By the hash of a token of `Authorization: Token`.
  std::shared_ptr<const Identity> FindByApiToken(const std::string& hash, std::int64_t directory_generation);

 private:
  struct Owner {
    std::int64_t user_id = 0;
    std::int64_t generation = 0;
    std::chrono::steady_clock::time_point read_at;
  };
  struct Entry {
    std::shared_ptr<const Identity> identity;
    std::int64_t generation = 0;
    std::chrono::steady_clock::time_point read_at;
  };
  std::shared_ptr<const Identity> Read(std::int64_t user_id);

  UserStore& users_;
  PatientStore& patients_;
  TokenStore tokens_;
  std::mutex mutex_;
  // Guarded by mutex_.
  std::unordered_map<std::int64_t, Entry> entries_;
  std::unordered_map<std::string, Owner> owners_;  // by the hash of their API token
};

// The user of the request's `Authorization: Bearer …` or `Authorization: Token …`, or the answer 401.
std::variant<std::shared_ptr<const Identity>, http::Response> Authenticate(const http::Request& request,
                                                                           const auth::TokenAuthority& tokens,
                                                                           UserCache& users,
                                                                           std::int64_t directory_generation,
                                                                           Micros now);

}  // namespace fajma::rest
