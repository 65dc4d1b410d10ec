// Messages of the chat.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/domain/chat.h"
#include "core/store/database.h"
#include "core/store/reading_store.h"

namespace fajma {

struct ChatHistory {
  std::vector<ChatMessage> messages;  // oldest first
  Cursor as_of = 0;                   // they, and older ones, are all that was committed up to here
};

// Thread-safe. Every call throws DatabaseError (DatabaseBusy when no session came free). A message shows the name that
// its user has now.
class ChatStore {
 public:
  explicit ChatStore(Database& database) : database_(database) {}

  // One transaction with its commit number; the caller publishes what it gets back. `text` as ParseChatText gave it.
  ChatMessage Add(const std::string& room, const ChatUser& user, const std::string& text, Micros now);
  // The newest of the room, or the newest of those with a lower id than `before`; at most kMaxPageRows.
  ChatHistory Newest(const std::string& room, std::optional<std::int64_t> before, std::int64_t limit);
  // In commit order, those after the cursor and up to `up_to`.
  FeedPage<ChatMessage> After(const std::string& room, Cursor after, std::int64_t limit, Cursor up_to = kNoEnd);
  // The same of all rooms, those that were deleted included.
  FeedPage<ChatMessage> AllAfter(Cursor after, std::int64_t limit, Cursor up_to = kNoEnd);

 private:
  FeedPage<ChatMessage> Feed(const std::string* room, Cursor after, std::int64_t limit, Cursor up_to);

  Database& database_;
};

// Inside a writer's transaction: the messages of a room go with its name.
void RenameChat(Lease& lease, const std::string& from, const std::string& to);

}  // namespace fajma
