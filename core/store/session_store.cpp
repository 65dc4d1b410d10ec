#include "core/store/session_store.h"

#include "core/store/conditions.h"

namespace fajma {
namespace {

constexpr std::size_t kMaxUserAgent = 1000;

constexpr std::string_view kColumns =
    "id, channel_name, room_name, type_connexion, adresse_ip, user_agent, date_connexion, derniere_activite, active,"
    " utilisateur_id";

// Cut where a character ends.
std::string_view Shortened(std::string_view text) {
  if (text.size() <= kMaxUserAgent) return text;
  std::size_t end = kMaxUserAgent;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
  return text.substr(0, end);
}

}  // namespace

Page<SocketSession> SessionStore::List(const SessionFilter& filter, PageRequest page) {
  Lease lease = database_.Read();
  Conditions conditions;
  if (filter.user_id) conditions.Add("utilisateur_id = :utilisateur", "utilisateur", *filter.user_id);
  if (filter.active_only) conditions.Add("active = 1");
  Page<SocketSession> result;
  Statement count(lease, "SELECT COUNT(*) FROM fajma_sessionswebsocket" + conditions.text());
  conditions.BindTo(count);
  count.Into(result.count).Next();
  if (page.bounded_limit() == 0 || page.bounded_offset() >= result.count) return result;
  Statement query(lease, "SELECT " + std::string(kColumns) + " FROM fajma_sessionswebsocket" + conditions.text() +
                             " ORDER BY id DESC LIMIT :limit OFFSET :offset");
  conditions.BindTo(query);
  SocketSession row;
  query.Bind("limit", page.bounded_limit()).Bind("offset", page.bounded_offset());
  query.Into(row.id, row.channel, row.room, row.kind, row.address, row.user_agent, row.opened_at, row.active_at,
             row.active, row.user_id);
  while (query.Next()) result.rows.push_back(row);
  return result;
}

std::vector<std::int64_t> SessionStore::Open(const std::vector<SocketSession>& sessions, const std::string& process) {
  Lease lease = database_.Write();
  lease.Begin();
  std::vector<std::int64_t> ids;
  for (const SocketSession& session : sessions) {
    Statement insert(
        lease,
        "INSERT INTO fajma_sessionswebsocket (channel_name, room_name, type_connexion, adresse_ip, user_agent,"
        " date_connexion, derniere_activite, active, utilisateur_id, processus) VALUES (:channel, :room,"
        " :type, :ip, :agent, :connexion, :activite, 1, :utilisateur, :processus)"
        " ON CONFLICT (channel_name) DO UPDATE SET active = 1 RETURNING id");
    insert.Bind("channel", session.channel)
        .Bind("room", session.room)
        .Bind("type", session.kind)
        .Bind("ip", session.address)
        .Bind("agent", Shortened(session.user_agent))
        .Bind("connexion", session.opened_at)
        .Bind("activite", session.opened_at)
        .Bind("utilisateur", session.user_id)
        .Bind("processus", process);
    insert.Into(ids.emplace_back()).Next();
  }
  lease.Commit();
  return ids;
}

void SessionStore::Touch(const std::vector<std::int64_t>& ids, Micros now) {
  if (ids.empty()) return;
  Lease lease = database_.Write();
  Statement update(lease, "UPDATE fajma_sessionswebsocket SET derniere_activite = :now WHERE active = 1 AND " +
                              InList(lease.dialect(), "id", "ids"));
  update.Bind("now", now).Bind("ids", ListText(lease.dialect(), ids)).Run();
}

void SessionStore::Close(const std::vector<std::int64_t>& ids, Micros now) {
  if (ids.empty()) return;
  Lease lease = database_.Write();
  Statement update(lease,
                   "UPDATE fajma_sessionswebsocket SET active = 0, derniere_activite = :now WHERE active = 1 AND " +
                       InList(lease.dialect(), "id", "ids"));
  update.Bind("now", now).Bind("ids", ListText(lease.dialect(), ids)).Run();
}

std::int64_t SessionStore::CloseAllOfProcess(const std::string& process, Micros now, Micros forget_before) {
  Lease lease = database_.Write();
  lease.Begin();
  const std::int64_t closed = Statement(lease,
                                        "UPDATE fajma_sessionswebsocket SET active = 0, derniere_activite = :now"
                                        " WHERE active = 1 AND processus = :processus")
                                  .Bind("now", now)
                                  .Bind("processus", process)
                                  .Run();
  Statement(lease, "DELETE FROM fajma_sessionswebsocket WHERE active = 0 AND derniere_activite < :avant")
      .Bind("avant", forget_before)
      .Run();
  lease.Commit();
  return closed;
}

}  // namespace fajma
