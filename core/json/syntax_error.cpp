#include "core/json/syntax_error.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <optional>

#include "core/json/document.h"

namespace fajma::json {
namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

bool IsDigit(char c) { return c >= '0' && c <= '9'; }
bool IsContinuation(char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; }

// Length of the UTF-8 sequence at `at`; 0 when it is invalid, `reason` saying why.
std::size_t SequenceLength(std::string_view text, std::size_t at, std::string_view& reason) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char lead = byte(at);
  if (lead < 0x80) return 1;
  reason = "invalid start byte";
  if (lead < 0xC2 || lead > 0xF4) return 0;
  const std::size_t length = lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
  for (std::size_t i = 1; i < length; ++i) {
    reason = "unexpected end of data";
    if (at + i >= text.size()) return 0;
    reason = "invalid continuation byte";
    if (!IsContinuation(text[at + i])) return 0;
  }
  const unsigned char second = byte(at + 1);
  const bool overlong = (lead == 0xE0 && second < 0xA0) || (lead == 0xF0 && second < 0x90);
  const bool outside = (lead == 0xED && second > 0x9F) || (lead == 0xF4 && second > 0x8F);
  return overlong || outside ? 0 : length;
}

std::optional<std::string> DescribeBadEncoding(std::string_view text) {
  std::string_view reason;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t length = SequenceLength(text, at, reason);
    if (length == 0) {
      char message[96];
      std::snprintf(message, sizeof message, "'utf-8' codec can't decode byte 0x%02x in position %zu: ",
                    static_cast<unsigned>(static_cast<unsigned char>(text[at])), at);
      return message + std::string(reason);
    }
    at += length;
  }
  return std::nullopt;
}

// Walks the text as Python's scanner does and stops at the first fault.
class FaultFinder {
 public:
  explicit FaultFinder(std::string_view text) : text_(text) {}

  std::string Find() {
    SkipSpace();
    if (Walk()) {
      if (at_ < text_.size()) Fail("Extra data", at_);
    }
    return message_.empty() ? "Invalid JSON" : message_;
  }

 private:
  bool Fail(std::string_view what, std::size_t at) {
    const std::string_view before = text_.substr(0, at);
    const auto characters = [](std::string_view part) {
      return part.size() - static_cast<std::size_t>(std::count_if(part.begin(), part.end(), IsContinuation));
    };
    const auto line = std::count(before.begin(), before.end(), '\n') + 1;
    const std::size_t line_begin = before.rfind('\n') + 1;  // npos + 1 == 0
    message_ = std::string(what) + ": line " + std::to_string(line) + " column " +
               std::to_string(characters(before.substr(line_begin)) + 1) + " (char " +
               std::to_string(characters(before)) + ")";
    return false;
  }
  bool FailNumber(std::string_view token) {
    message_ = "Out of range float values are not JSON compliant: '" + std::string(token) + "'";
    return false;
  }

  bool At(char c) const { return at_ < text_.size() && text_[at_] == c; }
  bool Take(char c) {
    if (!At(c)) return false;
    ++at_;
    return true;
  }
  void SkipSpace() {
    while (at_ < text_.size() && std::string_view(" \t\n\r").find(text_[at_]) != std::string_view::npos) ++at_;
  }

  // Values one after another; `open_` holds the brackets that wait for their end.
  bool Walk() {
    while (true) {
      if (At('{') || At('[')) {
        if (open_.size() == kMaxDepth) return Fail("Nesting too deep", at_);
        open_.push_back(text_[at_++]);
        SkipSpace();
        if (Take(open_.back() == '{' ? '}' : ']')) {
          open_.pop_back();
        } else {
          if (open_.back() == '{' && !Key()) return false;
          continue;
        }
      } else if (!Scalar()) {
        return false;
      }
      SkipSpace();
      while (!open_.empty() && Take(open_.back() == '{' ? '}' : ']')) {
        open_.pop_back();
        SkipSpace();
      }
      if (open_.empty()) return true;
      if (!At(',')) return Fail("Expecting ',' delimiter", at_);
      ++at_;
      SkipSpace();
      if (open_.back() == '{' && !Key()) return false;
    }
  }

  bool Key() {
    if (!At('"')) return Fail("Expecting property name enclosed in double quotes", at_);
    if (!String()) return false;
    SkipSpace();
    if (!Take(':')) return Fail("Expecting ':' delimiter", at_);
    SkipSpace();
    return true;
  }

  bool Scalar() {
    if (At('"')) return String();
    for (const std::string_view word : {"null", "true", "false"}) {
      if (!text_.substr(at_).starts_with(word)) continue;
      at_ += word.size();
      return true;
    }
    for (const std::string_view word : {"NaN", "Infinity", "-Infinity"}) {
      if (text_.substr(at_).starts_with(word)) return FailNumber(word);
    }
    return Number();
  }

  bool Number() {
    const std::size_t begin = at_;
    std::size_t end = at_ + (At('-') ? 1 : 0);
    const auto digit_at = [this](std::size_t i) { return i < text_.size() && IsDigit(text_[i]); };
    if (!digit_at(end)) return Fail("Expecting value", begin);
    if (text_[end] == '0') {
      ++end;
    } else {
      while (digit_at(end)) ++end;
    }
    if (end < text_.size() && text_[end] == '.' && digit_at(end + 1)) {
      for (++end; digit_at(end);) ++end;
    }
    if (end < text_.size() && (text_[end] == 'e' || text_[end] == 'E')) {
      std::size_t exponent = end + 1;
      if (exponent < text_.size() && (text_[exponent] == '+' || text_[exponent] == '-')) ++exponent;
      if (digit_at(exponent)) {
        for (end = exponent; digit_at(end);) ++end;
      }
    }
    const std::string token(text_.substr(begin, end - begin));
    if (std::isinf(std::strtod(token.c_str(), nullptr))) return FailNumber(token.substr(0, 40));
    at_ = end;
    return true;
  }

  bool String() {
    const std::size_t begin = at_++;
    while (at_ < text_.size()) {
      const auto c = static_cast<unsigned char>(text_[at_]);
      if (c == '"') {
        ++at_;
        return true;
      }
      if (c < 0x20) return Fail("Invalid control character at", at_);
      if (c != '\\') {
        ++at_;
      } else if (at_ + 1 >= text_.size()) {
        break;
      } else if (!Escape()) {
        return false;
      }
    }
    return Fail("Unterminated string starting at", begin);
  }

  bool Escape() {
    const char c = text_[at_ + 1];
    if (c != 'u') {
      if (std::string_view("\"\\/bfnrt").find(c) == std::string_view::npos) return Fail("Invalid \\escape", at_);
      at_ += 2;
      return true;
    }
    const std::size_t begin = at_ + 1;
    const std::optional<unsigned> unit = Hex(at_ + 2);
    if (!unit || (*unit >= 0xDC00 && *unit <= 0xDFFF)) return Fail("Invalid \\uXXXX escape", begin);
    at_ += 6;
    if (*unit < 0xD800 || *unit > 0xDBFF) return true;
    const bool followed = text_.substr(at_).starts_with("\\u");
    const std::optional<unsigned> low = followed ? Hex(at_ + 2) : std::nullopt;
    if (!low || *low < 0xDC00 || *low > 0xDFFF) return Fail("Invalid \\uXXXX escape", begin);
    at_ += 6;
    return true;
  }

  std::optional<unsigned> Hex(std::size_t at) const {
    if (at + 4 >= text_.size()) return std::nullopt;
    unsigned value = 0;
    const char* begin = text_.data() + at;
    const auto [end, error] = std::from_chars(begin, begin + 4, value, 16);
    if (error != std::errc() || end != begin + 4) return std::nullopt;
    return value;
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::string open_;
  std::string message_;
};

}  // namespace

std::string DescribeSyntaxError(std::string_view text) {
  if (auto encoding = DescribeBadEncoding(text)) return *encoding;
  if (text.starts_with(kByteOrderMark)) {
    return "Unexpected UTF-8 BOM (decode using utf-8-sig): line 1 column 1 (char 0)";
  }
  return FaultFinder(text).Find();
}

}  // namespace fajma::json
