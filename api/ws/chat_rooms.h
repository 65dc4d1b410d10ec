// The rooms of the chat in this process: who is there, who is writing. Messages go by the hub, which knows cursors.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "api/ws/live_hub.h"
#include "api/ws/loop/loop.h"
#include "api/ws/room_presence.h"
#include "api/ws/user_rates.h"
#include "core/bus/event_bus.h"

namespace fajma::ws {

// Loop thread. Tells other processes over the bus, and hears of theirs by the hub. Bounded by the sockets.
class ChatRooms final : public CommitObserver {
 public:
  // `process`: names this one among those on the bus.
  ChatRooms(Loop& loop, LiveHub& hub, EventBus& bus, std::uint64_t process);

  // The socket is told who is there; the others, when the user was not there before, that the user came.
  void Join(ConnectionId id, const std::string& room, const ChatUser& user);
  void Leave(ConnectionId id, const std::string& room);
  // Tells the room, at most once a second for each user.
  void Type(const std::string& room, const ChatUser& user);
  // False: the user asks too much.
  bool MaySend(std::int64_t user_id);
  // Says again who is here, and forgets the processes that went silent.
  void Tick();

  void OnCommit(const Commit& commit) override;
  void OnMissed() override {}  // presences are said again

  static constexpr std::chrono::milliseconds kTick{RoomPresence::kRepeatEvery / kMicrosPerMilli};
  static constexpr int kMessagesAtOnce = 20;
  static constexpr Micros kMessageInterval = kMicrosPerSecond / 2;
  static constexpr Micros kTypingInterval = kMicrosPerSecond;
  static constexpr std::size_t kMaxListed = 200;  // names in `users`

 private:
  struct Member {
    ConnectionId id;
    ChatUser user;
  };

  ChatPresence PresenceIn(const std::string& room) const;
  void TellPresence(const std::string& room);
  void Announce(const RoomPresence::Change& change, ConnectionId but = 0);
  std::string PresenceFrame(std::string_view type, const std::string& room, const ChatUser& user) const;
  void SendTo(const std::string& room, const std::string& text, ConnectionId but = 0);

  Loop& loop_;
  EventBus& bus_;
  const std::uint64_t process_;
  std::map<std::string, std::vector<Member>> members_;  // no empty ones
  RoomPresence presence_;
  UserRates messages_{kMessagesAtOnce, kMessageInterval};
  UserRates typing_{1, kTypingInterval};
};

}  // namespace fajma::ws
