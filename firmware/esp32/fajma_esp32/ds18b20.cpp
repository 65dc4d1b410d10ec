#include "ds18b20.h"

#include <array>

namespace fajma::esp32 {
namespace {

constexpr std::uint8_t kConvert = 0x44;
constexpr std::uint8_t kReadScratchpad = 0xBE;
constexpr std::uint64_t kConversionMs = 1000;
constexpr std::uint64_t kFreshMs = 5000;
// What the chip shows between power-on and its first conversion: 85 °C, never a temperature of a patient.
constexpr std::int16_t kPowerOnRaw = 85 * 16;

}  // namespace

void Ds18b20::Begin() {
  converting_ = false;
  next_step_ms_ = 0;
  celsius_.reset();
}

void Ds18b20::Poll(std::uint64_t now_ms) {
  if (now_ms < next_step_ms_) {
    return;
  }
  next_step_ms_ = now_ms + kConversionMs;
  if (converting_) {
    if (const std::optional<double> celsius = Fetch()) {
      celsius_ = celsius;
      measured_ms_ = now_ms;
    }
  }
  converting_ = wire_.reset() != 0;
  if (converting_) {
    wire_.skip();
    wire_.write(kConvert);
  }
}

std::optional<double> Ds18b20::Fetch() {
  if (wire_.reset() == 0) {
    return std::nullopt;
  }
  wire_.skip();
  wire_.write(kReadScratchpad);
  std::array<std::uint8_t, 9> scratchpad{};
  wire_.read_bytes(scratchpad.data(), static_cast<std::uint16_t>(scratchpad.size()));
  // A bus held low reads as all zeros, whose check sum is right: byte 5 is 0xFF in every true answer.
  if (OneWire::crc8(scratchpad.data(), 8) != scratchpad[8] || scratchpad[5] != 0xFF) {
    return std::nullopt;
  }
  const auto raw = static_cast<std::int16_t>(scratchpad[1] << 8 | scratchpad[0]);
  if (raw == kPowerOnRaw) {
    return std::nullopt;
  }
  return raw / 16.0;
}

void Ds18b20::Read(std::uint64_t now_ms, firmware::Sample& sample) {
  if (celsius_ && now_ms - measured_ms_ <= kFreshMs) {
    sample.Set(firmware::Measure::kTemperature, *celsius_);
  }
}

}  // namespace fajma::esp32
