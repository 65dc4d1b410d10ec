// The MQTT connection of one device, for the simulator: thousands of them in one thread, none of which waits.
// Like MqttConnection it is never revived: the next attempt is another object.
#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "bridge/mqtt_address.h"
#include "bridge/outgoing.h"

namespace fajma {

struct DeviceClientOptions {
  MqttAddress address;
  std::string client_id;
  OutgoingMessage will;
  std::vector<std::string> filters;  // subscribed to as soon as it is connected
  std::chrono::seconds keep_alive{15};
  std::chrono::seconds connect_timeout{10};
  std::chrono::seconds session_expiry{3'600};  // so long the broker keeps the session of a device that is away

  // Called in the library's receiving thread, which holds the library's lock: they hand over and return, call nothing
  // of this class and throw nothing.
  std::function<void()> on_ready;  // connected and subscribed
  std::function<void(std::string_view topic, std::string_view payload)> on_message;
  std::function<void(std::string_view reason)> on_ended;  // refused, lost, or said goodbye; perhaps more than once
};

// Functions may be called by one thread at a time, none of them in a callback, and none waits for the network (a host
// name may be looked up by the library's own thread).
class DeviceClient {
 public:
  // Throws std::runtime_error when the library refuses.
  explicit DeviceClient(DeviceClientOptions options);
  // Closes; no callback comes after it.
  ~DeviceClient();
  DeviceClient(const DeviceClient&) = delete;
  DeviceClient& operator=(const DeviceClient&) = delete;

  // Begins; on_ready or on_ended follows. Empty: begun; else what went wrong.
  std::string Connect();
  // QoS 0, the only one that the firmware's own MQTT library has. False: not taken.
  bool Publish(const char* topic, std::string_view payload, bool retained);
  // Disconnects when what was published before has left; the broker then forgets the session and does not publish the
  // will. on_ended follows. False: there was no connection.
  bool SayGoodbye();

 private:
  struct Callbacks;  // the library's C functions

  void Subscribe();

  const DeviceClientOptions options_;
  void* handle_ = nullptr;
};

}  // namespace fajma
