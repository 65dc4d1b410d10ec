// Logging in by name and password, whatever is given for it.
#pragma once

#include <optional>
#include <string>
#include <variant>

#include "api/rest/call.h"

namespace fajma::rest {

struct WrongPassword {};

// The active user of this name and password; WrongPassword also for an unknown name and an inactive user, in the same
// time; or the answer: 429 when there were too many failures, 503 when the server is busy. A password under an old
// hash gets a better one.
std::variant<User, WrongPassword, http::Response> LogIn(const Call& call, const std::string& name,
                                                        const std::string& password);

// The hash of a new password. Absent when the server is too busy with others: the answer is Unavailable().
std::optional<std::string> HashPassword(const Call& call, const std::string& password);

// The time at which a token of this user is issued: after all those that were ended.
Micros IssueTime(const User& user, Micros now);

// 401 of a view of tokens.
http::Response Unauthorized(http::Response response);

}  // namespace fajma::rest
