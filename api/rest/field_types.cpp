#include "api/rest/field_types.h"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <cmath>

#include "api/rest/python_text.h"
#include "core/domain/characters.h"
#include "core/domain/mac.h"
#include "core/domain/self_test.h"
#include "core/json/writer.h"

namespace fajma::rest {
namespace {

using Faults = std::vector<std::string>;
using Read = std::optional<FieldValue>;

constexpr char kNotAString[] = "Not a valid string.";
constexpr char kBlank[] = "This field may not be blank.";
constexpr char kNulCharacter[] = "Null characters are not allowed.";
constexpr char kNotAnInteger[] = "A valid integer is required.";
constexpr char kNotANumber[] = "A valid number is required.";
constexpr char kNotABoolean[] = "Must be a valid boolean.";
constexpr char kTooLong[] = "String value too large.";
constexpr char kNotAnAddress[] = "Enter a valid IPv4 or IPv6 address.";
constexpr char kNotADate[] = "Date has wrong format. Use one of these formats instead: YYYY-MM-DD.";
constexpr char kNotJson[] = "Value must be valid JSON.";
constexpr std::size_t kMaxNumberText = 1000;
constexpr std::size_t kMaxJsonBytes = 16 * 1024;

constexpr std::string_view kTrueTexts[] = {"t",    "T",    "y",    "Y",  "yes", "Yes", "YES",
                                           "true", "True", "TRUE", "on", "On",  "ON",  "1"};
constexpr std::string_view kFalseTexts[] = {"f",     "F",     "n",     "N",   "no",  "No",  "NO",
                                            "false", "False", "FALSE", "off", "Off", "OFF", "0"};

Read Fail(Faults& faults, std::string message) {
  faults.push_back(std::move(message));
  return std::nullopt;
}

std::string_view Trim(std::string_view text) {
  constexpr std::string_view kSpaces = " \t\n\r\f\v";
  const std::size_t begin = text.find_first_not_of(kSpaces);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(kSpaces) - begin + 1);
}

// Text of every kind: numbers are taken as they are written.
std::optional<std::string> ReadPlainText(const Field& field, json::Value sent, Faults& faults) {
  if (!sent.IsString() && !sent.IsNumber()) {
    faults.emplace_back(kNotAString);
    return std::nullopt;
  }
  std::string text = PythonText(sent);
  if (field.trim) text = std::string(Trim(text));
  if (text.empty() && !field.allow_blank) {
    faults.emplace_back(kBlank);
    return std::nullopt;
  }
  return text;
}

Read ReadText(const Field& field, json::Value sent, Faults& faults) {
  std::optional<std::string> text = ReadPlainText(field, sent, faults);
  if (!text) return std::nullopt;
  if (field.max_length > 0 && CountCharacters(*text) > static_cast<std::size_t>(field.max_length)) {
    faults.push_back("Ensure this field has no more than " + std::to_string(field.max_length) + " characters.");
  }
  if (text->find('\0') != std::string::npos) faults.emplace_back(kNulCharacter);
  return std::move(*text);
}

Read ReadChoice(const Field& field, json::Value sent, Faults& faults) {
  std::string text = PythonText(sent);
  const bool known = std::find(field.choices.begin(), field.choices.end(), text) != field.choices.end();
  if (!known) return Fail(faults, "\"" + text + "\" is not a valid choice.");
  return text;
}

// "5.0" is an integer too.
std::string_view WithoutZeroFraction(std::string_view text) {
  const std::string_view trimmed = Trim(text);
  const std::size_t point = trimmed.rfind('.');
  if (point == std::string_view::npos) return text;
  return trimmed.find_first_not_of('0', point + 1) == std::string_view::npos ? trimmed.substr(0, point) : text;
}

Read ReadInteger(const Field& field, json::Value sent, Faults& faults) {
  if (sent.IsString() && sent.AsString().size() > kMaxNumberText) return Fail(faults, kTooLong);
  const std::string text = PythonText(sent);
  const std::optional<std::int64_t> number =
      sent.IsNumber() || sent.IsString() ? ParsePythonInteger(WithoutZeroFraction(text)) : std::nullopt;
  if (!number) return Fail(faults, kNotAnInteger);
  if (field.max && *number > *field.max) {
    faults.push_back("Ensure this value is less than or equal to " + std::to_string(*field.max) + ".");
  }
  if (field.min && *number < *field.min) {
    faults.push_back("Ensure this value is greater than or equal to " + std::to_string(*field.min) + ".");
  }
  return *number;
}

Read ReadNumber(json::Value sent, Faults& faults) {
  if (sent.IsNumber()) return sent.AsDouble();
  if (!sent.IsString()) return Fail(faults, kNotANumber);
  if (sent.AsString().size() > kMaxNumberText) return Fail(faults, kTooLong);
  std::string_view text = Trim(sent.AsString());
  if (text.starts_with('+') && text.size() > 1 && text[1] != '-') text.remove_prefix(1);
  double number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size() || !std::isfinite(number))
    return Fail(faults, kNotANumber);
  return number;
}

Read ReadBoolean(json::Value sent, Faults& faults) {
  if (sent.IsBool()) return sent.AsBool();
  const std::string text = PythonText(sent);
  const auto is_one_of = [&](std::span<const std::string_view> texts) {
    return (sent.IsString() || sent.IsInt()) && std::find(texts.begin(), texts.end(), text) != texts.end();
  };
  if (is_one_of(kTrueTexts)) return true;
  if (is_one_of(kFalseTexts)) return false;
  return Fail(faults, kNotABoolean);
}

Read ReadKey(json::Value sent, Faults& faults) {
  const bool whole =
      sent.IsInt() || sent.IsString() || (sent.IsDouble() && sent.AsDouble() == std::floor(sent.AsDouble()));
  const std::string text = PythonText(sent);
  const std::string_view digits = sent.IsDouble() ? WithoutZeroFraction(text) : std::string_view(text);
  const std::optional<std::int64_t> id = whole ? ParsePythonInteger(digits) : std::nullopt;
  if (id) return *id;
  if (sent.IsInt() || (whole && sent.IsDouble())) {  // too large to be the key of anything
    return Fail(faults, "Invalid pk \"" + text + "\" - object does not exist.");
  }
  return Fail(faults, "Incorrect type. Expected pk value, received " + std::string(PythonTypeName(sent)) + ".");
}

void AppendCompact(std::string& out, json::Value value) {
  if (value.IsString()) return json::AppendJsonString(out, value.AsString());
  if (value.IsNumber()) {
    out += value.NumberText();
  } else if (value.IsNull()) {
    out += "null";
  } else if (value.IsBool()) {
    out += value.AsBool() ? "true" : "false";
  } else {
    bool first = true;
    out += value.IsArray() ? '[' : '{';
    for (const json::Member member : value) {
      if (!first) out += ',';
      first = false;
      if (value.IsObject()) {
        json::AppendJsonString(out, member.name);
        out += ':';
      }
      AppendCompact(out, member.value);
    }
    out += value.IsArray() ? ']' : '}';
  }
}

Read ReadJson(json::Value sent, bool form, Faults& faults) {
  std::string text;
  if (form && sent.IsString()) {
    const Result<json::Document> document = json::Document::Parse(sent.AsString());
    if (!document) return Fail(faults, kNotJson);
    AppendCompact(text, document.value().root());
  } else {
    AppendCompact(text, sent);
  }
  if (text.size() > kMaxJsonBytes) {
    return Fail(faults, "Ensure this field has no more than " + std::to_string(kMaxJsonBytes) + " characters.");
  }
  return text;
}

Read ReadObject(json::Value sent, bool form, Faults& faults) {
  Read text = ReadJson(sent, form, faults);
  if (!text || std::get<std::string>(*text).starts_with('{')) return text;
  const std::string_view type = form ? "str" : PythonTypeName(sent);
  return Fail(faults, "Expected a dictionary of items but got type \"" + std::string(type) + "\".");
}

Read ReadIpAddress(const Field& field, json::Value sent, Faults& faults) {
  const std::optional<std::string> text = ReadPlainText(field, sent, faults);
  if (!text) return std::nullopt;
  std::array<unsigned char, sizeof(in6_addr)> address{};
  std::array<char, INET6_ADDRSTRLEN> canonical{};
  for (const int family : {AF_INET, AF_INET6}) {
    if (text->find('\0') == std::string::npos && inet_pton(family, text->c_str(), address.data()) == 1) {
      return std::string(inet_ntop(family, address.data(), canonical.data(), canonical.size()));
    }
  }
  return Fail(faults, kNotAnAddress);
}

Read ReadMac(const Field& field, json::Value sent, Faults& faults) {
  const std::optional<std::string> text = ReadPlainText(field, sent, faults);
  if (!text) return std::nullopt;
  const std::optional<Mac> mac = Mac::ParseColons(*text);
  if (!mac) return Fail(faults, std::string(kBadMac));
  if (*mac == kSelfTestMac) return Fail(faults, std::string(kReservedMac));
  return mac->ToColons();
}

Read ReadDate(json::Value sent, Faults& faults) {
  const std::string_view text = sent.IsString() ? sent.AsString() : std::string_view();
  if (text.size() != 10 || text[4] != '-' || text[7] != '-') return Fail(faults, kNotADate);
  int parts[3] = {};
  const std::pair<std::size_t, std::size_t> places[3] = {{0, 4}, {5, 2}, {8, 2}};
  for (std::size_t i = 0; i < 3; ++i) {
    const char* begin = text.data() + places[i].first;
    const auto [end, error] = std::from_chars(begin, begin + places[i].second, parts[i]);
    if (error != std::errc() || end != begin + places[i].second || parts[i] < 1) return Fail(faults, kNotADate);
  }
  const std::chrono::year_month_day date{std::chrono::year(parts[0]),
                                         std::chrono::month(static_cast<unsigned>(parts[1])),
                                         std::chrono::day(static_cast<unsigned>(parts[2]))};
  if (!date.ok()) return Fail(faults, kNotADate);
  return std::string(text);
}

}  // namespace

std::optional<std::int64_t> ParsePythonInteger(std::string_view text) {
  text = Trim(text);
  std::string digits;
  if (text.starts_with('+') || text.starts_with('-')) {
    if (text.front() == '-') digits += '-';
    text.remove_prefix(1);
  }
  if (text.empty() || text.front() == '_' || text.back() == '_' || text.find("__") != std::string_view::npos) {
    return std::nullopt;
  }
  for (const char c : text) {
    if (c == '_') continue;
    if (c < '0' || c > '9') return std::nullopt;
    digits += c;
  }
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  return error == std::errc() ? std::optional(number) : std::nullopt;
}

Read ReadField(const Field& field, json::Value sent, bool form, Faults& faults) {
  switch (field.type) {
    case FieldType::kText:
      return ReadText(field, sent, faults);
    case FieldType::kChoice:
      return ReadChoice(field, sent, faults);
    case FieldType::kInteger:
      return ReadInteger(field, sent, faults);
    case FieldType::kNumber:
      return ReadNumber(sent, faults);
    case FieldType::kBoolean:
      return ReadBoolean(sent, faults);
    case FieldType::kKey:
      return ReadKey(sent, faults);
    case FieldType::kJson:
      return ReadJson(sent, form, faults);
    case FieldType::kObject:
      return ReadObject(sent, form, faults);
    case FieldType::kIpAddress:
      return ReadIpAddress(field, sent, faults);
    case FieldType::kMac:
      return ReadMac(field, sent, faults);
    case FieldType::kDate:
      return ReadDate(sent, faults);
    case FieldType::kDateTime:
      break;
  }
  return std::nullopt;
}

}  // namespace fajma::rest
