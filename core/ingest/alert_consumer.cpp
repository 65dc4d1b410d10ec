#include "core/ingest/alert_consumer.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "core/domain/alert_nature.h"
#include "core/runtime/log.h"
#include "core/store/ownership_store.h"

namespace fajma {
namespace {

constexpr std::int64_t kPage = 1000;
// Without alerts the checkpoint is written this often: a crash evaluates so much again, with the same result.
constexpr std::chrono::seconds kCheckpointEvery{2};
constexpr std::chrono::milliseconds kTimersEvery{500};
constexpr std::chrono::seconds kDevicesEvery{1};
// So long a delay between a receipt and its commit counts for the devices that seem silent.
constexpr std::chrono::seconds kDelayLasts{5};
// Of one trend rule, those that came in last: windows that hold more begin later.
constexpr std::int64_t kMostRemembered = 50'000;
// A clock that is set by less is followed by itself.
constexpr Micros kClockStep = 2 * kMicrosPerSecond;

Micros WallOffset() {
  const auto steady = std::chrono::steady_clock::now().time_since_epoch();
  return SystemNow() - std::chrono::duration_cast<std::chrono::microseconds>(steady).count();
}

}  // namespace

AlertConsumer::AlertConsumer(Database& database, const EscalationDelays& delays, std::string owner)
    : database_(database),
      owner_(std::move(owner)),
      alerts_(database, delays),
      readings_(database),
      thresholds_(database),
      devices_(database),
      self_tests_(database) {}

void AlertConsumer::Recover(EventBus& bus) {
  engine_.Clear();
  requests_.clear();
  states_.clear();
  probe_.reset();
  judging_generation_ = -1;
  for (const ConditionState& state : alerts_.LoadStates()) {
    engine_.Restore({state.patient, state.condition, state.signals});
  }
  ReloadIfChanged();
  wall_offset_ = WallOffset();
  listening_since_ = SystemNow();
  alerts_.MoveTimers(0, SystemNow(), owner_);
  seen_ = stored_ = alerts_.GetCheckpoint(kAlertConsumer);
  Remember();
  for (;;) {
    const FeedPage<StoredMessage> page = readings_.MessagesAfter(std::nullopt, seen_, kPage);
    Evaluate(page.rows);
    if (!page.rows.empty()) seen_ = page.rows.back().cursor;
    Store(bus);
    if (page.complete) break;
    seen_ = page.next;
  }
  if (const auto probe = self_tests_.FindUnevaluated()) TakeProbe(*probe);
}

// What the engine had seen by the checkpoint, as far as it still counts.
void AlertConsumer::Remember() {
  const Micros now = SystemNow();
  for (const StoredMessage& message : readings_.NewestAt(seen_, kNews2Measures, now - kNews2MaxAge)) {
    engine_.Remember(message);
  }
  for (const TrendScope& scope : engine_.TrendScopes()) {
    const auto live = readings_.LiveAt(seen_, scope.measure, scope.patient_id, now - scope.within, kMostRemembered);
    for (const StoredMessage& message : live) engine_.Remember(message);
  }
}

void AlertConsumer::Consume(const Commit& commit, EventBus& bus, Micros up_to) {
  try {
    // What the engine has asked for must be stored first: it takes those alerts for present.
    if (requests_.empty()) ReloadIfChanged();
  } catch (const DatabaseError& error) {
    log::Error("thresholds could not be read; trying again", error.what());
  }
  if (!commit.messages.empty() && commit.messages.back().cursor > seen_) {
    Evaluate(commit.messages);
    seen_ = commit.messages.back().cursor;
  }
  if (commit.probe) TakeProbe(*commit.probe);
  const auto now = std::chrono::steady_clock::now();
  try {
    if (now >= timers_due_) FollowClock();
    if (commit.messages.empty()) engine_.OnTime(std::min(up_to, SystemNow()), requests_);
    NoteDelay(commit);
    if (now >= devices_due_) JudgeDevices();
    if (!requests_.empty() || probe_ || (now >= checkpoint_due_ && seen_ > stored_)) {
      Store(bus);
      checkpoint_due_ = now + kCheckpointEvery;
    }
    if (probe_) TellProbe(bus);
    if (now >= timers_due_) FireDue(bus);
  } catch (const OwnershipLost&) {
    throw;
  } catch (const DatabaseError& error) {
    log::Error("alerts could not be stored; trying again", error.what());
  }
}

void AlertConsumer::ReloadIfChanged() {
  const std::int64_t generation = database_.judging_generation();  // before it is read: what comes later counts anew
  if (generation == judging_generation_) return;
  const std::vector<Alert> open = alerts_.LoadOpen();
  engine_.Reload(thresholds_.Load(), open);
  watch_.Reload(open);
  judging_generation_ = generation;
}

void AlertConsumer::Evaluate(const std::vector<StoredMessage>& messages) {
  for (const StoredMessage& message : messages) engine_.OnMessage(message, requests_);
}

void AlertConsumer::Store(EventBus& bus) {
  for (AlertEngine::Known& known : engine_.TakeChanged()) {
    states_.push_back({std::move(known.patient), std::move(known.condition), known.signals});
  }
  std::vector<AlertEvent> events = alerts_.Apply(requests_, seen_, SystemNow(), owner_, states_);
  requests_.clear();
  states_.clear();
  stored_ = seen_;
  for (const AlertEvent& event : events) watch_.Note(event.alert);
  Publish(std::move(events), bus);
}

// In an engine of its own, whose thresholds are the catalogue's: nothing of it gets among the patients' alerts. A probe
// that asks for no alert is not told, so it is missed.
void AlertConsumer::TakeProbe(const SelfTestProbe& probe) {
  static const auto kNobody = std::make_shared<const PatientRef>();
  StoredMessage message;
  message.patient = kNobody;
  message.device.mac = kSelfTestMac;
  message.measured_at = message.received_at = probe.received_at;
  message.values.Add({kSelfTestMeasure, true, probe.value});
  AlertEngine engine;
  std::vector<AlertRequest> requests;
  engine.OnMessage(message, requests);
  if (requests.empty()) return log::Error("the alert engine is silent about the self-test");
  probe_ = probe;
}

// Behind what was evaluated before it, which is stored.
void AlertConsumer::TellProbe(EventBus& bus) {
  auto commit = std::make_shared<Commit>();
  commit->echo = self_tests_.Evaluated(*probe_, SystemNow(), owner_);
  commit->number = CommitOf(commit->echo->cursor);
  probe_.reset();
  bus.Publish(commit);
}

void AlertConsumer::FireDue(EventBus& bus) {
  timers_due_ = std::chrono::steady_clock::now() + kTimersEvery;
  const Micros now = SystemNow();
  const Micros due = alerts_.NextDue();
  if (due == 0 || due > now) return;
  Publish(alerts_.FireDue(now, owner_), bus);
}

// A clock that was set: what waits goes on waiting for as long as it had to.
void AlertConsumer::FollowClock() {
  const Micros offset = WallOffset();
  const Micros by = offset - wall_offset_;
  if (by > -kClockStep && by < kClockStep) return;
  alerts_.MoveTimers(by, SystemNow(), owner_);
  engine_.MoveTimers(by);
  wall_offset_ = offset;
  listening_since_ = SystemNow();
  log::Warn("the clock was set; the alerts' delays go on");
}

// While ingest works through what it could not store before, what is known of the devices is as old as that.
void AlertConsumer::NoteDelay(const Commit& commit) {
  const auto now = std::chrono::steady_clock::now();
  const Micros wall_now = SystemNow();
  if (now >= delay_until_) delay_ = 0;
  for (const StoredMessage& message : commit.messages) {
    const Micros delay = wall_now - message.received_at;
    if (delay < delay_) continue;
    delay_ = delay;
    delay_until_ = now + kDelayLasts;
  }
}

void AlertConsumer::JudgeDevices() {
  devices_due_ = std::chrono::steady_clock::now() + kDevicesEvery;
  const Micros now = SystemNow();  // before it is read
  const std::size_t asked = requests_.size();
  try {
    std::vector<DeviceFacts> devices = devices_.OfAssigned();
    // By a clock that was set back since: not after that.
    for (DeviceFacts& device : devices) {
      for (Micros* time : {&device.heard_at, &device.assigned_at}) {
        if (*time > now + kMicrosPerMinute) *time = std::min(*time, listening_since_);
      }
    }
    watch_.Judge(devices, now - delay_, listening_since_, requests_);
  } catch (const DatabaseError& error) {  // what readings have asked for is stored all the same
    log::Error("the devices could not be watched; trying again", error.what());
  }
  const auto is_of_clock = [](const AlertRequest& request) { return request.condition.starts_with(kClockCondition); };
  if (std::any_of(requests_.begin() + static_cast<std::ptrdiff_t>(asked), requests_.end(), is_of_clock)) {
    judging_generation_ = -1;  // the engine takes it for present
  }
}

// One transaction is one commit number; more than fit into one are several.
void AlertConsumer::Publish(std::vector<AlertEvent> events, EventBus& bus) {
  while (!events.empty()) {
    const std::int64_t number = CommitOf(events.front().cursor);
    const auto end = std::find_if(events.begin(), events.end(),
                                  [number](const AlertEvent& event) { return CommitOf(event.cursor) != number; });
    bus.Publish(CommitOfAlerts({std::make_move_iterator(events.begin()), std::make_move_iterator(end)}));
    events.erase(events.begin(), end);
  }
}

}  // namespace fajma
