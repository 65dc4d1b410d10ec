// Stand-in for the ESP32's WiFi library.
#ifndef FAJMA_FIRMWARE_HOST_WIFI_H_
#define FAJMA_FIRMWARE_HOST_WIFI_H_

#include <Arduino.h>

enum wl_status_t { WL_CONNECTED = 3, WL_DISCONNECTED = 6 };
enum wifi_mode_t { WIFI_STA = 1 };

class WiFiClass {
 public:
  bool mode(wifi_mode_t /*mode*/) { return true; }
  bool setAutoReconnect(bool /*on*/) { return true; }
  wl_status_t begin(const char* /*ssid*/, const char* /*password*/) { return status(); }
  wl_status_t status() const { return fajma::host::GetWorld().wifi_up ? WL_CONNECTED : WL_DISCONNECTED; }
  int RSSI() const { return fajma::host::GetWorld().rssi_dbm; }
  std::uint8_t* macAddress(std::uint8_t* mac) const {
    constexpr std::uint8_t kMac[6] = {0xAA, 0xBB, 0xCC, 0xDD, 0xEE, 0xFF};
    for (int i = 0; i < 6; ++i) {
      mac[i] = kMac[i];
    }
    return mac;
  }
};
inline WiFiClass WiFi;

class Client {};
class WiFiClient : public Client {};

#endif  // FAJMA_FIRMWARE_HOST_WIFI_H_
