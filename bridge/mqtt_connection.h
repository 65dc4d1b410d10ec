// One connection of the MQTT library, from its making to its end: it is never revived, the next attempt is another
// object. So nothing of the one before (tokens, packet identifiers, callbacks) is left over.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "bridge/mqtt_address.h"
#include "bridge/outgoing.h"

namespace fajma {

struct ReceivedMessage {
  std::string_view topic;
  std::string_view payload;
  std::uint16_t packet_id = 0;  // 0: QoS 0
  bool duplicate = false;       // the broker has sent it before
  bool retained = false;
};

struct MqttConnectionOptions {
  MqttAddress address;
  std::string client_id;
  std::chrono::seconds keep_alive{30};
  std::size_t max_in_flight = 2'000;
  OutgoingMessage will;
  // Both are called in the library's receiving thread, which holds the library's lock: no call of this class in them.
  std::function<void(bool session_present)> on_connected;
  std::function<void(const ReceivedMessage&)> on_message;  // PUBACK goes out when it has returned. Must not throw
};

// Functions may be called by one thread at a time, none of them in a callback.
class MqttConnection {
 public:
  // Asks for nothing of the network yet. Throws std::runtime_error when the library refuses.
  explicit MqttConnection(MqttConnectionOptions options);
  // Ends the connection, the broker then publishes the will; every `done` that is still owed is called with false.
  ~MqttConnection();
  MqttConnection(const MqttConnection&) = delete;
  MqttConnection& operator=(const MqttConnection&) = delete;

  // Each waits for the broker's answer (10 s at most) or `stop`. Empty: done; else what went wrong.
  std::string Connect(const std::stop_token& stop);
  std::string Subscribe(std::span<const std::string> filters, const std::stop_token& stop);
  // Until the connection is lost or `stop`. Returns why it was lost.
  std::string WaitUntilLost(const std::stop_token& stop);
  // Says goodbye, so that the broker does not publish the will. Waits a few seconds at most.
  void Disconnect();

  bool Publish(const OutgoingMessage& message, PublishDone done);

 private:
  struct Callbacks;  // the library's C functions
  struct Slot {
    MqttConnection* owner = nullptr;
    PublishDone done;
  };
  enum class Wait { kNone, kRunning, kDone };

  std::string Await(int started, const std::stop_token& stop);
  void Finish(std::string error);
  void Lose(std::string reason);
  void Complete(Slot& slot, bool acknowledged);

  const MqttConnectionOptions options_;
  void* handle_ = nullptr;

  std::mutex mutex_;
  std::condition_variable_any changed_;
  Wait wait_ = Wait::kNone;          // guarded by mutex_: the answer that Connect or Subscribe waits for
  std::string error_;                // guarded by mutex_: of that answer
  std::optional<std::string> lost_;  // guarded by mutex_: why
  std::vector<Slot> slots_;          // their places never move
  std::vector<Slot*> free_slots_;    // guarded by mutex_
};

}  // namespace fajma
