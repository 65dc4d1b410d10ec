// Who hears of a commit: picks the sockets of each event. What is pushed has been committed.
#pragma once

#include <atomic>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "api/ws/loop/loop.h"
#include "core/domain/commit.h"

namespace fajma::ws {

// Names of rooms; null: all there are.
using Rooms = std::shared_ptr<const std::vector<std::string>>;
bool AreSeen(const Rooms& rooms, const PatientRef& patient);

// Whose events a socket follows.
struct Topic {
  enum class Kind : std::uint8_t { kPatient, kAlerts, kRoom, kAllRooms, kChat, kSelfTest };
  // What a monitor of rooms hears of: statuses of devices; alerts that are raised, too; or everything.
  enum class Carries : std::uint8_t { kStatuses, kNewAlerts, kEverything };
  Kind kind = Kind::kPatient;
  std::int64_t patient_id = 0;  // kPatient
  std::string room = {};        // kRoom, kChat
  Rooms rooms = nullptr;        // kAlerts, kAllRooms: of these rooms' patients
  Carries carries = Carries::kEverything;

  bool Wants(const StoredMessage& message) const;
  // ws/alerts carries what cannot wait.
  bool Wants(const AlertEvent& event) const;
  bool Wants(const DeviceStatusEvent& event) const;
  bool Wants(const ChatMessage& message) const { return kind == Kind::kChat && message.room == room; }
  bool Wants(const SelfTestProbe&) const { return kind == Kind::kSelfTest; }

 private:
  bool IsAbout(const PatientRef& patient) const;
};

// Is shown every commit that the hub delivers, in their order, before the sockets hear of it. Loop thread.
class CommitObserver {
 public:
  virtual ~CommitObserver() = default;
  virtual void OnCommit(const Commit& commit) = 0;
  virtual void OnMissed() = 0;  // the hub was too far behind: some were passed over
};

// A session that has sent messages to ingest is told what became of each, in order. Loop thread.
class OutcomeListener {
 public:
  virtual ~OutcomeListener() = default;
  virtual void OnOutcome(Connection& connection, const Outcome& outcome, const Commit& commit) = 0;
};

class LiveHub {
 public:
  // `process`: that of this process's messages (Intake).
  LiveHub(Loop& loop, std::uint64_t process);
  LiveHub(const LiveHub&) = delete;
  LiveHub& operator=(const LiveHub&) = delete;

  // A subscriber of the bus. Any thread; hands over to the loop. When the loop is more than kMaxWaiting messages
  // behind, commits are passed over. Whenever a commit is missing, every follower is closed with 1013: each resumes at
  // its cursor.
  void OnCommit(const CommitPtr& commit);

  // Before the first commit. `observer` outlives the loop.
  void Observe(CommitObserver& observer) { observers_.push_back(&observer); }

  // --- loop thread ---
  // From now on; nothing of what was before.
  void Follow(const Connection& connection, const Topic& topic);
  // From behind `after` on: first what is remembered of it, then live. `newest_commit`: the newest one committed, which
  // may not have come here yet. False, and nothing done, when more was forgotten than that: the caller reads the
  // database up to a later cursor and asks again.
  bool FollowFrom(Connection& connection, const Topic& topic, Cursor after, std::int64_t newest_commit);
  // A device speaks on that connection: its commands go there. `answers`: it tells what became of them.
  void Bind(ConnectionId id, Mac mac, bool answers);
  void Unbind(ConnectionId id, Mac mac);
  // To every connection of the device. Absent: it has none.
  std::optional<bool> SendToDevice(Mac mac, const std::string& text);  // whether it answers
  void Listen(ConnectionId id, OutcomeListener& listener) { listeners_[id] = &listener; }
  // All of the above.
  void Leave(ConnectionId id, const Topic& topic);

  // Any thread: how many followers were closed because the loop was too far behind.
  std::uint64_t overruns() const { return overruns_.load(std::memory_order_relaxed); }

  static constexpr std::int64_t kMaxWaiting = 200'000;   // messages handed over and not yet delivered
  static constexpr std::size_t kMaxRemembered = 20'000;  // messages of the newest commits

 private:
  struct Follower {
    ConnectionId id;
    Cursor after;  // it has everything up to here
    Topic topic;
  };
  using Followers = std::vector<Follower>;

  void Deliver(const CommitPtr& commit);
  // Of a patient: to all who may want it.
  template <typename Event>
  void DeliverEvent(const Event& event, Cursor cursor, const PatientRef& patient);
  template <typename Event>
  void SendTo(const Followers& followers, const Event& event, Cursor cursor, Frame& frame);
  void DeliverOutcome(const Outcome& outcome, const Commit& commit);
  void Remember(const CommitPtr& commit);
  void CloseFollowers(Cursor missed);
  void CheckNumber(std::int64_t number);
  Followers& FollowersOf(const Topic& topic);

  Loop& loop_;
  const std::uint64_t process_;
  std::atomic<std::int64_t> waiting_{0};
  std::atomic<bool> overrun_{false};
  std::atomic<std::uint64_t> overruns_{0};

  // Loop thread only.
  std::vector<CommitObserver*> observers_;
  std::unordered_map<std::int64_t, Followers> patients_;
  std::unordered_map<std::string, Followers> rooms_;
  Followers all_rooms_;
  Followers alerts_;
  Followers self_tests_;                              // of this process: probes that were evaluated
  std::unordered_map<std::string, Followers> chats_;  // by room
  struct Bound {
    ConnectionId id;
    bool answers;
  };
  std::unordered_map<std::uint64_t, std::vector<Bound>> devices_;  // by the bits of their MAC
  std::unordered_map<ConnectionId, OutcomeListener*> listeners_;
  std::deque<CommitPtr> remembered_;  // those with a number, without a hole
  std::size_t remembered_messages_ = 0;
  std::int64_t expected_ = 0;  // the number that comes next; 0: any
};

}  // namespace fajma::ws
