// Commands to devices over their WebSockets.
#pragma once

#include "api/ws/live_hub.h"
#include "api/ws/loop/loop.h"
#include "core/commands/command_delivery.h"

namespace fajma::ws {

// To every socket on which the device speaks. The documented device answers no command and would not know a repetition
// for one: it gets each once. `loop` and `hub` outlive the sink.
CommandSink CommandsOverSockets(Loop& loop, LiveHub& hub);

}  // namespace fajma::ws
