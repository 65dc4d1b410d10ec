#include "core/json/writer.h"

#include <array>
#include <charconv>
#include <cmath>

#include "core/domain/time.h"

namespace fajma::json {
namespace {

constexpr char kHexDigits[] = "0123456789abcdef";

constexpr bool IsPlain(unsigned char c) { return c >= 0x20 && c != '"' && c != '\\' && c != 0xE2; }

void AppendEscaped(std::string& out, unsigned char c) {
  switch (c) {
    case '"':
      out += "\\\"";
      return;
    case '\\':
      out += "\\\\";
      return;
    case '\n':
      out += "\\n";
      return;
    case '\r':
      out += "\\r";
      return;
    case '\t':
      out += "\\t";
      return;
    case '\f':
      out += "\\f";
      return;
    case '\b':
      out += "\\b";
      return;
    default:
      out += "\\u00";
      out.push_back(kHexDigits[c >> 4]);
      out.push_back(kHexDigits[c & 15]);
  }
}

}  // namespace

void AppendJsonString(std::string& out, std::string_view text) {
  out.push_back('"');
  std::size_t plain_begin = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    if (IsPlain(c)) continue;
    const std::string_view rest = text.substr(i);
    const bool line_end = rest.starts_with("\xE2\x80\xA8") || rest.starts_with("\xE2\x80\xA9");
    if (c == 0xE2 && !line_end) continue;
    out.append(text.substr(plain_begin, i - plain_begin));
    if (line_end) {
      out += rest[2] == '\xA8' ? "\\u2028" : "\\u2029";
      i += 2;
    } else {
      AppendEscaped(out, c);
    }
    plain_begin = i + 1;
  }
  out.append(text.substr(plain_begin));
  out.push_back('"');
}

void AppendJsonNumber(std::string& out, double number) {
  if (!std::isfinite(number)) {
    out += "null";
    return;
  }
  const double magnitude = std::abs(number);
  const bool plain = magnitude == 0 || (magnitude >= 1e-4 && magnitude < 1e16);
  std::array<char, 40> buffer;
  const auto format = plain ? std::chars_format::fixed : std::chars_format::scientific;
  const auto result = std::to_chars(buffer.data(), buffer.data() + buffer.size(), number, format);
  const std::string_view digits(buffer.data(), static_cast<std::size_t>(result.ptr - buffer.data()));
  out.append(digits);
  if (plain && digits.find('.') == std::string_view::npos) out += ".0";
}

void AppendJsonInteger(std::string& out, std::int64_t number) {
  std::array<char, 24> buffer;
  const auto result = std::to_chars(buffer.data(), buffer.data() + buffer.size(), number);
  out.append(buffer.data(), result.ptr);
}

std::string& ObjectWriter::Key(std::string_view name) {
  if (!first_) out_.push_back(',');
  first_ = false;
  AppendJsonString(out_, name);
  out_.push_back(':');
  return out_;
}

void ObjectWriter::Time(std::string_view name, std::int64_t micros) {
  std::string& out = Key(name);
  out.push_back('"');
  AppendIso(micros, out);
  out.push_back('"');
}

void ObjectWriter::TimeOrNull(std::string_view name, std::optional<std::int64_t> micros) {
  micros ? Time(name, *micros) : Null(name);
}

}  // namespace fajma::json
