// Writes compact JSON as the documented server does: accents unescaped, floats with ".0".
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace fajma::json {

// Quoted and escaped. `text` must be valid UTF-8. Characters beyond ASCII stay as they are, but U+2028 and U+2029,
// which end a line in JavaScript.
void AppendJsonString(std::string& out, std::string_view text);
// The shortest form that reads back as the same double, as Python's repr: 71.0, 36.5, 1e-05, 1e+16. Not finite: null.
void AppendJsonNumber(std::string& out, double number);
void AppendJsonInteger(std::string& out, std::int64_t number);

// Appends one object, member after member; nothing is kept. End() closes it.
class ObjectWriter {
 public:
  explicit ObjectWriter(std::string& out) : out_(out) { out_.push_back('{'); }
  ObjectWriter(const ObjectWriter&) = delete;
  ObjectWriter& operator=(const ObjectWriter&) = delete;

  // Writes the name; the caller then appends one value to what it returns.
  std::string& Key(std::string_view name);
  // `fragment` is JSON already.
  void Raw(std::string_view name, std::string_view fragment) { Key(name).append(fragment); }
  void String(std::string_view name, std::string_view text) { AppendJsonString(Key(name), text); }
  void Number(std::string_view name, double number) { AppendJsonNumber(Key(name), number); }
  void Integer(std::string_view name, std::int64_t number) { AppendJsonInteger(Key(name), number); }
  void Bool(std::string_view name, bool truth) { Raw(name, truth ? "true" : "false"); }
  void Null(std::string_view name) { Raw(name, "null"); }
  void StringOrNull(std::string_view name, const std::optional<std::string>& text) {
    text ? String(name, *text) : Null(name);
  }
  void NumberOrNull(std::string_view name, std::optional<double> number) {
    number ? Number(name, *number) : Null(name);
  }
  void IntegerOrNull(std::string_view name, std::optional<std::int64_t> number) {
    number ? Integer(name, *number) : Null(name);
  }
  void TimeOrNull(std::string_view name, std::optional<std::int64_t> micros);
  void Time(std::string_view name, std::int64_t micros);  // microseconds since 1970, as ISO 8601
  void End() { out_.push_back('}'); }

 private:
  std::string& out_;
  bool first_ = true;
};

}  // namespace fajma::json
