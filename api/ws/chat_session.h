// ws/chat/<room>/: messages, who is there, who is writing.
#pragma once

#include <string>

#include "api/ws/loop/session.h"
#include "api/ws/services.h"
#include "api/ws/socket_request.h"

namespace fajma::ws {

class ChatSession final : public Session {
 public:
  ChatSession(const Services& services, SocketContext context);

  // First the newest messages, then live from exactly there; with `?apres=` what was missed instead.
  void OnOpen(Connection& connection) override;
  void OnText(Connection& connection, std::string_view text) override;
  void OnBinary(Connection& connection, std::string_view data) override;
  void OnClose(ConnectionId id, std::uint16_t code) override;

 private:
  // What a client may ask.
  void Say(Connection& connection, const SocketRequest& request);
  void Type(Connection& connection, const SocketRequest& request);
  void ShowHistory(Connection& connection, const SocketRequest& request);

  void Begin(Connection& connection);
  bool MaySend(Connection& connection);
  ChatUser user() const { return {context_.user.user_id, context_.user.name}; }
  Topic topic() const { return {.kind = Topic::Kind::kChat, .room = context_.room}; }

  const Services services_;
  const SocketContext context_;
};

}  // namespace fajma::ws
