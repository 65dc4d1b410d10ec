#include "bridge/mqtt_address.h"

#include <algorithm>
#include <charconv>

namespace fajma {
namespace {

constexpr std::uint16_t kPlainPort = 1883;
constexpr std::uint16_t kTlsPort = 8883;

int HexDigit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

std::optional<std::string> DecodePercent(std::string_view text) {
  std::string decoded;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      decoded += text[i];
      continue;
    }
    if (text.size() - i < 3) return std::nullopt;
    const int high = HexDigit(text[i + 1]);
    const int low = HexDigit(text[i + 2]);
    if (high < 0 || low < 0) return std::nullopt;
    decoded += static_cast<char>(high << 4 | low);
    i += 2;
  }
  return decoded;
}

bool ParseUser(std::string_view text, MqttAddress& address) {
  const std::size_t colon = text.find(':');
  const auto user = DecodePercent(text.substr(0, colon));
  const auto password = DecodePercent(colon == std::string_view::npos ? "" : text.substr(colon + 1));
  if (!user || user->empty() || !password) return false;
  address.username = *user;
  address.password = *password;
  return true;
}

bool ParsePort(std::string_view text, MqttAddress& address) {
  const char* const end = text.data() + text.size();
  const auto [stopped, error] = std::from_chars(text.data(), end, address.port);
  return error == std::errc() && stopped == end && address.port != 0;
}

bool IsHostCharacter(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '.' || c == '-' || c == '_';
}

// "[::1]" or "broker"; what follows it stays in `text`.
bool CutHost(std::string_view& text, MqttAddress& address) {
  if (text.starts_with('[')) {
    const std::size_t end = text.find(']');
    if (end == std::string_view::npos) return false;
    address.host = text.substr(1, end - 1);
    text.remove_prefix(end + 1);
    return !address.host.empty() && address.host.find_first_not_of("0123456789abcdefABCDEF:.") == std::string::npos;
  }
  address.host = text.substr(0, text.find(':'));
  text.remove_prefix(address.host.size());
  return !address.host.empty() && std::ranges::all_of(address.host, IsHostCharacter);
}

}  // namespace

std::optional<MqttAddress> ParseMqttUrl(std::string_view url) {
  MqttAddress address;
  if (url.starts_with("mqtts://")) {
    address.tls = true;
    address.port = kTlsPort;
    url.remove_prefix(8);
  } else if (url.starts_with("mqtt://")) {
    address.port = kPlainPort;
    url.remove_prefix(7);
  } else {
    return std::nullopt;
  }
  if (url.ends_with('/')) url.remove_suffix(1);
  const std::size_t at = url.rfind('@');
  if (at != std::string_view::npos) {
    if (!ParseUser(url.substr(0, at), address)) return std::nullopt;
    url.remove_prefix(at + 1);
  }
  if (!CutHost(url, address)) return std::nullopt;
  if (url.empty()) return address;
  if (!url.starts_with(':') || !ParsePort(url.substr(1), address)) return std::nullopt;
  return address;
}

std::string MqttAddress::ToUri() const {
  const std::string name = host.find(':') == std::string::npos ? host : "[" + host + "]";
  return (tls ? "ssl://" : "tcp://") + name + ":" + std::to_string(port);
}

}  // namespace fajma
