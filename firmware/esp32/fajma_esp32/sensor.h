#ifndef FAJMA_ESP32_SENSOR_H_
#define FAJMA_ESP32_SENSOR_H_

#include <cstdint>

#include "firmware/core/sample.h"

namespace fajma::esp32 {

// One sensor chip; each has its own pair of files. A sensor that has nothing valid to say adds nothing to the sample:
// an absent value is noticed, a made-up one is believed.
class Sensor {
 public:
  virtual ~Sensor() = default;

  // Called once in setup().
  virtual void Begin() = 0;
  // Called in each loop(); must return at once. `now_ms` is the uptime.
  virtual void Poll(std::uint64_t now_ms) = 0;
  // Adds the newest values, if they are fresh.
  virtual void Read(std::uint64_t now_ms, firmware::Sample& sample) = 0;
};

}  // namespace fajma::esp32

#endif  // FAJMA_ESP32_SENSOR_H_
