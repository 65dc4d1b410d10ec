// The connection to the broker: what devices publish goes into the journal before it is acknowledged, and what the
// server publishes goes out. One connection, one persistent MQTT 5 session.
//
// MQTT 5, because it alone has message expiry, a session that never expires, a receive maximum chosen by us, and a
// broker that says why it refuses; it costs what 3.1.1 costs. The library's C interface, because its C++ interface
// hides the packet identifier, by which a redelivered message is known.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "bridge/mqtt_address.h"
#include "bridge/outgoing.h"
#include "core/domain/mac.h"
#include "core/journal/journal.h"
#include "core/runtime/metrics.h"

namespace fajma {

struct MqttLinkOptions {
  MqttAddress address;
  std::string client_id = "fajma-bridge";  // fixed: it names the session
  std::string version;                     // told in fajma/v1/server/status
  std::chrono::seconds keep_alive{30};
  std::chrono::milliseconds retry_first{1'000};  // between two attempts to connect, doubled up to
  std::chrono::milliseconds retry_longest{10'000};
  std::size_t max_in_flight = 2'000;  // published and not acknowledged
};

// Into the journal go data, status and answers to commands by their kind; as kUnroutable a topic that the grammar does
// not have, and a payload over 1 MiB, of which the first 256 bytes are kept.
class MqttLink {
 public:
  // Connects in the background and goes on trying for ever; never waits for the broker. Reads the kept records of the
  // journal, whose writer it is from here on. `journal` and `counters` outlive it.
  MqttLink(MqttLinkOptions options, Journal& journal, MessageCounters& counters);
  ~MqttLink();  // Stop()
  MqttLink(const MqttLink&) = delete;
  MqttLink& operator=(const MqttLink&) = delete;

  // --- any thread ---
  // Connected, and subscribed to what devices publish.
  bool connected() const;
  // Hands the message to the library and returns; waits only while the journal is full and the receiving thread with
  // it. False: not connected, or max_in_flight are unacknowledged; nothing was taken and `done` is not called.
  // Otherwise `done` is called exactly once (outgoing.h), at the latest by Stop.
  bool Publish(const OutgoingMessage& message, PublishDone done = {});
  // Connections made since the start.
  std::uint64_t connections() const;
  // The journal is full and what comes in is not acknowledged.
  bool holding_back() const;
  // Messages that the broker sent again although they were journaled.
  std::uint64_t redelivered() const;

  // While the journal is full, every other use of the MQTT library in this process waits too (it has one lock): so at
  // the end of the program this comes before anything that publishes is ended.
  // Takes nothing more in, tells the broker `offline`, disconnects; the broker keeps what comes for us. Returns within
  // a few seconds, also when the journal is full. Not in a callback. Publish answers false from now on.
  void Stop();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace fajma
