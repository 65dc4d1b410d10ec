// What one transaction changed, as its consumers (hub, alerts, mirrors) get it after the commit, in commit order.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/domain/alert.h"
#include "core/domain/chat.h"
#include "core/domain/reading.h"
#include "core/domain/result.h"
#include "core/domain/self_test.h"

namespace fajma {

struct DeviceStatusEvent {
  std::shared_ptr<const PatientRef> patient;
  DeviceRef device;
  std::string status;  // actif, inactif, maintenance, erreur
  std::optional<int> battery_percent;
  std::optional<int> signal_percent;
  std::optional<Micros> last_seen_at;
};

// Every seq of `boot` up to `durable` is settled.
struct BootSettled {
  Mac mac;
  std::uint32_t boot = 0;
  std::uint64_t durable = 0;
};

enum class Disposition : std::uint8_t { kStored, kDuplicate, kQuarantined, kRefused };
inline constexpr std::size_t kDispositionCount = 4;
inline constexpr std::string_view kDispositionNames[kDispositionCount] = {"stored", "duplicate", "quarantined",
                                                                          "refused"};

// The answer to one message, for who sent it.
struct Outcome {
  Door door = Door::kMqtt;
  RawKind kind = RawKind::kData;
  Origin origin;
  Disposition disposition = Disposition::kStored;
  Mac mac;  // of the device, if one was named
  std::optional<BootSeq> identity;
  std::optional<Rejection> rejection;  // quarantined and refused
  std::string error_frame;             // the documented `error` message for a socket, ready to send; else empty
  std::size_t messages_before = 0;     // of Commit::messages, its own included: an answer keeps its place among them
  std::uint32_t stored_readings = 0;
};

// Word for the other processes, and for this one: what changed that no commit number tells of. `topic` says whose it
// is; `payload` is its owner's.
struct Notice {
  std::string topic;
  std::string payload;
};

struct Commit {
  std::int64_t number = 0;  // dense; 0: nothing was committed that has a number
  // Its messages and alerts, and those of the chat, were given out before, from the database: only the rest of it is
  // news.
  bool repeated = false;
  // Retention has cut it: what it held is not known any more, and whoever follows must be told.
  bool cut = false;
  std::vector<StoredMessage> messages;
  std::vector<AlertEvent> alerts;
  std::vector<DeviceStatusEvent> statuses;
  std::vector<Mac> returned;  // over MQTT: devices that said so, or were thought to be away
  std::vector<BootSettled> settled;
  std::vector<Outcome> outcomes;
  std::vector<Notice> notices;
  std::vector<ChatMessage> chat_messages;
  // Stored nowhere: they come in commits with the number 0.
  std::vector<ChatSignal> chat_signals;
  std::vector<ChatPresence> presences;
  // The self-test: the newest probe that was stored with this commit, and one that was evaluated after its commit.
  std::optional<SelfTestProbe> probe;
  std::optional<SelfTestProbe> echo;
};

using CommitPtr = std::shared_ptr<const Commit>;

// At least one, all of one transaction.
inline CommitPtr CommitOfAlerts(std::vector<AlertEvent> events) {
  auto commit = std::make_shared<Commit>();
  commit->number = CommitOf(events.front().cursor);
  commit->alerts = std::move(events);
  return commit;
}

}  // namespace fajma
