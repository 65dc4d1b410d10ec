#include "api/rest/account_fields.h"

#include <algorithm>
#include <utility>

#include "api/rest/python_text.h"
#include "core/json/document.h"
#include "core/store/room_store.h"

namespace fajma::rest {
namespace {

using enum FieldType;

constexpr std::size_t kMinPasswordCharacters = 8;
constexpr std::size_t kMaxRooms = 200;  // of one user

constexpr std::string_view kRoles[] = {"administrateur", "medecin", "infirmier", "technicien", "integrateur"};

constexpr Field kUserFields[] = {
    {.name = "id", .type = kInteger, .read_only = true},
    {.name = "username", .required = true, .max_length = 150},
    {.name = "password", .trim = false, .max_length = 128},
    {.name = "first_name", .allow_blank = true, .max_length = 150},
    {.name = "last_name", .allow_blank = true, .max_length = 150},
    {.name = "email", .allow_blank = true, .max_length = 254},
    {.name = "role", .type = kChoice, .required = true, .choices = kRoles},
    {.name = "salles", .type = kJson},
    {.name = "is_active", .type = kBoolean},
    {.name = "date_joined", .type = kDateTime, .read_only = true},
    {.name = "last_login", .type = kDateTime, .read_only = true},
};

constexpr Field kOwnFields[] = {
    {.name = "id", .type = kInteger, .read_only = true},
    {.name = "username", .read_only = true},
    {.name = "first_name", .allow_blank = true, .max_length = 150},
    {.name = "last_name", .allow_blank = true, .max_length = 150},
    {.name = "email", .allow_blank = true, .max_length = 254},
    {.name = "role", .type = kChoice, .read_only = true, .choices = kRoles},
    {.name = "salles", .type = kJson, .read_only = true},
    {.name = "is_active", .type = kBoolean, .read_only = true},
    {.name = "date_joined", .type = kDateTime, .read_only = true},
    {.name = "last_login", .type = kDateTime, .read_only = true},
    {.name = "old_password", .trim = false, .max_length = 128},
    {.name = "new_password", .trim = false, .max_length = 128},
};

constexpr Field kRoomFields[] = {
    {.name = "id", .type = kInteger, .read_only = true},
    {.name = "nom", .required = true, .unique = true, .max_length = 50},
    {.name = "patients", .type = kInteger, .read_only = true},
};

constexpr Field kPatientFields[] = {
    {.name = "id", .type = kInteger, .read_only = true},
    {.name = "identifiant", .required = true, .unique = true, .max_length = 50},
    {.name = "nom", .required = true, .max_length = 100},
    {.name = "prenom", .required = true, .max_length = 100},
    {.name = "date_naissance", .type = kDate, .nullable = true},
    {.name = "salle", .allow_blank = true, .max_length = 50},
};

bool IsAsciiLetterOrDigit(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'); }

bool IsIdentifier(const std::string& text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return IsAsciiLetterOrDigit(c) || c == '_'; });
}

std::string FaultOfIdentifier(const std::string& text) { return IsIdentifier(text) ? "" : "Enter a valid value."; }

// As Django: letters of any script, and a few signs.
std::string FaultOfUserName(const Call& call, const std::string& name, std::int64_t own_id) {
  const bool valid = std::all_of(name.begin(), name.end(), [](char c) {
    return IsAsciiLetterOrDigit(c) || static_cast<unsigned char>(c) >= 0x80 ||
           std::string_view("@.+-_").find(c) != std::string_view::npos;
  });
  if (!valid) {
    return "Enter a valid username. This value may contain only letters, numbers, and @/./+/-/_ characters.";
  }
  const std::optional<User> holder = call.app.users.FindByName(name);
  return holder && holder->id != own_id ? "A user with that username already exists." : "";
}

std::string FaultOfPassword(const std::string& password) {
  const auto characters = std::count_if(password.begin(), password.end(),
                                        [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; });
  if (static_cast<std::size_t>(characters) < kMinPasswordCharacters) {
    return "This password is too short. It must contain at least 8 characters.";
  }
  const bool numeric = password.find_first_not_of("0123456789") == std::string::npos;
  return numeric ? "This password is entirely numeric." : "";
}

std::string FaultOfEmail(const std::string& email) {
  if (email.empty()) return "";
  const std::size_t at = email.find('@');
  const bool valid = at != std::string::npos && at > 0 && email.find('@', at + 1) == std::string::npos &&
                     email.find('.', at) != std::string::npos && !email.ends_with('.') &&
                     email.find_first_of(" \t\r\n<>,;") == std::string::npos;
  return valid ? "" : "Enter a valid email address.";
}

std::string FaultOfRoom(const Call& call, const std::string& name) {
  if (name.empty() || RoomStore(call.app.database).FindByName(name)) return "";
  return "Object with nom=" + name + " does not exist.";
}

std::string FaultOfRooms(const Call& call, const std::string& text) {
  const Result<json::Document> document = json::Document::Parse(text);
  const json::Value list = document.value().root();
  if (!list.IsArray()) {
    return "Expected a list of items but got type \"" + std::string(PythonTypeName(list)) + "\".";
  }
  if (list.size() > kMaxRooms) {
    return "Ensure this field has no more than " + std::to_string(kMaxRooms) + " elements.";
  }
  for (const json::Member member : list) {
    if (!member.value.IsString()) return "Invalid value.";
    const std::string name(member.value.AsString());
    if (!IsIdentifier(name)) return "Object with nom=" + name + " does not exist.";
    if (std::string fault = FaultOfRoom(call, name); name.empty() || !fault.empty()) {
      return name.empty() ? "Invalid value." : fault;
    }
  }
  return "";
}

}  // namespace

std::span<const Field> UserFields() { return kUserFields; }

std::span<const Field> NewUserFields() {
  static const std::vector<Field> fields = [] {
    std::vector<Field> all(std::begin(kUserFields), std::end(kUserFields));
    for (Field& field : all) field.required = field.required || field.name == "password";
    return all;
  }();
  return fields;
}

std::span<const Field> OwnFields() { return kOwnFields; }
std::span<const Field> RoomFields() { return kRoomFields; }
std::span<const Field> PatientFields() { return kPatientFields; }

Lookups UserLookups(const Call& call, std::int64_t own_id) {
  Lookups lookups;
  lookups.find_fault = [&call, own_id](const Field& field, const std::string& text) -> std::string {
    if (field.name == "username") return FaultOfUserName(call, text, own_id);
    if (field.name == "password" || field.name == "new_password") return FaultOfPassword(text);
    if (field.name == "email") return FaultOfEmail(text);
    return field.name == "salles" ? FaultOfRooms(call, text) : "";
  };
  return lookups;
}

Lookups RoomLookups(const Call& call, std::int64_t own_id) {
  Lookups lookups;
  lookups.is_taken = [&call, own_id](const Field&, const std::string& name) {
    const std::optional<Room> holder = RoomStore(call.app.database).FindByName(name);
    return holder && holder->id != own_id;
  };
  lookups.find_fault = [](const Field&, const std::string& text) { return FaultOfIdentifier(text); };
  return lookups;
}

Lookups PatientLookups(const Call& call, std::int64_t own_id) {
  Lookups lookups;
  lookups.is_taken = [&call, own_id](const Field&, const std::string& identifier) {
    const std::optional<Patient> holder = call.app.patients.FindByIdentifier(identifier);
    return holder && holder->id != own_id;
  };
  lookups.find_fault = [&call](const Field& field, const std::string& text) -> std::string {
    if (field.name == "identifiant") return FaultOfIdentifier(text);
    return field.name == "salle" ? FaultOfRoom(call, text) : "";
  };
  return lookups;
}

std::vector<std::string> NamesIn(const std::string& json_list) {
  std::vector<std::string> names;
  const Result<json::Document> document = json::Document::Parse(json_list);
  for (const json::Member member : document.value().root()) names.emplace_back(member.value.AsString());
  return names;
}

}  // namespace fajma::rest
