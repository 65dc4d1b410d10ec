// Commands to devices over MQTT.
#pragma once

#include <cstdint>
#include <functional>

#include "bridge/outgoing.h"
#include "core/commands/command_delivery.h"

namespace fajma {

// Publishes to fajma/v1/devices/{mac}/commands/{id}, QoS 1, until the command expires; handed over when the broker has
// it. `is_there`: the device is known to be connected; others are asked again when they are back.
CommandSink CommandsOverMqtt(PublishFunction publish, std::function<bool(std::int64_t device_id)> is_there);

}  // namespace fajma
