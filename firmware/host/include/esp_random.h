// Stand-in for the ESP32's random number generator.
#ifndef FAJMA_FIRMWARE_HOST_ESP_RANDOM_H_
#define FAJMA_FIRMWARE_HOST_ESP_RANDOM_H_

#include "host_world.h"

inline std::uint32_t esp_random() { return fajma::host::GetWorld().random; }

#endif  // FAJMA_FIRMWARE_HOST_ESP_RANDOM_H_
