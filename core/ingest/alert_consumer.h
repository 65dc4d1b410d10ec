// The alerts as a consumer of the commit log: what a commit's readings do to alerts is stored with the consumer's own
// checkpoint in one transaction, and published as a commit of its own. One thread: ingest's, or
// that of AlertRunner.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "core/alerts/alert_engine.h"
#include "core/alerts/device_watch.h"
#include "core/bus/event_bus.h"
#include "core/domain/commit.h"
#include "core/store/alert_store.h"
#include "core/store/database.h"
#include "core/store/device_facts_store.h"
#include "core/store/reading_store.h"
#include "core/store/self_test_store.h"
#include "core/store/threshold_store.h"

namespace fajma {

class AlertConsumer {
 public:
  // `owner`: the process that owns the work, where there are several; else empty.
  explicit AlertConsumer(Database& database, const EscalationDelays& delays = kDefaultEscalation,
                         std::string owner = {});

  // Restores what is present and works through the commits that an earlier run had stored and not evaluated.
  // Throws DatabaseError.
  void Recover(EventBus& bus);

  // What a commit does to alerts; one that was evaluated before does nothing. Without readings the time goes on to
  // `up_to`: all that was received until then has been given. An empty one says that there is nothing to do. A database
  // that fails is asked again with the next commit: nothing is skipped. Throws OwnershipLost, then it must recover.
  void Consume(const Commit& commit, EventBus& bus, Micros up_to);
  // From the receipt of a message to Consume, the longest of late: so old may be what is still to come.
  Micros delay() const { return delay_; }

 private:
  void ReloadIfChanged();
  void Remember();
  void Evaluate(const std::vector<StoredMessage>& messages);
  void Store(EventBus& bus);
  void TakeProbe(const SelfTestProbe& probe);
  void TellProbe(EventBus& bus);
  void FireDue(EventBus& bus);
  void FollowClock();
  void NoteDelay(const Commit& commit);
  void JudgeDevices();
  static void Publish(std::vector<AlertEvent> events, EventBus& bus);

  Database& database_;
  const std::string owner_;
  AlertStore alerts_;
  ReadingStore readings_;
  ThresholdStore thresholds_;
  DeviceFactsStore devices_;
  SelfTestStore self_tests_;
  AlertEngine engine_;
  DeviceWatch watch_;
  std::int64_t judging_generation_ = -1;  // of what the engine judges by
  Cursor seen_ = 0;                       // evaluated, stored or not
  Cursor stored_ = 0;                     // the checkpoint
  std::vector<AlertRequest> requests_;    // evaluated, not stored yet
  std::vector<ConditionState> states_;    // of conditions, not stored yet
  std::optional<SelfTestProbe> probe_;    // evaluated, not told yet
  std::chrono::steady_clock::time_point checkpoint_due_{};
  std::chrono::steady_clock::time_point timers_due_{};
  std::chrono::steady_clock::time_point devices_due_{};
  Micros wall_offset_ = 0;      // of the wall clock to the steady one
  Micros listening_since_ = 0;  // what devices sent since then has been evaluated without a gap
  Micros delay_ = 0;
  std::chrono::steady_clock::time_point delay_until_{};
};

}  // namespace fajma
