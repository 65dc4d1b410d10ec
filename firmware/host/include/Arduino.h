// Stand-in for the Arduino core: just what the sketch uses, with the signatures of the ESP32's.
#ifndef FAJMA_FIRMWARE_HOST_ARDUINO_H_
#define FAJMA_FIRMWARE_HOST_ARDUINO_H_

#include <cstddef>
#include <cstdint>

#include "host_world.h"

inline constexpr std::uint8_t HIGH = 1;
inline constexpr std::uint8_t LOW = 0;
inline constexpr std::uint8_t OUTPUT = 3;

inline unsigned long millis() { return fajma::host::GetWorld().millis; }
inline void pinMode(std::uint8_t /*pin*/, std::uint8_t /*mode*/) {}
inline void digitalWrite(std::uint8_t /*pin*/, std::uint8_t value) { fajma::host::GetWorld().lamp = value == HIGH; }
inline std::uint32_t analogReadMilliVolts(std::uint8_t /*pin*/) { return fajma::host::GetWorld().battery_pin_mv; }
inline void configTime(long /*offset_s*/, int /*daylight_s*/, const char* /*server*/) {}

class EspClass {
 public:
  void restart() { ++fajma::host::GetWorld().restarts; }
};
inline EspClass ESP;

// What the Arduino builder declares for every sketch.
void setup();
void loop();

#endif  // FAJMA_FIRMWARE_HOST_ARDUINO_H_
