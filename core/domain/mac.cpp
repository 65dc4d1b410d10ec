#include "core/domain/mac.h"

namespace fajma {
namespace {

constexpr char kLower[] = "0123456789abcdef";
constexpr char kUpper[] = "0123456789ABCDEF";

int DigitOf(char c, bool any_case) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (any_case && c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

}  // namespace

std::optional<Mac> Mac::ParseTopic(std::string_view text) {
  if (text.size() != 12) return std::nullopt;
  std::uint64_t bits = 0;
  for (const char c : text) {
    const int digit = DigitOf(c, false);
    if (digit < 0) return std::nullopt;
    bits = bits << 4 | static_cast<unsigned>(digit);
  }
  return Mac(bits);
}

std::optional<Mac> Mac::ParseColons(std::string_view text) {
  if (text.size() != 17) return std::nullopt;
  std::uint64_t bits = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (i % 3 == 2) {
      if (text[i] != ':') return std::nullopt;
      continue;
    }
    const int digit = DigitOf(text[i], true);
    if (digit < 0) return std::nullopt;
    bits = bits << 4 | static_cast<unsigned>(digit);
  }
  return Mac(bits);
}

std::string Mac::ToTopic() const {
  std::string text(12, '0');
  for (std::size_t i = 0; i < 12; ++i) text[i] = kLower[bits_ >> (44 - 4 * i) & 15];
  return text;
}

std::string Mac::ToColons() const {
  std::string text(17, ':');
  for (std::size_t i = 0; i < 12; ++i) text[i + i / 2] = kUpper[bits_ >> (44 - 4 * i) & 15];
  return text;
}

}  // namespace fajma
