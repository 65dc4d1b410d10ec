// Readings made over REST: handed to ingest like any other message, and waited for until they are committed.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <optional>
#include <unordered_map>

#include "core/domain/commit.h"
#include "core/ingest/intake.h"
#include "core/json/message_decoder.h"

namespace fajma {

struct CommittedReading {
  std::int64_t id = 0;
  Micros measured_at = 0;
};

// Thread-safe.
class ReadingCreator {
 public:
  explicit ReadingCreator(Intake& intake) : intake_(intake) {}

  // Absent: not committed within the timeout (it may be stored all the same, later), or refused.
  std::optional<CommittedReading> Create(const DecodedRestReading& reading, std::chrono::milliseconds timeout);

  // A subscriber of the bus.
  void OnCommit(const CommitPtr& commit);

 private:
  struct Waiting {
    bool settled = false;
    std::optional<CommittedReading> reading;
  };

  Intake& intake_;
  std::atomic<std::uint64_t> next_ticket_{1};
  std::mutex mutex_;
  std::condition_variable settled_;
  std::unordered_map<std::uint64_t, Waiting> waiting_;  // guarded by mutex_; one for each request under way
};

}  // namespace fajma
