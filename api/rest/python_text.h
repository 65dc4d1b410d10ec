// What Python's str() makes of a value of JSON: it stands in error messages that clients know.
#pragma once

#include <string>
#include <string_view>

#include "core/json/document.h"

namespace fajma::rest {

// A text as it is; else "True", "None", "5", "1.5", "[1, 'a']", "{'a': None}".
std::string PythonText(json::Value value);

// "str", "int", "float", "bool", "list", "dict", "NoneType".
std::string_view PythonTypeName(json::Value value);

}  // namespace fajma::rest
