// Prints the table of routes as JSON, for the test that holds api/openapi.yaml against it:
// [{"method":…,"path":…,"roles":[…],"fields":[{"name":…,"type":…,…},…]},…]. Fields that are only shown are left out.
#include <array>
#include <cstdio>
#include <string>
#include <string_view>

#include "api/rest/routes.h"
#include "core/json/writer.h"

namespace fajma::rest {
namespace {

// In the order of FieldType.
constexpr std::array<std::string_view, 12> kTypeNames = {"text", "choice", "integer", "number", "boolean", "key",
                                                         "json", "object", "ip",      "mac",    "date",    "date-time"};

template <typename List, typename Append>
void AppendArray(std::string& out, const List& list, Append append) {
  out += '[';
  bool first = true;
  for (const auto& element : list) {
    if (!first) out += ',';
    first = false;
    append(element);
  }
  out += ']';
}

void AppendField(std::string& out, const Field& field) {
  json::ObjectWriter writer(out);
  writer.String("name", field.name);
  writer.String("type", kTypeNames.at(static_cast<std::size_t>(field.type)));
  writer.Bool("required", field.required);
  writer.Bool("nullable", field.nullable);
  writer.Bool("blank", field.allow_blank);
  writer.Integer("max_length", field.max_length);
  writer.IntegerOrNull("min", field.min);
  writer.IntegerOrNull("max", field.max);
  std::string& choices = writer.Key("choices");
  AppendArray(choices, field.choices, [&](std::string_view choice) { json::AppendJsonString(choices, choice); });
  writer.End();
}

void AppendRoute(std::string& out, const Route& route) {
  json::ObjectWriter writer(out);
  writer.String("method", route.method);
  writer.String("path", route.pattern);
  std::vector<std::string_view> roles;
  for (const RoleName& known : kRoleNames) {
    if ((route.roles & known.role) != 0) roles.push_back(known.name);
  }
  std::string& names = writer.Key("roles");
  AppendArray(names, roles, [&](std::string_view role) { json::AppendJsonString(names, role); });
  std::vector<Field> sent;
  for (const Field& field : route.fields) {
    if (!field.read_only) sent.push_back(field);
  }
  std::string& fields = writer.Key("fields");
  AppendArray(fields, sent, [&](const Field& field) { AppendField(fields, field); });
  writer.End();
}

}  // namespace
}  // namespace fajma::rest

int main() {
  std::string out;
  fajma::rest::AppendArray(out, fajma::rest::Routes(),
                           [&](const auto& route) { fajma::rest::AppendRoute(out, route); });
  std::puts(out.c_str());
}
