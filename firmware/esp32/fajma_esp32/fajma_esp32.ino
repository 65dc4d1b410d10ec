// FAJMA's ESP32 firmware: measures, and delivers each sample until the server has confirmed it. What to say and when is
// decided in firmware/core; this sketch brings sensors, time and a network.
#include <Arduino.h>
#include <WiFi.h>
#include <esp_random.h>
#include <sys/time.h>

#include <array>
#include <optional>

#include "board.h"
#include "ds18b20.h"
#include "firmware/core/device.h"
#include "max30102.h"
#include "mqtt_link.h"
#include "settings.h"
#if FAJMA_SIMULATED_SENSORS
#include "simulated_sensor.h"
#endif

namespace {

namespace core = fajma::firmware;

constexpr int kLampPin = FAJMA_PIN_LAMP;
constexpr std::uint64_t kClockCheckMs = 10'000;

#if FAJMA_SIMULATED_SENSORS
fajma::esp32::SimulatedSensor patient(1);
const std::array<fajma::esp32::Sensor*, 1> sensors = {&patient};
#else
fajma::esp32::Ds18b20 thermometer(FAJMA_PIN_DS18B20);
fajma::esp32::Max30102 oximeter;
fajma::esp32::Board board(FAJMA_PIN_BATTERY);
const std::array<fajma::esp32::Sensor*, 3> sensors = {&thermometer, &oximeter, &board};
#endif

// Made in setup(): they need the MAC address and a random number that the radio makes truly random.
std::optional<core::Device> device;
std::optional<fajma::esp32::MqttLink> mqtt;
std::uint64_t next_clock_check_ms = 0;

core::DeviceSettings MakeSettings() {
  core::DeviceSettings settings;
  WiFi.macAddress(settings.mac.bytes.data());
  settings.firmware = FAJMA_FIRMWARE_VERSION;
  settings.boot = esp_random();
  settings.interval_ms = FAJMA_SAMPLE_INTERVAL_MS;
  settings.can_identify = kLampPin >= 0;
  settings.delivery.capacity = FAJMA_HELD_SAMPLES;
  return settings;
}

// SNTP sets the system clock some time after the network is up, and keeps it right from then on.
void FollowNtp(std::uint64_t now_ms) {
  if (now_ms < next_clock_check_ms) {
    return;
  }
  next_clock_check_ms = now_ms + kClockCheckMs;
  timeval time{};
  if (gettimeofday(&time, nullptr) == 0 && time.tv_sec > 0) {
    const std::uint64_t wall_ms =
        static_cast<std::uint64_t>(time.tv_sec) * 1000 + static_cast<std::uint64_t>(time.tv_usec) / 1000;
    device->clock().SetWall(wall_ms, core::ClockSource::kNtp, now_ms);
  }
}

void TakeSample(std::uint64_t now_ms) {
  for (fajma::esp32::Sensor* sensor : sensors) {
    sensor->Poll(now_ms);
  }
  if (!device->TakeSampleDue(now_ms)) {
    return;
  }
  core::Sample sample;
  for (fajma::esp32::Sensor* sensor : sensors) {
    sensor->Read(now_ms, sample);
  }
  device->Add(sample, now_ms);
}

void ShowLamp(std::uint64_t now_ms) {
  if (kLampPin >= 0) {
    const bool on = device->identifying(now_ms) && now_ms / 250 % 2 == 0;
    digitalWrite(static_cast<std::uint8_t>(kLampPin), on ? HIGH : LOW);
  }
}

}  // namespace

void setup() {
  next_clock_check_ms = 0;
  WiFi.mode(WIFI_STA);
  WiFi.setAutoReconnect(true);
  WiFi.begin(FAJMA_WIFI_SSID, FAJMA_WIFI_PASSWORD);
  configTime(0, 0, FAJMA_NTP_SERVER);
  if (kLampPin >= 0) {
    pinMode(static_cast<std::uint8_t>(kLampPin), OUTPUT);
  }
  for (fajma::esp32::Sensor* sensor : sensors) {
    sensor->Begin();
  }
  const core::DeviceSettings settings = MakeSettings();
  device.emplace(settings);
  mqtt.emplace(*device, settings.boot);
  mqtt->Begin();
}

void loop() {
  const std::uint64_t now_ms = device->clock().Advance(static_cast<std::uint32_t>(millis()));
  FollowNtp(now_ms);
  TakeSample(now_ms);
  mqtt->Run(now_ms);
  ShowLamp(now_ms);
  if (device->restart_due(now_ms)) {
    mqtt->Stop();
    ESP.restart();
  }
}
