#include "api/ws/chat_rooms.h"

#include <algorithm>
#include <chrono>
#include <memory>
#include <span>
#include <utility>

#include "core/json/frames.h"

namespace fajma::ws {
namespace {

constexpr std::string_view kJoined = "user_joined";
constexpr std::string_view kLeft = "user_left";

}  // namespace

ChatRooms::ChatRooms(Loop& loop, LiveHub& hub, EventBus& bus, std::uint64_t process)
    : loop_(loop), bus_(bus), process_(process) {
  hub.Observe(*this);
}

void ChatRooms::Join(ConnectionId id, const std::string& room, const ChatUser& user) {
  members_[room].push_back({id, user});
  const RoomPresence::Change change = presence_.Set(PresenceIn(room), SteadyNow());
  TellPresence(room);
  if (Connection* connection = loop_.Find(id)) connection->SendText(PresenceFrame(kJoined, room, user));
  Announce(change, id);
}

void ChatRooms::Leave(ConnectionId id, const std::string& room) {
  const auto found = members_.find(room);
  if (found == members_.end()) return;
  if (std::erase_if(found->second, [id](const Member& member) { return member.id == id; }) == 0) return;
  if (found->second.empty()) members_.erase(found);
  const RoomPresence::Change change = presence_.Set(PresenceIn(room), SteadyNow());
  TellPresence(room);
  Announce(change);
}

void ChatRooms::Type(const std::string& room, const ChatUser& user) {
  if (!typing_.Take(user.id, SteadyNow())) return;
  auto commit = std::make_shared<Commit>();
  commit->chat_signals.push_back({room, user});
  bus_.Publish(commit);
}

bool ChatRooms::MaySend(std::int64_t user_id) { return messages_.Take(user_id, SteadyNow()); }

void ChatRooms::Tick() {
  auto commit = std::make_shared<Commit>();
  for (const auto& [room, members] : members_) {
    commit->presences.push_back(PresenceIn(room));
    presence_.Set(commit->presences.back(), SteadyNow());
  }
  if (!commit->presences.empty()) bus_.Publish(commit);
  for (const RoomPresence::Change& change : presence_.Expire(SteadyNow())) Announce(change);
}

void ChatRooms::OnCommit(const Commit& commit) {
  for (const ChatSignal& signal : commit.chat_signals) SendTo(signal.room, ChatTypingFrame(signal));
  for (const ChatPresence& presence : commit.presences) {
    if (presence.process == process_) continue;  // this one knows better by now
    Announce(presence_.Set(presence, SteadyNow()));
  }
}

ChatPresence ChatRooms::PresenceIn(const std::string& room) const {
  ChatPresence presence{process_, room, {}};
  if (const auto found = members_.find(room); found != members_.end()) {
    for (const Member& member : found->second) presence.users.push_back(member.user);
  }
  const auto by_id = [](const ChatUser& left, const ChatUser& right) { return left.id < right.id; };
  const auto same = [](const ChatUser& left, const ChatUser& right) { return left.id == right.id; };
  std::sort(presence.users.begin(), presence.users.end(), by_id);
  presence.users.erase(std::unique(presence.users.begin(), presence.users.end(), same), presence.users.end());
  return presence;
}

void ChatRooms::TellPresence(const std::string& room) {
  auto commit = std::make_shared<Commit>();
  commit->presences.push_back(PresenceIn(room));
  bus_.Publish(commit);
}

void ChatRooms::Announce(const RoomPresence::Change& change, ConnectionId but) {
  for (const ChatUser& user : change.joined) SendTo(change.room, PresenceFrame(kJoined, change.room, user), but);
  for (const ChatUser& user : change.left) SendTo(change.room, PresenceFrame(kLeft, change.room, user), but);
}

std::string ChatRooms::PresenceFrame(std::string_view type, const std::string& room, const ChatUser& user) const {
  const std::vector<ChatUser> users = presence_.UsersIn(room);
  return ChatPresenceFrame(type, room, user, std::span(users).first(std::min(users.size(), kMaxListed)));
}

void ChatRooms::SendTo(const std::string& room, const std::string& text, ConnectionId but) {
  const auto found = members_.find(room);
  if (found == members_.end()) return;
  const Frame frame = EncodeTextFrame(text);
  for (const Member& member : found->second) {
    Connection* connection = member.id == but ? nullptr : loop_.Find(member.id);
    if (connection != nullptr) connection->Send(frame);
  }
}

}  // namespace fajma::ws
