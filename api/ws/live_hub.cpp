#include "api/ws/live_hub.h"

#include <algorithm>
#include <limits>

#include "core/json/frames.h"

namespace fajma::ws {
namespace {

std::int64_t WeightOf(const Commit& commit) {
  return static_cast<std::int64_t>(1 + commit.messages.size() + commit.alerts.size() + commit.outcomes.size());
}

// Of what has none: it goes to all.
constexpr Cursor kNoCursor = std::numeric_limits<Cursor>::max();

bool IsForAlerts(const AlertEvent& event) { return event.alert.level >= AlertLevel::kCritical; }

}  // namespace

bool AreSeen(const Rooms& rooms, const PatientRef& patient) {
  return rooms == nullptr || std::find(rooms->begin(), rooms->end(), patient.room) != rooms->end();
}

bool Topic::Wants(const StoredMessage& message) const {
  return kind == Kind::kPatient && message.patient->id == patient_id;
}

bool Topic::Wants(const AlertEvent& event) const {
  if (kind == Kind::kPatient) return event.alert.patient->id == patient_id;
  return IsForAlerts(event) && AreSeen(rooms, *event.alert.patient);
}

LiveHub::LiveHub(Loop& loop, std::uint64_t process) : loop_(loop), process_(process) {}

void LiveHub::OnCommit(const CommitPtr& commit) {
  const std::int64_t weight = WeightOf(*commit);
  if (waiting_.fetch_add(weight, std::memory_order_relaxed) > kMaxWaiting) {
    waiting_.fetch_sub(weight, std::memory_order_relaxed);
    if (!overrun_.exchange(true)) loop_.Post([this] { CloseAllFollowers(); });
    return;
  }
  const bool posted = loop_.Post([this, commit, weight] {
    Deliver(commit);
    waiting_.fetch_sub(weight, std::memory_order_relaxed);
  });
  if (!posted) waiting_.fetch_sub(weight, std::memory_order_relaxed);
}

// A hole that nobody filled.
void LiveHub::CheckNumber(std::int64_t number) {
  if (expected_ != 0 && number > expected_) CloseAllFollowers();
  expected_ = std::max(expected_, number + 1);
}

void LiveHub::Deliver(const CommitPtr& commit) {
  if (commit->number != 0 && !commit->repeated) CheckNumber(commit->number);
  for (const DeviceStatusEvent& event : commit->statuses) {
    const auto found = patients_.find(event.patient->id);
    if (found != patients_.end()) SendTo(found->second, kNoCursor, *event.patient, DeviceStatusFrame(event));
  }
  // An answer keeps its place among the messages, as each sender saw them go.
  std::size_t delivered = commit->repeated ? commit->messages.size() : 0;
  for (const Outcome& outcome : commit->outcomes) {
    for (; delivered < outcome.messages_before; ++delivered) DeliverMessage(commit->messages[delivered]);
    DeliverOutcome(outcome, *commit);
  }
  for (; delivered < commit->messages.size(); ++delivered) DeliverMessage(commit->messages[delivered]);
  if (commit->repeated) return;
  for (const AlertEvent& event : commit->alerts) DeliverAlert(event);
  Remember(commit);
}

void LiveHub::DeliverMessage(const StoredMessage& message) {
  const auto found = patients_.find(message.patient->id);
  if (found == patients_.end()) return;
  SendTo(found->second, message.cursor, *message.patient, SensorDataFrame(message));
}

void LiveHub::SendTo(const Followers& followers, Cursor cursor, const PatientRef& patient, const std::string& text) {
  const Frame frame = EncodeTextFrame(text);
  for (const Follower& follower : followers) {
    if (cursor <= follower.after || !AreSeen(follower.rooms, patient)) continue;
    if (Connection* connection = loop_.Find(follower.id)) connection->Send(frame);
  }
}

void LiveHub::DeliverAlert(const AlertEvent& event) {
  const auto found = patients_.find(event.alert.patient->id);
  const bool for_alerts = IsForAlerts(event) && !alerts_.empty();
  if (found == patients_.end() && !for_alerts) return;
  const std::string text = AlertFrame(event);
  if (found != patients_.end()) SendTo(found->second, event.cursor, *event.alert.patient, text);
  if (for_alerts) SendTo(alerts_, event.cursor, *event.alert.patient, text);
}

void LiveHub::DeliverOutcome(const Outcome& outcome, const Commit& commit) {
  const bool of_socket = outcome.kind == RawKind::kSocket || outcome.kind == RawKind::kCommandResult;
  if (!of_socket || outcome.origin.process != process_) return;
  const auto listener = listeners_.find(outcome.origin.id);
  Connection* connection = loop_.Find(outcome.origin.id);
  if (listener != listeners_.end() && connection != nullptr) listener->second->OnOutcome(*connection, outcome, commit);
}

void LiveHub::Remember(const CommitPtr& commit) {
  if (commit->number == 0) return;
  if (!remembered_.empty() && remembered_.back()->number + 1 != commit->number) {
    remembered_.clear();
    remembered_messages_ = 0;
  }
  remembered_.push_back(commit);
  remembered_messages_ += static_cast<std::size_t>(WeightOf(*commit));
  while (remembered_messages_ > kMaxRemembered && remembered_.size() > 1) {
    remembered_messages_ -= static_cast<std::size_t>(WeightOf(*remembered_.front()));
    remembered_.pop_front();
  }
}

LiveHub::Followers& LiveHub::FollowersOf(const Topic& topic) {
  return topic.kind == Topic::Kind::kAlerts ? alerts_ : patients_[topic.patient_id];
}

void LiveHub::Follow(const Connection& connection, const Topic& topic) {
  FollowersOf(topic).push_back({connection.id(), 0, topic.rooms});
}

bool LiveHub::FollowFrom(Connection& connection, const Topic& topic, Cursor after, std::int64_t newest_commit) {
  // The first commit of which the client may lack something.
  const std::int64_t first = CommitOf(after + 1);
  const bool complete = remembered_.empty() ? newest_commit < first : remembered_.front()->number <= first;
  if (!complete) return false;
  for (const CommitPtr& commit : remembered_) {
    if (commit->number < first) continue;
    for (const StoredMessage& message : commit->messages) {
      if (topic.Wants(message) && message.cursor > after) connection.Send(EncodeTextFrame(SensorDataFrame(message)));
    }
    for (const AlertEvent& event : commit->alerts) {
      if (topic.Wants(event) && event.cursor > after) connection.Send(EncodeTextFrame(AlertFrame(event)));
    }
  }
  if (expected_ == 0) expected_ = newest_commit + 1;
  const Cursor remembered = remembered_.empty() ? 0 : MakeCursor(remembered_.back()->number + 1, -1);
  FollowersOf(topic).push_back({connection.id(), std::max(after, remembered), topic.rooms});
  return true;
}

void LiveHub::Bind(ConnectionId id, Mac mac, bool answers) { devices_[mac.bits()].push_back({id, answers}); }

void LiveHub::Unbind(ConnectionId id, Mac mac) {
  const auto found = devices_.find(mac.bits());
  if (found == devices_.end()) return;
  std::erase_if(found->second, [id](const Bound& bound) { return bound.id == id; });
  if (found->second.empty()) devices_.erase(found);
}

std::optional<bool> LiveHub::SendToDevice(Mac mac, const std::string& text) {
  const auto found = devices_.find(mac.bits());
  if (found == devices_.end()) return std::nullopt;
  const Frame frame = EncodeTextFrame(text);
  std::optional<bool> answers;
  for (const Bound& bound : found->second) {
    Connection* connection = loop_.Find(bound.id);
    if (connection == nullptr || !connection->Send(frame)) continue;
    answers = answers.value_or(true) && bound.answers;
  }
  return answers;
}

void LiveHub::Leave(ConnectionId id, const Topic& topic) {
  listeners_.erase(id);
  Followers& followers = FollowersOf(topic);
  std::erase_if(followers, [id](const Follower& follower) { return follower.id == id; });
  if (topic.kind == Topic::Kind::kPatient && followers.empty()) patients_.erase(topic.patient_id);
}

// The commits that were passed over are missed by all who follow anything: each comes back and resumes.
void LiveHub::CloseAllFollowers() {
  overrun_.store(false);
  expected_ = 0;
  remembered_.clear();
  remembered_messages_ = 0;
  Followers all = alerts_;
  for (const auto& [patient, followers] : patients_) all.insert(all.end(), followers.begin(), followers.end());
  for (const Follower& follower : all) {
    Connection* connection = loop_.Find(follower.id);
    if (connection == nullptr) continue;
    connection->Close(kCloseTryAgainLater, "the server was too far behind; resume at the last cursor");
    overruns_.fetch_add(1, std::memory_order_relaxed);
  }
}

}  // namespace fajma::ws
