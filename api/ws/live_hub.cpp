#include "api/ws/live_hub.h"

#include <algorithm>
#include <limits>

#include "core/json/frames.h"

namespace fajma::ws {
namespace {

std::int64_t WeightOf(const Commit& commit) {
  return static_cast<std::int64_t>(1 + commit.messages.size() + commit.alerts.size() + commit.outcomes.size() +
                                   commit.chat_messages.size() + commit.chat_signals.size() + commit.presences.size());
}

// Of what has none: it goes to all.
constexpr Cursor kNoCursor = std::numeric_limits<Cursor>::max();

bool IsForAlerts(const AlertEvent& event) { return event.alert.level >= AlertLevel::kCritical; }

std::string FrameOf(const StoredMessage& message) { return SensorDataFrame(message); }
std::string FrameOf(const AlertEvent& event) { return AlertFrame(event); }
std::string FrameOf(const DeviceStatusEvent& event) { return DeviceStatusFrame(event); }
std::string FrameOf(const ChatMessage& message) { return ChatMessageFrame(message); }
std::string FrameOf(const SelfTestProbe& probe) { return SelfTestFrame(probe); }

template <typename Event>
void SendMissed(Connection& connection, const Topic& topic, Cursor after, const std::vector<Event>& events) {
  for (const Event& event : events) {
    if (event.cursor > after && topic.Wants(event)) connection.Send(EncodeTextFrame(FrameOf(event)));
  }
}

}  // namespace

bool AreSeen(const Rooms& rooms, const PatientRef& patient) {
  return rooms == nullptr || std::find(rooms->begin(), rooms->end(), patient.room) != rooms->end();
}

bool Topic::IsAbout(const PatientRef& patient) const {
  switch (kind) {
    case Kind::kPatient:
      return patient.id == patient_id;
    case Kind::kRoom:
      return patient.room == room;
    case Kind::kChat:
    case Kind::kSelfTest:
      return false;
    case Kind::kAlerts:
    case Kind::kAllRooms:
      break;
  }
  return AreSeen(rooms, patient);
}

bool Topic::Wants(const StoredMessage& message) const {
  return kind != Kind::kAlerts && carries == Carries::kEverything && IsAbout(*message.patient);
}

bool Topic::Wants(const AlertEvent& event) const {
  if (kind == Kind::kAlerts && !IsForAlerts(event)) return false;
  const bool carried =
      carries == Carries::kEverything || (carries == Carries::kNewAlerts && event.change == AlertChange::kRaised);
  return carried && IsAbout(*event.alert.patient);
}

bool Topic::Wants(const DeviceStatusEvent& event) const { return kind != Kind::kAlerts && IsAbout(*event.patient); }

LiveHub::LiveHub(Loop& loop, std::uint64_t process) : loop_(loop), process_(process) {}

void LiveHub::OnCommit(const CommitPtr& commit) {
  const std::int64_t weight = WeightOf(*commit);
  if (waiting_.fetch_add(weight, std::memory_order_relaxed) > kMaxWaiting) {
    waiting_.fetch_sub(weight, std::memory_order_relaxed);
    if (!overrun_.exchange(true)) loop_.Post([this] { CloseFollowers(kNoCursor); });
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
  if (expected_ != 0 && number > expected_) CloseFollowers(kNoCursor);
  expected_ = std::max(expected_, number + 1);
}

void LiveHub::Deliver(const CommitPtr& commit) {
  if (commit->number != 0 && !commit->repeated) CheckNumber(commit->number);
  if (commit->cut) return CloseFollowers(MakeCursor(commit->number, kCursorsPerCommit - 1));  // they come back to a gap
  for (CommitObserver* observer : observers_) observer->OnCommit(*commit);
  for (const DeviceStatusEvent& event : commit->statuses) DeliverEvent(event, kNoCursor, *event.patient);
  // An answer keeps its place among the messages, as each sender saw them go.
  const auto deliver = [this](const StoredMessage& message) {
    DeliverEvent(message, message.cursor, *message.patient);
  };
  std::size_t delivered = commit->repeated ? commit->messages.size() : 0;
  for (const Outcome& outcome : commit->outcomes) {
    for (; delivered < outcome.messages_before; ++delivered) deliver(commit->messages[delivered]);
    DeliverOutcome(outcome, *commit);
  }
  for (; delivered < commit->messages.size(); ++delivered) deliver(commit->messages[delivered]);
  if (commit->repeated) return;
  for (const AlertEvent& event : commit->alerts) DeliverEvent(event, event.cursor, *event.alert.patient);
  if (commit->echo) {
    Frame frame;
    SendTo(self_tests_, *commit->echo, commit->echo->cursor, frame);
  }
  for (const ChatMessage& message : commit->chat_messages) {
    Frame frame;
    if (const auto found = chats_.find(message.room); found != chats_.end()) {
      SendTo(found->second, message, message.cursor, frame);
    }
  }
  Remember(commit);
}

template <typename Event>
void LiveHub::DeliverEvent(const Event& event, Cursor cursor, const PatientRef& patient) {
  const auto of_patient = patients_.find(patient.id);
  const auto of_room = rooms_.find(patient.room);
  const Followers* const lists[] = {of_patient == patients_.end() ? nullptr : &of_patient->second,
                                    of_room == rooms_.end() ? nullptr : &of_room->second, &all_rooms_, &alerts_};
  Frame frame;
  for (const Followers* followers : lists) {
    if (followers != nullptr) SendTo(*followers, event, cursor, frame);
  }
}

// Encoded once, when somebody wants it.
template <typename Event>
void LiveHub::SendTo(const Followers& followers, const Event& event, Cursor cursor, Frame& frame) {
  for (const Follower& follower : followers) {
    if (cursor <= follower.after || !follower.topic.Wants(event)) continue;
    Connection* connection = loop_.Find(follower.id);
    if (connection == nullptr) continue;
    if (frame == nullptr) frame = EncodeTextFrame(FrameOf(event));
    connection->Send(frame);
  }
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
  switch (topic.kind) {
    case Topic::Kind::kPatient:
      return patients_[topic.patient_id];
    case Topic::Kind::kRoom:
      return rooms_[topic.room];
    case Topic::Kind::kAllRooms:
      return all_rooms_;
    case Topic::Kind::kChat:
      return chats_[topic.room];
    case Topic::Kind::kSelfTest:
      return self_tests_;
    case Topic::Kind::kAlerts:
      break;
  }
  return alerts_;
}

void LiveHub::Follow(const Connection& connection, const Topic& topic) {
  FollowersOf(topic).push_back({connection.id(), 0, topic});
}

bool LiveHub::FollowFrom(Connection& connection, const Topic& topic, Cursor after, std::int64_t newest_commit) {
  // The first commit of which the client may lack something.
  const std::int64_t first = CommitOf(after + 1);
  const bool complete = remembered_.empty() ? newest_commit < first : remembered_.front()->number <= first;
  if (!complete) return false;
  for (const CommitPtr& commit : remembered_) {
    if (commit->number < first) continue;
    SendMissed(connection, topic, after, commit->messages);
    SendMissed(connection, topic, after, commit->alerts);
    SendMissed(connection, topic, after, commit->chat_messages);
  }
  if (expected_ == 0) expected_ = newest_commit + 1;
  const Cursor remembered = remembered_.empty() ? 0 : MakeCursor(remembered_.back()->number + 1, -1);
  FollowersOf(topic).push_back({connection.id(), std::max(after, remembered), topic});
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
  if (!followers.empty()) return;
  if (topic.kind == Topic::Kind::kPatient) patients_.erase(topic.patient_id);
  if (topic.kind == Topic::Kind::kRoom) rooms_.erase(topic.room);
  if (topic.kind == Topic::Kind::kChat) chats_.erase(topic.room);
}

// What was passed over up to that cursor is missed by all who follow anything and have not come further: each comes
// back and resumes.
void LiveHub::CloseFollowers(Cursor missed) {
  overrun_.store(false);
  expected_ = 0;
  remembered_.clear();
  remembered_messages_ = 0;
  for (CommitObserver* observer : observers_) observer->OnMissed();
  Followers all = alerts_;
  const auto add = [&all](const Followers& followers) { all.insert(all.end(), followers.begin(), followers.end()); };
  for (const auto& [patient, followers] : patients_) add(followers);
  for (const auto& [room, followers] : rooms_) add(followers);
  for (const auto& [room, followers] : chats_) add(followers);
  add(all_rooms_);
  for (const Follower& follower : all) {
    Connection* connection = follower.after >= missed ? nullptr : loop_.Find(follower.id);
    if (connection == nullptr) continue;
    connection->Close(kCloseTryAgainLater, "the server was too far behind; resume at the last cursor");
    overruns_.fetch_add(1, std::memory_order_relaxed);
  }
}

}  // namespace fajma::ws
