// A device's MAC address. Inside and in topics: twelve lower-case hex digits; on the documented wire AA:BB:CC:DD:EE:FF.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace fajma {

class Mac {
 public:
  Mac() = default;
  // "aabbccddeeff" (topics): exactly twelve lower-case hex digits.
  static std::optional<Mac> ParseTopic(std::string_view text);
  // "AA:BB:CC:DD:EE:FF" in any case (the documented form).
  static std::optional<Mac> ParseColons(std::string_view text);
  static Mac FromBits(std::uint64_t bits) { return Mac(bits); }

  std::uint64_t bits() const { return bits_; }
  std::string ToTopic() const;
  std::string ToColons() const;
  auto operator<=>(const Mac&) const = default;

 private:
  explicit Mac(std::uint64_t bits) : bits_(bits) {}
  std::uint64_t bits_ = 0;
};

}  // namespace fajma

template <>
struct std::hash<fajma::Mac> {
  std::size_t operator()(const fajma::Mac& mac) const noexcept {
    return static_cast<std::size_t>(mac.bits() * 0x9E3779B97F4A7C15ULL >> 7);
  }
};
