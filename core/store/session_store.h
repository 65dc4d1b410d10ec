// The sockets of users: who has which open since when.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/domain/time.h"
#include "core/store/database.h"
#include "core/store/page.h"

namespace fajma {

struct SocketSession {
  std::int64_t id = 0;
  std::string channel;     // `channel_name`: unique
  std::string room;        // `room_name`: the group it listens to
  std::string kind;        // `type_connexion`: iot, monitoring, alerts, chat
  std::string address;     // `adresse_ip`
  std::string user_agent;  // at most 1000 bytes are kept
  Micros opened_at = 0;
  Micros active_at = 0;  // the last sign of life that was noted
  bool active = true;
  std::int64_t user_id = 0;
};

struct SessionFilter {
  std::optional<std::int64_t> user_id;
  bool active_only = false;
};

// Thread-safe. Every call throws DatabaseError (DatabaseBusy when no session came free). `process` names the program
// that holds the sockets: the same at each of its starts, another for each program on one database.
class SessionStore {
 public:
  explicit SessionStore(Database& database) : database_(database) {}

  Page<SocketSession> List(const SessionFilter& filter, PageRequest page);  // newest first

  // In one transaction. Their ids, in order; one whose channel is there already keeps its id.
  std::vector<std::int64_t> Open(const std::vector<SocketSession>& sessions, const std::string& process);
  // Signs of life of many at once; those that are closed stay so.
  void Touch(const std::vector<std::int64_t>& ids, Micros now);
  void Close(const std::vector<std::int64_t>& ids, Micros now);
  // At the start of a program: nothing that it had open is open now. Sessions that ended before `forget_before` are
  // forgotten, everybody's. Returns how many were closed.
  std::int64_t CloseAllOfProcess(const std::string& process, Micros now, Micros forget_before);

 private:
  Database& database_;
};

}  // namespace fajma
