// Alerts, each change of them as an event in commit order, and how far each consumer of the commits has come.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/alerts/alert_request.h"
#include "core/alerts/level_signal.h"
#include "core/domain/alert.h"
#include "core/domain/alert_nature.h"
#include "core/store/database.h"
#include "core/store/page.h"
#include "core/store/reading_store.h"
#include "core/store/ref_cache.h"

namespace fajma {

struct AlertFilter {
  std::optional<std::int64_t> device_id;
  std::optional<std::int64_t> patient_id;
  std::optional<AlertLevel> level;
  AlertLevel minimum_level = AlertLevel::kInfo;
  std::optional<AlertNature> nature;
  std::optional<bool> acknowledged;
  bool present_only = false;  // neither resolved nor made over REST
  VisiblePatients patients;
};

// An alert made over REST: it has no condition, and nothing resolves it.
struct NewAlert {
  std::int64_t device_id = 0;
  std::int64_t patient_id = 0;
  AlertLevel level = AlertLevel::kInfo;
  std::string title;
  std::string message;
  std::optional<std::int64_t> trigger_reading_id;
};

// What to change of an alert: an absent field stays as it is.
struct AlertPatch {
  std::optional<std::int64_t> device_id;
  std::optional<std::int64_t> patient_id;
  std::optional<AlertLevel> level;
  std::optional<std::string> title;
  std::optional<std::string> message;
  std::optional<std::optional<std::int64_t>> trigger_reading_id;
};

enum class AlertOutcome { kDone, kAlready, kUnknown };

struct AlertResult {
  AlertOutcome outcome = AlertOutcome::kDone;
  // In order, the last one's alert as it is now; an escalation that had become due comes first, and may be there also
  // when nothing was done.
  std::vector<AlertEvent> events;
};

// The signals of one condition of one patient, as they are kept between its values.
struct ConditionState {
  std::shared_ptr<const PatientRef> patient;
  std::string condition;
  LevelSignals signals;
};

// A warning that nobody acknowledges becomes critical, and that an emergency. The second delay is the documented
// server's.
inline constexpr EscalationDelays kDefaultEscalation = {{0, 1800 * kMicrosPerSecond, 300 * kMicrosPerSecond, 0}};
inline constexpr Micros kLongestSilence = 24 * 60 * kMicrosPerMinute;

class AlarmWriter;

// The consumer of the commits that evaluates readings.
inline constexpr const char* kAlertConsumer = "alertes";

// Thread-safe. Every call throws DatabaseError (DatabaseBusy when no session came free). Each change is one transaction
// with its event and commit number; the caller publishes the events that it gets back.
class AlertStore {
 public:
  explicit AlertStore(Database& database, const EscalationDelays& delays = kDefaultEscalation)
      : database_(database), refs_(database), delays_(delays) {}

  std::optional<Alert> Find(std::int64_t id);
  Page<Alert> List(const AlertFilter& filter, PageRequest page);  // newest first
  // Not acknowledged, at that level or above, newest first.
  std::vector<Alert> Active(AlertLevel minimum_level, const VisiblePatients& patients = {},
                            std::int64_t limit = kMaxPageRows);
  // Whose condition is there, acknowledged or not; as above.
  std::vector<Alert> Present(AlertLevel minimum_level, const VisiblePatients& patients = {},
                             std::int64_t limit = kMaxPageRows);

  // `user_id`: who made it, for its account.
  AlertEvent Create(const NewAlert& alert, Micros now, std::optional<std::int64_t> user_id = {});
  // kAlready: it was acknowledged before.
  AlertResult Acknowledge(std::int64_t id, std::int64_t user_id, Micros now, const std::string& comment = {});
  // One level up; by whom and when is kept with the event. kAlready: it is acknowledged, over, or at the highest level.
  AlertResult Escalate(std::int64_t id, std::int64_t user_id, Micros now);

  // Not heard until then, at most kLongestSilence; `until` not after `now`: heard again. kAlready: it is acknowledged
  // or over, or was not silent.
  AlertResult Silence(std::int64_t id, std::int64_t user_id, Micros until, Micros now);
  // Absent: to nobody. kAlready: it is so.
  AlertResult Assign(std::int64_t id, std::int64_t user_id, std::optional<std::int64_t> to, Micros now);
  AlertResult Comment(std::int64_t id, std::int64_t user_id, const std::string& text, Micros now);

  // The alert as it is now; absent: there is none. A level that rises is an escalation, and its event is in `events`:
  // whoever had acknowledged it knew of less.
  struct Changed {
    Alert alert;
    std::vector<AlertEvent> events;
  };
  std::optional<Changed> Change(std::int64_t id, const AlertPatch& patch, Micros now,
                                std::optional<std::int64_t> user_id = {});
  // Hides it. For those who show it, it is resolved: that event is given unless it was so already.
  AlertResult Delete(std::int64_t id, Micros now, std::optional<std::int64_t> user_id = {});

  // In commit order, those after the cursor and up to `up_to`. The alert is as it was after the change, but for its
  // trigger, which is the last one.
  FeedPage<AlertEvent> EventsAfter(Cursor after, std::int64_t limit, std::optional<std::int64_t> patient_id = {},
                                   Cursor up_to = kNoEnd);

  // For the alert engine. All open alerts with a condition, oldest first; what is known of conditions.
  std::vector<Alert> LoadOpen();
  std::vector<Alert> LoadPresent();  // those of them whose condition is present
  std::vector<ConditionState> LoadStates();
  // Takes each request through the alarm of its condition, writes `states` and moves the checkpoint of kAlertConsumer
  // to `checkpoint`, in one transaction. A request that says nothing new gives no event. When the checkpoint is already
  // past `checkpoint`, nothing is done: somebody else was here. More than 2048 requests become several commits,
  // the checkpoint with the last. `owner`: throws OwnershipLost unless that process has the work of kAlertConsumer;
  // empty: there are no others.
  std::vector<AlertEvent> Apply(const std::vector<AlertRequest>& requests, Cursor checkpoint, Micros now,
                                const std::string& owner = {}, const std::vector<ConditionState>& states = {});
  // Escalations and ends of silences that are due, the longest due first, at most 500. `owner`: as above.
  std::vector<AlertEvent> FireDue(Micros now, const std::string& owner = {});
  Micros NextDue();  // the earliest of them; 0: none
  // The clock was set by `by`: what waited goes on waiting for as long, and never longer than from `now` on.
  void MoveTimers(Micros by, Micros now, const std::string& owner = {});

  // How far a consumer has come; 0: nowhere yet. Saving never moves it back.
  Cursor GetCheckpoint(const std::string& consumer);
  void SaveCheckpoint(const std::string& consumer, Cursor cursor);

 private:
  AlertResult Act(std::int64_t id, Micros now, const std::function<bool(AlarmWriter&, Alert&)>& act);
  std::vector<AlertEvent> ApplyChunk(std::span<const AlertRequest> requests, Cursor checkpoint,
                                     const std::vector<ConditionState>* states, Micros now, const std::string& owner);

  Database& database_;
  RefCache refs_;
  EscalationDelays delays_;
};

}  // namespace fajma
