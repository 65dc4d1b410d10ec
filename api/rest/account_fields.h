// The fields of users, rooms and patients, and what their tables cannot say.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "api/rest/call.h"
#include "api/rest/fields.h"

namespace fajma::rest {

std::span<const Field> UserFields();
std::span<const Field> NewUserFields();  // the same with a password that is required
std::span<const Field> OwnFields();      // what a user may change of themself
std::span<const Field> RoomFields();
std::span<const Field> PatientFields();

// `own_id`: the object that is being changed may keep its name; 0: a new one.
Lookups UserLookups(const Call& call, std::int64_t own_id);
Lookups RoomLookups(const Call& call, std::int64_t own_id);
Lookups PatientLookups(const Call& call, std::int64_t own_id);

// The names in a checked `salles`.
std::vector<std::string> NamesIn(const std::string& json_list);

}  // namespace fajma::rest
