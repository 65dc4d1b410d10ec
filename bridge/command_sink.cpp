#include "bridge/command_sink.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "bridge/payloads.h"
#include "bridge/topics.h"

namespace fajma {

CommandSink CommandsOverMqtt(PublishFunction publish, std::function<bool(std::int64_t device_id)> is_there) {
  return [publish = std::move(publish), is_there = std::move(is_there)](const DeviceCommand& command,
                                                                        const CommandDone& done) {
    const std::optional<std::string> topic = CommandTopic(command.mac, command.id);
    const Micros left = command.expires_at - SystemNow();
    if (!topic || left <= 0 || !is_there(command.device_id)) return done(HandedOver::kNo);
    OutgoingMessage message;
    message.topic = *topic;
    message.payload = CommandPayload(command);
    message.expiry = std::chrono::seconds(std::max<Micros>(1, left / kMicrosPerSecond));
    const auto told = [done](bool acknowledged) { done(acknowledged ? HandedOver::kYes : HandedOver::kNo); };
    if (!publish(message, told)) done(HandedOver::kNo);
  };
}

}  // namespace fajma
