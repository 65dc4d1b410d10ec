#include "max30102.h"

namespace fajma::esp32 {
namespace {

constexpr std::uint64_t kFreshMs = 5000;

// Wire here: start the library of the chip (SDA on pin 21, SCL on 22, INT unused).
void StartPulseSensor() {}

// Wire here: feed the library with what is in the chip's FIFO, at once, and give a reading whenever it is sure of one.
// Without a library there is no reading, and the device sends none.
std::optional<PulseReading> PollPulseSensor(std::uint64_t /*now_ms*/) { return std::nullopt; }

}  // namespace

void Max30102::Begin() { StartPulseSensor(); }

void Max30102::Poll(std::uint64_t now_ms) {
  if (const std::optional<PulseReading> reading = PollPulseSensor(now_ms)) {
    reading_ = reading;
  }
}

void Max30102::Read(std::uint64_t now_ms, firmware::Sample& sample) {
  if (reading_ && now_ms - reading_->measured_ms <= kFreshMs) {
    sample.Set(firmware::Measure::kHeartRate, reading_->heart_rate);
    sample.Set(firmware::Measure::kOxygenSaturation, reading_->oxygen_saturation);
  }
}

}  // namespace fajma::esp32
