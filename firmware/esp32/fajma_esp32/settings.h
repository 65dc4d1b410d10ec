#ifndef FAJMA_ESP32_SETTINGS_H_
#define FAJMA_ESP32_SETTINGS_H_

// The only place that knows where the settings stand: the host build compiles the example itself, so that it stays
// valid.
#ifndef FAJMA_CONFIG_FILE
#define FAJMA_CONFIG_FILE "config.h"
#endif
#include FAJMA_CONFIG_FILE

#define FAJMA_FIRMWARE_VERSION "1.2.0"

#endif  // FAJMA_ESP32_SETTINGS_H_
