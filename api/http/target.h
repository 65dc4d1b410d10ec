// The target of a request line (RFC 9112, 3.2), decoded. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/http/message.h"

namespace fajma::http {

struct Target {
  std::string path;
  std::vector<QueryParameter> query;
  std::optional<std::string> authority;  // of the absolute form
};

// Takes the origin form `/path?query`, the absolute form `http://host/path?query`, and `*` for OPTIONS. Nothing for
// any other form, a space or control character, a fragment, a broken %-escape, a NUL, or what is not UTF-8 once
// decoded. Dot segments and doubled slashes are left as they are.
std::optional<Target> ParseTarget(std::string_view raw, std::string_view method);

// Nothing for a broken escape. `plus_is_space`: as in a query or a form.
std::optional<std::string> PercentDecode(std::string_view text, bool plus_is_space);

// Whether `text` may stand in a Host header: a name or address with an optional port; "" may.
bool IsValidHost(std::string_view text);

}  // namespace fajma::http
