#include "api/http/target.h"

#include <algorithm>
#include <array>
#include <utility>

#include "api/http/utf8.h"

namespace fajma::http {
namespace {

int HexDigit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

bool IsForbiddenInTarget(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte <= 0x20 || byte == 0x7F || c == '#';
}

// Decoded text that later parts can rely on: UTF-8 without NUL.
std::optional<std::string> DecodeText(std::string_view text, bool plus_is_space) {
  std::optional<std::string> decoded = PercentDecode(text, plus_is_space);
  if (!decoded || decoded->find('\0') != std::string::npos || !IsValidUtf8(*decoded)) return {};
  return decoded;
}

bool ParseQuery(std::string_view text, std::vector<QueryParameter>& query) {
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('&'), text.size());
    const std::string_view pair = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (pair.empty()) continue;
    const std::size_t equals = std::min(pair.find('='), pair.size());
    auto name = DecodeText(pair.substr(0, equals), true);
    auto value = DecodeText(pair.substr(std::min(equals + 1, pair.size())), true);
    if (!name || !value) return false;
    query.emplace_back(std::move(*name), std::move(*value));
  }
  return true;
}

// Cuts `scheme://authority` off; false when there is none, or it names no host.
bool TakeAuthority(std::string_view& rest, std::optional<std::string>& authority) {
  constexpr std::array<std::string_view, 2> kSchemes{"http://", "https://"};
  for (const std::string_view scheme : kSchemes) {
    if (!EqualsIgnoringCase(rest.substr(0, scheme.size()), scheme)) continue;
    rest.remove_prefix(scheme.size());
    const std::size_t end = std::min(rest.find_first_of("/?"), rest.size());
    authority.emplace(rest.substr(0, end));
    rest.remove_prefix(end);
    return !authority->empty() && IsValidHost(*authority);
  }
  return false;
}

}  // namespace

std::optional<std::string> PercentDecode(std::string_view text, bool plus_is_space) {
  std::string decoded;
  decoded.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '+' && plus_is_space) {
      decoded += ' ';
    } else if (text[i] != '%') {
      decoded += text[i];
    } else {
      if (i + 2 >= text.size()) return {};
      const int high = HexDigit(text[i + 1]);
      const int low = HexDigit(text[i + 2]);
      if (high < 0 || low < 0) return {};
      decoded += static_cast<char>(high * 16 + low);
      i += 2;
    }
  }
  return decoded;
}

bool IsValidHost(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) {
    const bool letter_or_digit = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    return letter_or_digit || std::string_view("-._~:[]").find(c) != std::string_view::npos;
  });
}

std::optional<Target> ParseTarget(std::string_view raw, std::string_view method) {
  Target target;
  if (std::any_of(raw.begin(), raw.end(), IsForbiddenInTarget)) return {};
  if (raw == "*" && method == "OPTIONS") {
    target.path = "*";
    return target;
  }
  std::string_view rest = raw;
  if ((rest.empty() || rest.front() != '/') && !TakeAuthority(rest, target.authority)) return {};
  const std::size_t path_end = std::min(rest.find('?'), rest.size());
  std::optional<std::string> path = DecodeText(rest.substr(0, path_end), false);
  if (!path) return {};
  target.path = path->empty() ? "/" : std::move(*path);
  if (!ParseQuery(rest.substr(std::min(path_end + 1, rest.size())), target.query)) return {};
  return target;
}

}  // namespace fajma::http
