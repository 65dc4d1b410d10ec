// Stand-in for the ESP32's TLS socket.
#ifndef FAJMA_FIRMWARE_HOST_WIFICLIENTSECURE_H_
#define FAJMA_FIRMWARE_HOST_WIFICLIENTSECURE_H_

#include <WiFi.h>

class WiFiClientSecure : public WiFiClient {
 public:
  void setCACert(const char* /*pem*/) {}
};

#endif  // FAJMA_FIRMWARE_HOST_WIFICLIENTSECURE_H_
