#include "core/store/chat_store.h"

#include <algorithm>

#include "core/store/commit_window.h"
#include "core/store/page.h"

namespace fajma {
namespace {

constexpr std::string_view kColumns =
    "numero, lot, evenement, m.id, m.room_name, m.utilisateur_id, u.username, m.message, m.\"timestamp\""
    " FROM fajma_messagechat m LEFT JOIN fajma_utilisateur u ON u.id = m.utilisateur_id";

// The variables of kColumns, in their order.
class ChatRow {
 public:
  explicit ChatRow(Statement& query) {
    query.Into(commit_, lot_, event_, message_.id, message_.room, message_.user_id, name_, message_.text,
               message_.sent_at);
  }
  ChatMessage Get() const {
    ChatMessage message = message_;
    if (commit_ && lot_) message.cursor = MakeCursor(*commit_, event_ - *lot_ * kCursorsPerCommit);
    message.user_name = name_.value_or("");
    return message;
  }

 private:
  ChatMessage message_;
  std::optional<std::int64_t> commit_;
  std::optional<std::int64_t> lot_;
  std::int64_t event_ = 0;
  std::optional<std::string> name_;
};

std::int64_t Insert(Lease& lease, const ChatMessage& message, std::int64_t event) {
  std::int64_t id = 0;
  Statement insert(lease,
                   "INSERT INTO fajma_messagechat (room_name, message, \"timestamp\", utilisateur_id, evenement)"
                   " VALUES (:salle, :message, :instant, :utilisateur, :evenement) RETURNING id");
  insert.Bind("salle", message.room).Bind("message", message.text).Bind("instant", message.sent_at);
  insert.Bind("utilisateur", message.user_id).Bind("evenement", event).Into(id).Next();
  return id;
}

}  // namespace

ChatMessage ChatStore::Add(const std::string& room, const ChatUser& user, const std::string& text, Micros now) {
  ChatMessage message{0, 0, room, user.id, user.name, text, now};
  Lease lease = database_.Write();
  lease.Begin();
  const std::int64_t lot = TakeLot(lease);
  message.id = Insert(lease, message, lot * kCursorsPerCommit);
  message.cursor = MakeCursor(TakeCommitNumber(lease, lot, now), 0);
  lease.Commit();
  return message;
}

ChatHistory ChatStore::Newest(const std::string& room, std::optional<std::int64_t> before, std::int64_t limit) {
  Lease lease = database_.Read();
  lease.Begin();  // one snapshot
  ChatHistory history;
  history.as_of = MakeCursor(ReadDatabaseState(lease).last_commit + 1, -1);
  Statement query(lease, "SELECT " + std::string(kColumns) +
                             " LEFT JOIN fajma_commit ON lot = evenement / 8192 WHERE m.room_name = :salle" +
                             (before ? " AND m.id < :avant" : "") + " ORDER BY m.id DESC LIMIT :limit");
  query.Bind("salle", room).Bind("limit", std::clamp<std::int64_t>(limit, 0, kMaxPageRows));
  if (before) query.Bind("avant", *before);
  ChatRow row(query);
  while (query.Next()) history.messages.push_back(row.Get());
  std::reverse(history.messages.begin(), history.messages.end());
  return history;
}

FeedPage<ChatMessage> ChatStore::After(const std::string& room, Cursor after, std::int64_t limit, Cursor up_to) {
  return Feed(&room, after, limit, up_to);
}

FeedPage<ChatMessage> ChatStore::AllAfter(Cursor after, std::int64_t limit, Cursor up_to) {
  return Feed(nullptr, after, limit, up_to);
}

FeedPage<ChatMessage> ChatStore::Feed(const std::string* room, Cursor after, std::int64_t limit, Cursor up_to) {
  const auto wanted = static_cast<std::size_t>(std::clamp<std::int64_t>(limit, 1, kMaxPageRows));
  Lease lease = database_.Read();
  CommitWindows windows(lease, after, up_to);
  FeedPage<ChatMessage> page;
  for (CommitWindow window = windows.Next(); !window.empty() && page.complete; window = windows.Next()) {
    Statement query(lease, "SELECT " + std::string(kColumns) + " JOIN fajma_commit ON lot = evenement / 8192 WHERE" +
                               (room != nullptr ? " m.room_name = :salle AND" : "") +
                               " evenement >= :premiere AND evenement <= :derniere AND numero >= :de"
                               " AND numero <= :a AND (numero > :de OR evenement > lot * 8192 + :rang)"
                               " ORDER BY numero, evenement LIMIT :limit");
    if (room != nullptr) query.Bind("salle", *room);
    query.Bind("premiere", window.first_id).Bind("derniere", window.last_id);
    query.Bind("de", CommitOf(after)).Bind("a", window.last_commit).Bind("rang", after % kCursorsPerCommit);
    query.Bind("limit", wanted - page.rows.size());
    ChatRow row(query);
    while (query.Next()) page.rows.push_back(row.Get());
    if (!page.rows.empty()) after = page.rows.back().cursor;
    page.complete = page.rows.size() < wanted;
  }
  page.next = page.complete ? std::max(after, MakeCursor(windows.last(), kCursorsPerCommit - 1)) : after;
  return page;
}

void RenameChat(Lease& lease, const std::string& from, const std::string& to) {
  Statement(lease, "UPDATE fajma_messagechat SET room_name = :nom WHERE room_name = :avant")
      .Bind("nom", to)
      .Bind("avant", from)
      .Run();
}

}  // namespace fajma
