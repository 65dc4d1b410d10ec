// Stand-in for the 1-Wire library with one DS18B20 on the bus, always ready with the world's temperature.
#ifndef FAJMA_FIRMWARE_HOST_ONEWIRE_H_
#define FAJMA_FIRMWARE_HOST_ONEWIRE_H_

#include <array>
#include <cmath>

#include "host_world.h"

class OneWire {
 public:
  explicit OneWire(std::uint8_t /*pin*/) {}

  std::uint8_t reset() { return fajma::host::GetWorld().celsius ? 1 : 0; }
  void skip() {}
  void write(std::uint8_t /*value*/) {}
  void read_bytes(std::uint8_t* out, std::uint16_t count) {
    const auto raw = static_cast<std::uint16_t>(std::lround(*fajma::host::GetWorld().celsius * 16));
    std::array<std::uint8_t, 9> scratchpad = {static_cast<std::uint8_t>(raw & 0xFF),
                                              static_cast<std::uint8_t>(raw >> 8),
                                              0x4B,
                                              0x46,
                                              0x7F,
                                              0xFF,
                                              0x0C,
                                              0x10,
                                              0};
    scratchpad[8] = crc8(scratchpad.data(), 8);
    for (std::uint16_t i = 0; i < count && i < scratchpad.size(); ++i) {
      out[i] = scratchpad[i];
    }
  }

  static std::uint8_t crc8(const std::uint8_t* data, std::uint8_t count) {
    unsigned crc = 0;
    for (std::uint8_t i = 0; i < count; ++i) {
      crc ^= data[i];
      for (int bit = 0; bit < 8; ++bit) {
        crc = (crc & 1U) != 0 ? crc >> 1 ^ 0x8CU : crc >> 1;
      }
    }
    return static_cast<std::uint8_t>(crc);
  }
};

#endif  // FAJMA_FIRMWARE_HOST_ONEWIRE_H_
