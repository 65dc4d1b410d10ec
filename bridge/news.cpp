#include "bridge/news.h"

#include <algorithm>
#include <utility>

#include "bridge/payloads.h"
#include "bridge/topics.h"

namespace fajma {

void News::Add(const Commit& commit) {
  for (const StoredMessage& message : commit.messages) Add(message);
  for (const BootSettled& settled : commit.settled) Add({settled.mac, settled.boot}, settled.durable);
  for (const Outcome& outcome : commit.outcomes) {
    if (outcome.door != Door::kMqtt || !outcome.identity || !outcome.rejection) continue;
    OutgoingMessage reject;
    reject.topic = RejectTopic(outcome.mac);
    reject.payload = RejectPayload(*outcome.identity, *outcome.rejection);
    reject.qos = 0;
    Add(std::move(reject));
  }
}

void News::Add(const StoredMessage& message) {
  if (message.late || message.patient == nullptr) return;
  for (const MeasureValue& value : message.values) {
    if (GetMeasure(value.measure).kind != MeasureKind::kVitalSign) continue;
    NewestValue& newest = values[{message.patient->id, value.measure}];
    if (newest.cursor > message.cursor) continue;
    newest = {message.patient, value, message.measured_at, message.received_at, message.device, message.cursor};
  }
}

void News::Add(BootKey boot, std::uint64_t durable) {
  const auto known = acks.find(boot);
  if (known != acks.end()) {
    known->second = std::max(known->second, durable);
  } else if (acks.size() < max_acks) {
    acks.emplace(boot, durable);
  } else {
    ++dropped;
  }
}

void News::Add(OutgoingMessage reject) {
  if (rejects.size() >= max_rejects) {
    rejects.pop_front();
    ++dropped;
  }
  rejects.push_back(std::move(reject));
}

void News::Add(News&& later) {
  for (auto& [key, value] : later.values) {
    NewestValue& newest = values[key];
    if (newest.cursor <= value.cursor) newest = std::move(value);
  }
  for (const auto& [boot, durable] : later.acks) Add(boot, durable);
  for (OutgoingMessage& reject : later.rejects) Add(std::move(reject));
  dropped += later.dropped;
}

}  // namespace fajma
