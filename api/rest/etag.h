// Tags of answers: what a client has already is not sent again.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "api/http/message.h"
#include "api/rest/list_cache.h"

namespace fajma::rest {

// The weak tag of an answer from what it was made of, never from what it says: `key` (the request and who may see
// what), the stamp, and `instance`, a number that no other run of the program has: generations begin anew with each
// run.
std::string TagOf(std::string_view key, const Stamp& stamp, std::uint64_t instance);

// If-None-Match against a tag, weak or strong: a list of tags or "*" (RFC 9110, 13.1.2, weak comparison).
bool MatchesTag(std::string_view if_none_match, std::string_view tag);

// Gives an answer its tag; it becomes 304 without a body when the request says that this is known. Only for 200 to GET
// and HEAD.
void AnswerTagged(const http::Request& request, std::string tag, http::Response& response);

}  // namespace fajma::rest
