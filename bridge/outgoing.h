// What the bridge publishes, and how it hears of its fate.
#pragma once

#include <chrono>
#include <functional>
#include <string>

namespace fajma {

struct OutgoingMessage {
  std::string topic;
  std::string payload;
  int qos = 1;
  bool retain = false;
  std::chrono::seconds expiry{0};  // the broker forgets it after so long; 0: never
};

// True: the broker has it (PUBACK; QoS 0: it was written to the socket). False: unknown, the connection ended before.
// Called in a thread of the MQTT library, which waits meanwhile: it may only hand over, never publish.
using PublishDone = std::function<void(bool acknowledged)>;

// False: nothing was taken, `done` is not called.
using PublishFunction = std::function<bool(const OutgoingMessage& message, PublishDone done)>;

}  // namespace fajma
