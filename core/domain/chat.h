// Chat between users, room by room.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/domain/reading.h"

namespace fajma {

// A message that has been stored.
struct ChatMessage {
  std::int64_t id = 0;
  Cursor cursor = 0;
  std::string room;
  std::int64_t user_id = 0;
  std::string user_name;
  std::string text;
  Micros sent_at = 0;
};

struct ChatUser {
  std::int64_t id = 0;
  std::string name;
  bool operator==(const ChatUser&) const = default;
};

// Somebody is writing; stored nowhere.
struct ChatSignal {
  std::string room;
  ChatUser user;
};

// All users whose sockets in that room a process holds; none: it holds no more.
struct ChatPresence {
  std::uint64_t process = 0;
  std::string room;
  std::vector<ChatUser> users;
};

inline constexpr std::size_t kMaxChatCharacters = 2000;

enum class ChatTextFault { kLength, kControlCharacter };

// The text as it is stored: without white space at its ends, 1 to kMaxChatCharacters code points. Everything in it is
// data. Refused are the control characters but tab, line feed and carriage return: U+0000 to U+001F, U+007F to U+009F.
// `text` must be valid UTF-8. Pure.
std::variant<std::string, ChatTextFault> ParseChatText(std::string_view text);

}  // namespace fajma
