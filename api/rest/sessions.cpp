// Sockets of users: an administrateur sees all, others their own.
#include "core/store/session_store.h"

#include "api/rest/lists.h"
#include "api/rest/resources.h"
#include "core/json/writer.h"

namespace fajma::rest {
namespace {

void AppendSession(std::string& out, const SocketSession& session) {
  json::ObjectWriter writer(out);
  writer.Integer("id", session.id);
  writer.String("channel_name", session.channel);
  writer.String("room_name", session.room);
  writer.String("type_connexion", session.kind);
  writer.String("adresse_ip", session.address);
  writer.String("user_agent", session.user_agent);
  writer.Time("date_connexion", session.opened_at);
  writer.Time("derniere_activite", session.active_at);
  writer.Bool("active", session.active);
  writer.Integer("utilisateur", session.user_id);
  writer.End();
}

http::Response List(Call& call, bool active_only) {
  SessionFilter filter;
  filter.active_only = active_only;
  if (call.identity->role != kAdministrateur) filter.user_id = call.identity->user.id;
  return AnswerPage(
      call, [&](PageRequest page) { return SessionStore(call.app.database).List(filter, page); }, AppendSession);
}

}  // namespace

http::Response ListSessions(Call& call) { return List(call, false); }
http::Response ListActiveSessions(Call& call) { return List(call, true); }

}  // namespace fajma::rest
