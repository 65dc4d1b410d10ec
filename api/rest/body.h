// The body of a request, whatever its media type, as one tree; and its query.
#pragma once

#include <variant>

#include "api/http/message.h"
#include "core/json/document.h"

namespace fajma::rest {

struct Body {
  json::Document document;
  bool form = false;  // every value is text
};

// application/json and application/x-www-form-urlencoded; nothing sent is an empty object. Else the answer: 415 for
// another media type, 400 for a malformed text.
std::variant<Body, http::Response> ReadBody(const http::Request& request);

// The query as a form; of a parameter that stands twice the last counts.
Body ReadQuery(const http::Request& request);

}  // namespace fajma::rest
