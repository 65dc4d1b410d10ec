// Tells integrators the newest values, and devices what became of their messages.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "bridge/outgoing.h"
#include "core/domain/commit.h"

namespace fajma {

struct MirrorsOptions {
  PublishFunction publish;                    // MqttLink::Publish
  std::chrono::milliseconds interval{1'000};  // a value of one patient and measure at most once in this time
  std::chrono::seconds expiry{15};            // then a value is stale and its retained message is cleared
  std::chrono::milliseconds retry{100};       // when `publish` took nothing
  std::size_t max_queued_messages = 20'000;   // handed over and not looked at: more are looked at by the caller
  std::size_t max_acks = 100'000;             // devices and boots whose ack waits for the broker
  std::size_t max_rejects = 10'000;
  std::function<Micros()> now = SystemNow;  // for the `now` of an ack
};

// The newest value is state: what was not published yet is replaced by what is newer. An ack covers those before it.
// So nothing grows while the broker is away, but rejects and acks of ever more devices: of these the oldest are
// dropped and counted (a device sends again what is not acknowledged). Late readings are not mirrored.
class Mirrors {
 public:
  explicit Mirrors(MirrorsOptions options);
  ~Mirrors();  // publishes nothing more
  Mirrors(const Mirrors&) = delete;
  Mirrors& operator=(const Mirrors&) = delete;

  // The subscriber of the EventBus. Any thread; hands over and returns.
  void OnCommit(const CommitPtr& commit);

  // The newest stored values, at start: those that are not stale are published as if they had just come in.
  void Reconcile(const std::vector<StoredMessage>& newest);

  std::uint64_t dropped() const;  // acks and rejects

 private:
  class State;
  std::unique_ptr<State> state_;
};

}  // namespace fajma
