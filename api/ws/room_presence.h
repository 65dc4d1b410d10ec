// Who is in which room of the chat, seen over all processes. Pure: time is passed in.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "core/domain/chat.h"

namespace fajma::ws {

// Not thread-safe. A user is in a room as long as one process says so: several tabs, in several processes, are one
// presence. Bounded by what the processes say.
class RoomPresence {
 public:
  struct Change {
    std::string room;
    std::vector<ChatUser> joined;  // by name
    std::vector<ChatUser> left;
  };

  // The whole set of users that the process has in the room; none ends it. Who has come into the room by it, and gone.
  Change Set(const ChatPresence& presence, Micros now);
  // Drops the sets that were not repeated for kForgetAfter. Rooms where that changed nothing are not among the answers.
  std::vector<Change> Expire(Micros now);

  // Each once, by name.
  std::vector<ChatUser> UsersIn(const std::string& room) const;

  static constexpr Micros kRepeatEvery = 3 * kMicrosPerSecond;
  static constexpr Micros kForgetAfter = 10 * kMicrosPerSecond;

 private:
  struct Said {
    std::vector<ChatUser> users;
    Micros at = 0;
  };
  using Processes = std::map<std::uint64_t, Said>;

  Change Difference(const std::string& room, const std::vector<ChatUser>& before) const;

  std::map<std::string, Processes> rooms_;  // no empty ones
};

}  // namespace fajma::ws
