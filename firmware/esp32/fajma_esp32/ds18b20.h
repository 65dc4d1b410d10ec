#ifndef FAJMA_ESP32_DS18B20_H_
#define FAJMA_ESP32_DS18B20_H_

#include <OneWire.h>

#include <optional>

#include "sensor.h"

namespace fajma::esp32 {

// DS18B20, skin temperature over 1-Wire: one probe on the bus, 12 bits. A conversion takes 750 ms, so Poll starts one
// and fetches it a second later instead of waiting.
class Ds18b20 : public Sensor {
 public:
  explicit Ds18b20(std::uint8_t pin) : wire_(pin) {}

  void Begin() override;
  void Poll(std::uint64_t now_ms) override;
  void Read(std::uint64_t now_ms, firmware::Sample& sample) override;

 private:
  std::optional<double> Fetch();

  OneWire wire_;
  bool converting_ = false;
  std::uint64_t next_step_ms_ = 0;
  std::optional<double> celsius_;
  std::uint64_t measured_ms_ = 0;
};

}  // namespace fajma::esp32

#endif  // FAJMA_ESP32_DS18B20_H_
