#include "core/ingest/reading_creator.h"

namespace fajma {

std::optional<CommittedReading> ReadingCreator::Create(const DecodedRestReading& reading,
                                                       std::chrono::milliseconds timeout) {
  const std::string payload = EncodeRestReading(reading);
  RawMessage message;
  message.kind = RawKind::kRest;
  message.origin.id = next_ticket_.fetch_add(1, std::memory_order_relaxed);
  message.payload = payload;
  std::unique_lock lock(mutex_);
  Waiting& place = waiting_[message.origin.id];
  const bool taken = intake_.Submit(message);
  if (taken) settled_.wait_for(lock, timeout, [&place] { return place.settled; });
  const std::optional<CommittedReading> result = place.reading;
  waiting_.erase(message.origin.id);
  return result;
}

void ReadingCreator::OnCommit(const CommitPtr& commit) {
  bool any = false;
  for (const Outcome& outcome : commit->outcomes) {
    if (outcome.kind != RawKind::kRest || outcome.origin.process != intake_.process()) continue;
    const std::lock_guard lock(mutex_);
    const auto place = waiting_.find(outcome.origin.id);
    if (place == waiting_.end()) continue;
    place->second.settled = any = true;
    if (outcome.disposition == Disposition::kStored) {
      const StoredMessage& message = commit->messages[outcome.messages_before - 1];
      place->second.reading = CommittedReading{message.first_row, message.measured_at};
    }
  }
  if (any) settled_.notify_all();
}

}  // namespace fajma
