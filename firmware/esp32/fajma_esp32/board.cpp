#include "board.h"

#include <Arduino.h>
#include <WiFi.h>

namespace fajma::esp32 {
namespace {

double PercentBetween(double value, double empty, double full) {
  const double percent = (value - empty) / (full - empty) * 100;
  if (percent < 0) {
    return 0;
  }
  return percent > 100 ? 100 : percent;
}

}  // namespace

double BatteryPercent(double millivolts) { return PercentBetween(millivolts, 3300, 4200); }

double SignalPercent(double dbm) { return PercentBetween(dbm, -100, -50); }

void Board::Poll(std::uint64_t /*now_ms*/) {}

void Board::Read(std::uint64_t /*now_ms*/, firmware::Sample& sample) {
  if (battery_pin_ >= 0) {
    const double millivolts = 2.0 * analogReadMilliVolts(static_cast<std::uint8_t>(battery_pin_));
    sample.Set(firmware::Measure::kBatteryLevel, BatteryPercent(millivolts));
  }
  if (WiFi.status() == WL_CONNECTED) {
    sample.Set(firmware::Measure::kSignalQuality, SignalPercent(WiFi.RSSI()));
  }
}

}  // namespace fajma::esp32
