#include "api/ws/room_presence.h"

#include <algorithm>
#include <iterator>
#include <tuple>

namespace fajma::ws {
namespace {

bool IsBefore(const ChatUser& left, const ChatUser& right) {
  return std::tie(left.name, left.id) < std::tie(right.name, right.id);
}

// A user is the same under another name.
std::vector<ChatUser> Without(const std::vector<ChatUser>& users, const std::vector<ChatUser>& others) {
  std::vector<std::int64_t> ids;
  for (const ChatUser& other : others) ids.push_back(other.id);
  std::sort(ids.begin(), ids.end());
  std::vector<ChatUser> left;
  std::copy_if(users.begin(), users.end(), std::back_inserter(left),
               [&ids](const ChatUser& user) { return !std::binary_search(ids.begin(), ids.end(), user.id); });
  return left;
}

}  // namespace

RoomPresence::Change RoomPresence::Set(const ChatPresence& presence, Micros now) {
  const std::vector<ChatUser> before = UsersIn(presence.room);
  Processes& processes = rooms_[presence.room];
  if (presence.users.empty()) {
    processes.erase(presence.process);
  } else {
    processes[presence.process] = {presence.users, now};
  }
  if (processes.empty()) rooms_.erase(presence.room);
  return Difference(presence.room, before);
}

std::vector<RoomPresence::Change> RoomPresence::Expire(Micros now) {
  std::vector<Change> changes;
  for (auto room = rooms_.begin(); room != rooms_.end();) {
    const std::string name = room->first;
    const std::vector<ChatUser> before = UsersIn(name);
    std::erase_if(room->second, [now](const auto& said) { return now - said.second.at > kForgetAfter; });
    room = room->second.empty() ? rooms_.erase(room) : std::next(room);
    Change change = Difference(name, before);
    if (!change.left.empty()) changes.push_back(std::move(change));
  }
  return changes;
}

std::vector<ChatUser> RoomPresence::UsersIn(const std::string& room) const {
  std::map<std::int64_t, ChatUser> by_id;
  if (const auto found = rooms_.find(room); found != rooms_.end()) {
    for (const auto& [process, said] : found->second) {
      for (const ChatUser& user : said.users) by_id.try_emplace(user.id, user);
    }
  }
  std::vector<ChatUser> users;
  for (const auto& [id, user] : by_id) users.push_back(user);
  std::sort(users.begin(), users.end(), IsBefore);
  return users;
}

RoomPresence::Change RoomPresence::Difference(const std::string& room, const std::vector<ChatUser>& before) const {
  const std::vector<ChatUser> after = UsersIn(room);
  return {room, Without(after, before), Without(before, after)};
}

}  // namespace fajma::ws
