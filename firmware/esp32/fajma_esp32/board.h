#ifndef FAJMA_ESP32_BOARD_H_
#define FAJMA_ESP32_BOARD_H_

#include "sensor.h"

namespace fajma::esp32 {

// What the board tells about itself: charge of its LiPo cell, through a divider by two, and strength of the WiFi.
class Board : public Sensor {
 public:
  // A negative pin: no divider fitted, no battery level.
  explicit Board(int battery_pin) : battery_pin_(battery_pin) {}

  void Begin() override {}
  void Poll(std::uint64_t now_ms) override;
  void Read(std::uint64_t now_ms, firmware::Sample& sample) override;

 private:
  int battery_pin_;
};

// 3.3 V is empty, 4.2 V full.
double BatteryPercent(double millivolts);
// -100 dBm is nothing, -50 dBm all one can ask for.
double SignalPercent(double dbm);

}  // namespace fajma::esp32

#endif  // FAJMA_ESP32_BOARD_H_
