#include "api/ws/cidr.h"

#include <arpa/inet.h>

#include <array>
#include <charconv>

namespace fajma::ws {
namespace {

struct Address {
  std::array<unsigned char, 16> bytes{};
  int bits = 0;  // 32 or 128; 0: none
};

Address ParseAddress(std::string_view text) {
  Address address;
  const std::string terminated(text);
  if (::inet_pton(AF_INET, terminated.c_str(), address.bytes.data()) == 1) {
    address.bits = 32;
  } else if (::inet_pton(AF_INET6, terminated.c_str(), address.bytes.data()) == 1) {
    address.bits = 128;
  }
  return address;
}

bool BitAt(const Address& address, int index) {
  const auto i = static_cast<std::size_t>(index);
  return (address.bytes[i / 8] >> (7 - i % 8) & 1) != 0;
}

}  // namespace

bool IsInRange(std::string_view address, std::string_view range) {
  const std::size_t slash = range.find('/');
  const Address wanted = ParseAddress(range.substr(0, slash));
  const Address given = ParseAddress(address);
  if (wanted.bits == 0 || wanted.bits != given.bits) return false;
  int prefix = wanted.bits;
  if (slash != std::string_view::npos) {
    const std::string_view digits = range.substr(slash + 1);
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), prefix);
    if (error != std::errc{} || end != digits.data() + digits.size() || prefix < 0 || prefix > wanted.bits)
      return false;
  }
  for (int i = 0; i < prefix; ++i) {
    if (BitAt(wanted, i) != BitAt(given, i)) return false;
  }
  return true;
}

}  // namespace fajma::ws
