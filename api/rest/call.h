// One request on its way through its handler, and what handlers share.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "api/auth/login_limiter.h"
#include "api/rest/answers.h"
#include "api/rest/body.h"
#include "api/rest/fields.h"
#include "api/rest/identity.h"
#include "api/rest/pages.h"
#include "api/rest/rest_api.h"

namespace fajma::rest {

// A number from 1 as it stands in a path.
std::optional<std::int64_t> ParseId(std::string_view text);

struct Call {
  const http::Request& request;
  const RestDependencies& app;
  const RestOptions& options;
  std::string scheme;
  std::string_view id_text;      // what stands for {id} in the path
  std::string_view sub_id_text;  // for {sub_id}
  auth::LoginLimiter& logins;
  std::shared_ptr<const Identity> identity{};  // null on public routes
  std::int64_t directory_generation = 0;       // Database's, before the identity was read: that is at least as new
  // Whose data the answer shows, for the journal of accesses; kAnyPatient: of all whom the user may see.
  std::optional<std::int64_t> read_patient{};

  // {id} as a key; absent when it is no number: then the answer is NotFound().
  std::optional<std::int64_t> Id() const;
  // "http://host/path"
  std::string UrlOf(std::string_view path) const;
};

// Tells of a session that ended, where somebody listens.
void EndSessions(const Call& call, const auth::SessionEnd& end);

// The checked body, or the answer that refuses it.
std::variant<Values, http::Response> ReadValues(const Call& call, std::span<const Field> fields, const Lookups& lookups,
                                                bool partial = false);
// The checked parameters of the query, or the answer that refuses them.
std::variant<Values, http::Response> ReadFilters(const Call& call, std::span<const Field> fields);

}  // namespace fajma::rest
