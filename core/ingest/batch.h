// One batch within its transaction: what each message becomes. The ingest thread only.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/domain/commit.h"
#include "core/ingest/device_limiter.h"
#include "core/ingest/judge.h"
#include "core/ingest/probe_ledger.h"
#include "core/journal/journal.h"
#include "core/json/message_decoder.h"
#include "core/runtime/metrics.h"
#include "core/store/ingest_store.h"

namespace fajma {

// One decoded message, with the raw one that it came in (an array of messages gives several items).
struct IngestItem {
  RawMessage raw;
  DecodedMessage decoded;  // kData and kSocket
  std::size_t source = 0;  // which journal
  JournalPosition behind;  // behind its raw message
};

struct BatchResult {
  std::shared_ptr<Commit> commit = std::make_shared<Commit>();
  std::array<SettledTally, 2> settled{};
  std::vector<std::string_view> reasons;  // of what was quarantined or refused
  std::uint64_t readings = 0;
  bool leaves_nothing = false;  // all was refused for now, and no row changes by it
  std::uint64_t probes = 0;     // of the self-test, among what is stored
};

class Batch {
 public:
  // `decoder` is used for what is not decoded yet (status, REST). `probes`: null: this process sends none.
  Batch(IngestStore::Transaction& transaction, MessageDecoder& decoder, DeviceLimiter limiter,
        const ProbeLedger* probes, std::size_t max_items);

  // Before the first is taken: what they need is read at once.
  void Prepare(std::span<const IngestItem> items);
  void Take(const IngestItem& item);
  // After the last item: what the boots have come to. The messages have their cursors once the transaction committed.
  BatchResult Finish();

 private:
  void TakeDeviceMessage(const IngestItem& item);
  void TakeProbe(const IngestItem& item);
  void TakeStatus(const IngestItem& item);
  void TakeRest(const IngestItem& item);
  void TakeCommandResult(const IngestItem& item);
  void Store(const IngestItem& item, DeviceState& device, const Verdict& verdict);
  // Whose limit a message in the name of `device` counts against; nullptr: nobody's.
  DeviceState* ChargedFor(const IngestItem& item, DeviceState& device);
  bool IsWithinLimit(const IngestItem& item, DeviceState& charged);
  // Not settled: it may be sent again. Every one is counted, one a second is told.
  void RefuseForNow(const IngestItem& item, DeviceState& charged, Mac mac);
  void Touch(const IngestItem& item, DeviceState& device);
  bool SetStatus(DeviceState& device, std::string_view status);
  void Count(const IngestItem& item, Disposition disposition, const Rejection* rejection);
  void Settle(const IngestItem& item, Disposition disposition, Mac mac, const Rejection* rejection,
              std::string error_frame = {});
  void SettleStored(const IngestItem& item, const DeviceState& device, int rows);
  // Of a known device: to quarantine, and its number is settled.
  void Quarantine(const IngestItem& item, DeviceState& device, const Rejection& rejection, std::string error_frame);
  void SettleNumber(const IngestItem& item, DeviceState& device);
  void NoteBoot(DeviceState& device, std::int64_t boot);

  IngestStore::Transaction& transaction_;
  MessageDecoder& decoder_;
  const DeviceLimiter limiter_;
  const ProbeLedger* const probes_;
  BatchResult result_;
  std::size_t taken_ = 0;
  std::size_t refused_unseen_ = 0;                            // of them, for now, of a device whose row stays as it was
  std::vector<std::pair<DeviceState*, std::int64_t>> boots_;  // touched, for acks
};

}  // namespace fajma
