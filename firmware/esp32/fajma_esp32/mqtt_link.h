#ifndef FAJMA_ESP32_MQTT_LINK_H_
#define FAJMA_ESP32_MQTT_LINK_H_

#include <PubSubClient.h>
#include <WiFi.h>
#include <WiFiClientSecure.h>

#include "firmware/core/backoff.h"
#include "firmware/core/device.h"
#include "settings.h"

namespace fajma::esp32 {

// Keeps WiFi and the MQTT session up and carries messages between the broker and the device. Run returns at once,
// except while a connection to the broker is tried: at most kConnectSeconds, and less and less often.
class MqttLink {
 public:
  static constexpr std::uint16_t kConnectSeconds = 3;

  // `device` must outlive the link; `seed` spreads the attempts of many devices.
  MqttLink(firmware::Device& device, std::uint32_t seed);

  void Begin();
  void Run(std::uint64_t now_ms);
  // Says goodbye before a restart, so that the server need not wait for the will.
  void Stop();

 private:
  void OnConnected();
  bool Connect();
  void PublishAll(std::uint64_t now_ms);

  firmware::Device& device_;
#if FAJMA_MQTT_TLS
  WiFiClientSecure socket_;
#else
  WiFiClient socket_;
#endif
  PubSubClient mqtt_;
  firmware::Backoff retry_;
  std::uint64_t next_attempt_ms_ = 0;
  bool was_connected_ = false;
};

}  // namespace fajma::esp32

#endif  // FAJMA_ESP32_MQTT_LINK_H_
