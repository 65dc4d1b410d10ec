#include "core/store/conditions.h"

namespace fajma {

void Conditions::AddIn(Dialect dialect, std::string_view column, std::string_view name,
                       const std::vector<std::int64_t>& ids) {
  Add(InList(dialect, column, name), name, ListText(dialect, ids));
}

void Conditions::BindTo(Statement& statement) const {
  for (const auto& [name, value] : values_) {
    std::visit([&statement, &name](const auto& bound) { statement.Bind(name, bound); }, value);
  }
}

std::string InList(Dialect dialect, std::string_view column, std::string_view name) {
  std::string text(column);
  text += For(dialect, " IN (SELECT value FROM json_each(:", " = ANY (CAST(:");
  text += name;
  text += For(dialect, "))", " AS BIGINT[]))");
  return text;
}

std::string ListText(Dialect dialect, const std::vector<std::int64_t>& ids) {
  std::string text(For(dialect, "[", "{"));
  for (const std::int64_t id : ids) {
    if (text.size() > 1) text += ',';
    text += std::to_string(id);
  }
  text += For(dialect, "]", "}");
  return text;
}

}  // namespace fajma
