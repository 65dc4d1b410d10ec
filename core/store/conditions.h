// The WHERE of a list with optional filters. Included only by this folder's .cpp files.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/store/sql.h"

namespace fajma {

// Conditions that must all hold. One text for each set of filters, so that the statement stays prepared.
class Conditions {
 public:
  void Add(std::string_view condition) {
    text_ += text_.empty() ? " WHERE " : " AND ";
    text_ += condition;
  }
  // `condition` holds ":name".
  void Add(std::string_view condition, std::string_view name, std::variant<std::int64_t, std::string> value) {
    Add(condition);
    values_.emplace_back(std::string(name), std::move(value));
  }
  // `column` is one of `ids`: one parameter whatever their number.
  void AddIn(Dialect dialect, std::string_view column, std::string_view name, const std::vector<std::int64_t>& ids);

  const std::string& text() const { return text_; }
  void BindTo(Statement& statement) const;

 private:
  std::string text_;
  std::vector<std::pair<std::string, std::variant<std::int64_t, std::string>>> values_;
};

// "column IN (the ids of parameter `name`)", and the text to bind to it.
std::string InList(Dialect dialect, std::string_view column, std::string_view name);
std::string ListText(Dialect dialect, const std::vector<std::int64_t>& ids);

}  // namespace fajma
