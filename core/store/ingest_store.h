// The bulk write path: one transaction for a batch of messages: readings, series, what is known of the devices,
// quarantine, the journals' checkpoints, and the commit number last.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

#include "core/domain/command.h"
#include "core/domain/commit.h"
#include "core/domain/device_state.h"
#include "core/store/database.h"

namespace fajma {

// A message that was not accepted, of a device that is known.
struct QuarantinedMessage {
  Micros received_at = 0;
  Door door = Door::kMqtt;
  std::int64_t device_id = 0;
  Rejection rejection;
  std::string_view payload;  // any bytes; kept up to 4 KiB
};

// How far a journal is stored.
struct StoredPosition {
  std::string journal_uuid;
  std::int64_t segment = 0;
  std::int64_t offset = 0;
};

// What a stored message adds to a StoredMessage for its rows.
struct RowExtras {
  std::optional<std::int64_t> fingerprint;
  std::int16_t type_id = 0;  // of a REST reading; 0: the values' measures
  int quality_percent = 100;
  std::string metadata;  // of a REST reading, a JSON object; empty: none
};

class IngestStore {
 public:
  explicit IngestStore(Database& database);
  ~IngestStore();
  IngestStore(const IngestStore&) = delete;
  IngestStore& operator=(const IngestStore&) = delete;

  // Where a journal's reading goes on; absent for a journal that this database has never seen.
  std::optional<StoredPosition> FindPosition(const std::string& journal_uuid);

  // One at a time, by the ingest thread. Everything throws DatabaseError; then the transaction is gone and the batch
  // is to be judged again from its messages.
  class Transaction {
   public:
    ~Transaction();
    Transaction(const Transaction&) = delete;
    Transaction& operator=(const Transaction&) = delete;

    // Devices and starts of them that a batch is about to ask for, each once: in few round trips, and locked in one
    // order. Before any other call.
    void LoadDevices(const std::vector<Mac>& macs, const std::vector<std::pair<Mac, std::int64_t>>& boots);
    // nullptr: no such device. Valid until the end of the transaction.
    DeviceState* FindDevice(Mac mac);
    DeviceState* FindDeviceById(std::int64_t id);
    // That start of the device, made when it is new (then the oldest of more than 16 are forgotten). The reference is
    // good until the next call for the device.
    BootState& GetBoot(DeviceState& device, std::int64_t number);
    // The newest start that was inferred from an uptime; nullptr: none yet.
    BootState* FindInferredBoot(DeviceState& device);
    // Also for what this transaction has added.
    bool IsStored(const DeviceState& device, Micros measured_at, std::int64_t fingerprint);
    // Of what was measured before, IsStored knows nothing any more: retention has cut it (see retention_store.h). Does
    // not change within the transaction; 0: nothing was cut.
    Micros ForgottenBefore();

    // Readings that still fit into this transaction.
    std::size_t room() const;
    // Its rows get their ids, its cursor is still without the commit number (index only) until Commit.
    // Returns how many rows it has.
    int Add(StoredMessage& message, const RowExtras& extras);
    // Takes a place in the commit and no row among the readings; of several the last is kept. Good until Commit, which
    // gives it its cursor.
    void SetProbe(SelfTestProbe& probe);
    void Quarantine(const QuarantinedMessage& message);
    enum class AnswerTaken { kNow, kBefore, kUnknown };
    // The first answer of a device to a command counts.
    AnswerTaken AnswerCommand(const DeviceState& device, const CommandAnswer& answer, Micros at);
    void SetPosition(const StoredPosition& position);
    // Consumers' checkpoints that may ride along (see fajma_consommateur).
    void SetConsumer(std::string_view name, Cursor cursor);

    // Writes all and commits. Returns the commit number, 0 when nothing was added that takes one: no message, no probe.
    std::int64_t Commit(Micros now);

   private:
    friend class IngestStore;
    explicit Transaction(IngestStore& store);
    struct State;
    void TakeLotOnce();
    std::unique_ptr<State> state_;
  };

  // Waits for the writer's session. With one writer (SQLite) what is known of the devices is kept between transactions.
  Transaction Begin();

 private:
  struct Cache;
  Database& database_;
  std::unique_ptr<Cache> cache_;
};

}  // namespace fajma
