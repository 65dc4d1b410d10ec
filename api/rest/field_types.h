// How each type of field reads what was sent.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "api/rest/fields.h"

namespace fajma::rest {

// The value of a field that was sent and is not null; absent, or of no use, when `faults` got a message. `form`: kJson
// comes as text.
std::optional<FieldValue> ReadField(const Field& field, json::Value sent, bool form, std::vector<std::string>& faults);

// Python's int() of a text: sign, digits with single underscores between them, spaces around. Absent when it is none or
// does not fit.
std::optional<std::int64_t> ParsePythonInteger(std::string_view text);

}  // namespace fajma::rest
