#include "api/ws/chat_session.h"

#include <memory>
#include <utility>
#include <variant>

#include "api/ws/catch_up.h"
#include "core/json/frames.h"
#include "core/store/chat_store.h"

namespace fajma::ws {
namespace {

constexpr SocketRoute kRoute = SocketRoute::kChat;
constexpr std::int64_t kShownAtFirst = 50;
constexpr std::int64_t kMostShown = 100;

void Answer(const Services& services, ConnectionId id, std::string frame) {
  services.loop.Post([services, id, frame = std::move(frame)] {
    if (Connection* here = services.loop.Find(id)) here->SendText(frame);
  });
}

std::string Unavailable() { return ErrorFrame("unavailable", "Service momentanément indisponible."); }

void TellUnavailable(const Services& services, ConnectionId id) {
  services.loop.Post([services, id] {
    if (Connection* here = services.loop.Find(id)) SendError(services, kRoute, *here, Unavailable());
  });
}

void CloseForNow(const Services& services, ConnectionId id) {
  services.loop.Post([services, id] {
    if (Connection* late = services.loop.Find(id)) late->Close(kCloseTryAgainLater, "try again later");
  });
}

}  // namespace

ChatSession::ChatSession(const Services& services, SocketContext context)
    : services_(services), context_(std::move(context)) {}

void ChatSession::OnOpen(Connection& connection) {
  Register(services_, connection.id(), context_, "chat", "chat_" + context_.room);
  const std::optional<Cursor> after = context_.after ? ParseCursor(*context_.after) : std::nullopt;
  if (context_.after && !after)
    SendError(services_, kRoute, connection, ErrorFrame("invalid_cursor", "Curseur invalide."));
  if (!after) return Begin(connection);
  services_.chats.Join(connection.id(), context_.room, user());
  CatchUp(services_, connection.id(), topic(), *after);
}

void ChatSession::Begin(Connection& connection) {
  const ConnectionId id = connection.id();
  const bool taken = services_.background.Submit([services = services_, id, topic = topic(), user = user()] {
    try {
      const ChatHistory history = ChatStore(services.database).Newest(topic.room, std::nullopt, kShownAtFirst);
      const std::string frame = ChatHistoryFrame(topic.room, history.messages, std::nullopt);
      services.loop.Post([services, id, topic, user, frame, as_of = history.as_of] {
        Connection* here = services.loop.Find(id);
        if (here == nullptr || here->closing()) return;
        here->SendText(frame);
        services.chats.Join(id, topic.room, user);
        CatchUp(services, id, topic, as_of);
      });
    } catch (const DatabaseError&) {
      CloseForNow(services, id);
    }
  });
  if (!taken) connection.Close(kCloseTryAgainLater, "try again later");
}

void ChatSession::OnText(Connection& connection, std::string_view text) {
  static constexpr struct {
    std::string_view type;
    void (ChatSession::*take)(Connection&, const SocketRequest&);
  } kRequests[] = {
      {"chat_message", &ChatSession::Say}, {"typing", &ChatSession::Type}, {"history", &ChatSession::ShowHistory}};
  services_.recorder.Touch(connection.id());
  const auto request = SocketRequest::Read(services_, context_.route, connection, text);
  if (!request) return;
  for (const auto& known : kRequests) {
    if (request->type() == known.type) return (this->*known.take)(connection, *request);
  }
  RefuseType(services_, context_.route, connection);
}

void ChatSession::OnBinary(Connection& connection, std::string_view data) { OnText(connection, data); }

bool ChatSession::MaySend(Connection& connection) {
  if (services_.chats.MaySend(context_.user.user_id)) return true;
  SendError(services_, kRoute, connection, ErrorFrame("rate_limited", "Trop de messages, réessayez dans un instant."));
  return false;
}

void ChatSession::Say(Connection& connection, const SocketRequest& request) {
  const auto parsed = ParseChatText(request.TextOf("message").value_or(""));
  if (const auto* fault = std::get_if<ChatTextFault>(&parsed)) {
    const bool control = *fault == ChatTextFault::kControlCharacter;
    return SendError(services_, kRoute, connection,
                     ErrorFrame("invalid_data",
                                control ? "Caractère de contrôle refusé." : "Message requis (1 à 2000 caractères)."));
  }
  if (!MaySend(connection)) return;
  const bool taken = services_.background.Submit([services = services_, id = connection.id(), room = context_.room,
                                                  user = user(), text = std::get<std::string>(parsed)] {
    try {
      auto commit = std::make_shared<Commit>();
      commit->chat_messages.push_back(ChatStore(services.database).Add(room, user, text, SystemNow()));
      commit->number = CommitOf(commit->chat_messages.front().cursor);
      services.bus.Publish(commit);
    } catch (const DatabaseError&) {
      TellUnavailable(services, id);
    }
  });
  if (!taken) SendError(services_, kRoute, connection, Unavailable());
}

void ChatSession::Type(Connection&, const SocketRequest&) { services_.chats.Type(context_.room, user()); }

void ChatSession::ShowHistory(Connection& connection, const SocketRequest& request) {
  const std::optional<std::int64_t> before = request.IntegerOf("before");
  const std::int64_t limit = request.IntegerOf("limit").value_or(request.Find("limit") ? 0 : kShownAtFirst);
  if ((request.Find("before") && before.value_or(0) < 1) || limit < 1 || limit > kMostShown) {
    SendError(services_, kRoute, connection,
              ErrorFrame("invalid_data", "before : entier positif ; limit : entier de 1 à 100."));
    return;
  }
  if (!MaySend(connection)) return;
  const bool taken =
      services_.background.Submit([services = services_, id = connection.id(), room = context_.room, before, limit] {
        try {
          const ChatHistory history = ChatStore(services.database).Newest(room, before, limit);
          Answer(services, id, ChatHistoryFrame(room, history.messages, before));
        } catch (const DatabaseError&) {
          TellUnavailable(services, id);
        }
      });
  if (!taken) SendError(services_, kRoute, connection, Unavailable());
}

void ChatSession::OnClose(ConnectionId id, std::uint16_t) {
  Unregister(services_, id);
  services_.chats.Leave(id, context_.room);
  services_.hub.Leave(id, topic());
}

}  // namespace fajma::ws
