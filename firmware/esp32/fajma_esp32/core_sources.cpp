// The Arduino builder compiles only what lies beside the sketch; this brings the portable core in. The repository's
// root must be an include directory: see "Flashing" in firmware/README.md.
#include "settings.h"

#include "firmware/core/calendar.cpp"
#include "firmware/core/clock.cpp"
#include "firmware/core/command.cpp"
#include "firmware/core/delivery.cpp"
#include "firmware/core/device.cpp"
#include "firmware/core/json_reader.cpp"
#include "firmware/core/payload.cpp"
#include "firmware/core/sample.cpp"
#include "firmware/core/text_writer.cpp"
#include "firmware/core/topics.cpp"

#if FAJMA_SIMULATED_SENSORS
#include "firmware/simulation/vital_signs.cpp"
#endif
