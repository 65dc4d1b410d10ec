#include "api/ws/command_sink.h"

#include <optional>
#include <utility>

#include "core/json/frames.h"

namespace fajma::ws {

CommandSink CommandsOverSockets(Loop& loop, LiveHub& hub) {
  return [&loop, &hub](const DeviceCommand& command, const CommandDone& done) {
    const bool posted = loop.Post([&hub, mac = command.mac, text = CommandFrame(command, SystemNow()), done] {
      const std::optional<bool> answers = hub.SendToDevice(mac, text);
      done(!answers ? HandedOver::kNo : *answers ? HandedOver::kYes : HandedOver::kForGood);
    });
    if (!posted) done(HandedOver::kNo);
  };
}

}  // namespace fajma::ws
