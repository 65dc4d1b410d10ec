// The one path of every message, the page to read first:
//
//   journal (MQTT)  ─┐
//                    ├─ Run: decode → Batch (judge, store: one transaction, its commit number last) → what follows
//   journal (API)   ─┘         from the commit: alerts (their own commit), the bus (hub, mirrors), the counters
//
// A crash at any point replays from the checkpoint that the last transaction holds. What is refused for now and leaves
// nothing to write takes no transaction: its checkpoint waits a second or two for the next one's, and what a replay
// decides of it is the same.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "core/bus/event_bus.h"
#include "core/ingest/alert_consumer.h"
#include "core/ingest/batch.h"
#include "core/ingest/probe_ledger.h"
#include "core/journal/journal.h"
#include "core/json/message_decoder.h"
#include "core/runtime/metrics.h"
#include "core/store/database.h"
#include "core/store/ingest_store.h"

namespace fajma {

struct IngestLimits {
  std::size_t max_messages = 2000;  // of one transaction
  std::size_t max_readings = 4000;
  std::int64_t device_rate = 5'000;  // messages a second of one device (DeviceLimiter); 0: no limit
  EscalationDelays escalation = kDefaultEscalation;
};

// Who evaluates what ingest has stored: ingest itself, or AlertRunner where several processes store.
enum class Alerts : std::uint8_t { kHere, kElsewhere };

struct JournalOfDoor {
  Door door;
  Journal* journal;
};

class Ingest {
 public:
  // The journals must outlive it, and have no other reader. Starts its thread at once; a database that is away is
  // waited for, while the journals go on filling. `probes`: of the self-test, when this process sends them.
  Ingest(Database& database, const std::vector<JournalOfDoor>& journals, EventBus& bus, MessageCounters& counters,
         IngestLimits limits = {}, Alerts alerts = Alerts::kHere, const ProbeLedger* probes = nullptr);
  // Stores what is in the journals (for at most `drain_timeout`, 5 s), then stops.
  ~Ingest();
  Ingest(const Ingest&) = delete;
  Ingest& operator=(const Ingest&) = delete;

  // The journals' ends have been found and the database answers.
  bool ready() const { return ready_.load(std::memory_order_acquire); }
  void AppendMetrics(std::string& out) const;

 private:
  struct Source;

  // One transaction that was tried: until the database says so, nobody knows whether its commit took place.
  struct Attempt {
    std::size_t first = 0;
    std::size_t count = 0;
    BatchResult result;
    std::vector<JournalPosition> reached;   // by source; the zero position: this source had no message in it
    std::vector<JournalPosition> passed{};  // instead, when it has written nothing, not even a checkpoint
  };

  void Run(const std::stop_token& stop);
  bool Recover();
  bool ReadBatch();
  std::size_t Decode(const RawMessage& raw, std::size_t source, JournalPosition behind);
  bool StoreBatch(const std::stop_token& stop);
  void Gather();
  void TryStore(std::size_t first, std::size_t count);
  void CommitBatch(std::size_t first, std::size_t count);
  bool StoreOneByOne(const std::stop_token& stop);
  bool WasCommitted(const Attempt& attempt);
  void Finish(Attempt attempt);
  void StorePassed();
  static void SetPosition(IngestStore::Transaction& transaction, const Source& source, JournalPosition position);
  bool TakesCheckpoint(std::size_t index);
  bool Abandon(std::size_t index, std::string_view reason);
  bool EndsItsPayload(std::size_t index) const;
  void Rewind();
  void Publish(BatchResult result, Micros received_at);
  void Wait(const std::stop_token& stop);

  Database& database_;
  EventBus& bus_;
  MessageCounters& counters_;
  const IngestLimits limits_;
  const ProbeLedger* const probes_;
  IngestStore store_;
  std::optional<AlertConsumer> alerts_;
  MessageDecoder decoder_;
  std::vector<std::unique_ptr<Source>> sources_;
  std::vector<IngestItem> items_;
  std::vector<RawMessage> read_;
  std::vector<DecodedMessage> decoded_;
  std::optional<Attempt> attempt_;                                     // the last one, until it has been published
  std::optional<std::chrono::steady_clock::time_point> passed_since_;  // since when a checkpoint has waited
  std::size_t next_source_ = 0;
  bool mostly_refused_ = false;  // of the last batch
  int stop_fd_ = -1;
  std::atomic<bool> ready_{false};
  std::atomic<std::uint64_t> batches_{0};
  std::atomic<std::uint64_t> retries_{0};
  std::atomic<std::uint64_t> stored_probes_{0};
  std::jthread thread_;
};

}  // namespace fajma
