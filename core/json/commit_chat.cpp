// The chat in a commit.
#include "core/json/commit_parts.h"

namespace fajma::commit_parts {
namespace {

void Write(Writer& to, const ChatUser& user) {
  to.StartArray();
  to.Int64(user.id);
  Text(to, user.name);
  to.EndArray();
}

bool Read(Reader from, ChatUser& user) {
  user.id = from.Int();
  user.name = from.Text();
  return from.ok();
}

}  // namespace

void Write(Writer& to, const ChatMessage& message) {
  to.StartArray();
  to.Int64(message.id);
  to.Int64(message.cursor);
  Text(to, message.room);
  to.Int64(message.user_id);
  Text(to, message.user_name);
  Text(to, message.text);
  to.Int64(message.sent_at);
  to.EndArray();
}

void Write(Writer& to, const ChatSignal& signal) {
  to.StartArray();
  Text(to, signal.room);
  Write(to, signal.user);
  to.EndArray();
}

void Write(Writer& to, const ChatPresence& presence) {
  to.StartArray();
  to.Uint64(presence.process);
  Text(to, presence.room);
  to.StartArray();
  for (const ChatUser& user : presence.users) Write(to, user);
  to.EndArray();
  to.EndArray();
}

bool Read(Reader from, ChatMessage& message) {
  message.id = from.Int();
  message.cursor = from.Int();
  message.room = from.Text();
  message.user_id = from.Int();
  message.user_name = from.Text();
  message.text = from.Text();
  message.sent_at = from.Int();
  return from.ok();
}

bool Read(Reader from, ChatSignal& signal) {
  signal.room = from.Text();
  from.Require(Read(Reader(from.Next()), signal.user));
  return from.ok();
}

bool Read(Reader from, ChatPresence& presence) {
  presence.process = from.Unsigned();
  presence.room = from.Text();
  const Value& users = from.Next();
  if (!users.IsArray()) return false;
  for (const Value& user : users.GetArray()) from.Require(Read(Reader(user), presence.users.emplace_back()));
  return from.ok();
}

}  // namespace fajma::commit_parts
