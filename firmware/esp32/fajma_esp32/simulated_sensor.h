#ifndef FAJMA_ESP32_SIMULATED_SENSOR_H_
#define FAJMA_ESP32_SIMULATED_SENSOR_H_

#include "firmware/simulation/vital_signs.h"
#include "sensor.h"

namespace fajma::esp32 {

// The vital signs of a made-up patient, to try a board without sensors.
class SimulatedSensor : public Sensor {
 public:
  explicit SimulatedSensor(std::uint64_t seed) : signs_({seed, firmware::DeviceProfile::kFull, 600'000}) {}

  void Begin() override {}
  void Poll(std::uint64_t /*now_ms*/) override {}
  void Read(std::uint64_t now_ms, firmware::Sample& sample) override { sample = signs_.At(now_ms); }

 private:
  firmware::VitalSigns signs_;
};

}  // namespace fajma::esp32

#endif  // FAJMA_ESP32_SIMULATED_SENSOR_H_
