// A resource's fields as a table, and the one routine that checks a body or a query against it. Messages are those of
// Django REST Framework in English, and the documented French ones.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "core/json/document.h"

namespace fajma::rest {

enum class FieldType : std::uint8_t {
  kText,
  kChoice,
  kInteger,
  kNumber,
  kBoolean,
  kKey,        // the id of another object
  kJson,       // anything; its value is compact JSON
  kObject,     // a JSON object; its value is compact JSON
  kIpAddress,  // IPv4 or IPv6, in canonical form
  kMac,        // AA:BB:CC:DD:EE:FF in any case; its value is in upper case
  kDate,       // YYYY-MM-DD
  kDateTime,   // shown only
};

// One line of a table; what a line does not name is the default.
struct Field {
  std::string_view name;
  FieldType type = FieldType::kText;
  bool required = false;
  bool read_only = false;  // shown, ignored when sent
  bool nullable = false;
  bool allow_blank = false;
  bool trim = true;                   // text: without spaces at its ends
  bool unique = false;                // asked of Lookups::is_taken
  int max_length = 0;                 // characters; 0: any
  std::optional<std::int64_t> min{};  // integers
  std::optional<std::int64_t> max{};
  std::span<const std::string_view> choices{};
};

// monostate: null.
using FieldValue = std::variant<std::monostate, bool, std::int64_t, double, std::string>;

// The checked values of the fields that were sent.
class Values {
 public:
  void Set(std::string_view name, FieldValue value) { values_.emplace_back(name, std::move(value)); }
  // Null when the field was not sent.
  const FieldValue* Find(std::string_view name) const;
  bool Has(std::string_view name) const { return Find(name) != nullptr; }

  // Of a field that was sent and is not null; else absent, or the fallback.
  std::optional<std::string> Text(std::string_view name) const { return Typed<std::string>(name); }
  std::optional<std::int64_t> Integer(std::string_view name) const { return Typed<std::int64_t>(name); }
  std::optional<double> Number(std::string_view name) const { return Typed<double>(name); }
  std::optional<bool> Boolean(std::string_view name) const { return Typed<bool>(name); }

 private:
  template <typename T>
  std::optional<T> Typed(std::string_view name) const {
    const FieldValue* value = Find(name);
    const T* typed = value == nullptr ? nullptr : std::get_if<T>(value);
    return typed == nullptr ? std::nullopt : std::optional<T>(*typed);
  }
  std::vector<std::pair<std::string_view, FieldValue>> values_;  // names are those of the table
};

// Messages for each field, in the order of the table.
class FieldErrors {
 public:
  void Add(std::string_view field, std::string message);
  bool empty() const { return errors_.empty(); }
  // {"field":["message",…],…}
  std::string ToJson() const;

 private:
  std::vector<std::pair<std::string, std::vector<std::string>>> errors_;
};

// What the table cannot know. An absent function: every key exists, nothing is taken.
struct Lookups {
  std::function<bool(const Field&, std::int64_t id)> exists;
  std::function<bool(const Field&, const std::string& value)> is_taken;
  // What is wrong with a text (or JSON) that fits its line otherwise; empty: nothing.
  std::function<std::string(const Field&, const std::string& value)> find_fault{};
};

struct ValidateOptions {
  bool partial = false;  // PATCH: nothing is required
  bool form = false;     // form or query: every value is text, an empty one is none
};

struct Validated {
  Values values;
  FieldErrors errors;
  bool ok() const { return errors.empty(); }
};

// `input` is the parsed body. All faults are found at once. Fields that the table does not name are ignored.
Validated Validate(std::span<const Field> fields, json::Value input, const Lookups& lookups, ValidateOptions options);

// What OPTIONS tells of the fields: {"nom":{"type":"string",…},…}
std::string DescribeFields(std::span<const Field> fields);

inline constexpr std::string_view kNonFieldErrors = "non_field_errors";
inline constexpr std::string_view kBadMac = "Adresse MAC invalide (format attendu AA:BB:CC:DD:EE:FF).";
inline constexpr std::string_view kReservedMac = "Cette adresse MAC est réservée à l'autotest du serveur.";

}  // namespace fajma::rest
