// Columns as PostgreSQL's array literals. Included only by this folder's .cpp files.
#pragma once

#include <soci/soci.h>

#include <charconv>
#include <string>
#include <string_view>
#include <vector>

namespace fajma {

// "{1,2.5,NULL}"; `nulls` is empty, or has one for each value.
template <typename T>
std::string ArrayText(const std::vector<T>& column, const std::vector<soci::indicator>& nulls = {}) {
  std::string text = "{";
  char digits[32];
  for (std::size_t i = 0; i < column.size(); ++i) {
    if (i != 0) text += ',';
    if (!nulls.empty() && nulls[i] == soci::i_null) {
      text += "NULL";
    } else {
      text.append(digits, std::to_chars(digits, digits + sizeof digits, column[i]).ptr);
    }
  }
  return text += '}';
}

// {"a","b\"c",NULL}
inline std::string ArrayText(const std::vector<std::string>& column, const std::vector<soci::indicator>& nulls = {}) {
  std::string text = "{";
  for (std::size_t i = 0; i < column.size(); ++i) {
    if (i != 0) text += ',';
    if (!nulls.empty() && nulls[i] == soci::i_null) {
      text += "NULL";
      continue;
    }
    text += '"';
    for (const char c : column[i]) {
      if (c == '"' || c == '\\') text += '\\';
      text += c;
    }
    text += '"';
  }
  return text += '}';
}

}  // namespace fajma
