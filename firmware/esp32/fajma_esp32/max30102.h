#ifndef FAJMA_ESP32_MAX30102_H_
#define FAJMA_ESP32_MAX30102_H_

#include <optional>

#include "sensor.h"

namespace fajma::esp32 {

struct PulseReading {
  double heart_rate;         // beats a minute
  double oxygen_saturation;  // percent
  std::uint64_t measured_ms;
};

// MAX30102, pulse and oxygen saturation over I2C. Finding beats in its light samples is the work of a library; this
// class gives the reading its place and its limits of age.
class Max30102 : public Sensor {
 public:
  void Begin() override;
  void Poll(std::uint64_t now_ms) override;
  void Read(std::uint64_t now_ms, firmware::Sample& sample) override;

 private:
  std::optional<PulseReading> reading_;
};

}  // namespace fajma::esp32

#endif  // FAJMA_ESP32_MAX30102_H_
