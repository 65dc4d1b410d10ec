// ws/monitoring/: the figures of rooms, kept from commits, and who is told of them.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <unordered_map>
#include <unordered_set>

#include "api/ws/background.h"
#include "api/ws/live_hub.h"
#include "api/ws/loop/loop.h"
#include "api/ws/room_counters.h"
#include "core/store/database.h"
#include "core/store/monitoring_store.h"

namespace fajma::ws {

// Which rooms a monitor shows.
struct RoomScope {
  std::string name;             // `room_name` on the wire
  std::optional<Rooms> global;  // absent: the room of that name; else these rooms, null: all
};

struct MonitorSources {
  std::string process;                            // names this program among those that hold sockets
  std::function<std::size_t()> own_sessions;      // sockets of users here; loop thread
  std::function<double()> response_milliseconds;  // of the REST API; any thread
};

// Devices and alerts are read from the database when somebody asks and what is known is not good any more: never read,
// REST changed the directory, the hub passed over commits, or kLongestUse went by. Readings are counted from the start
// of the program. Loop thread, unless said otherwise. Outlives the loop's and the background's work.
class RoomMonitor final : public CommitObserver {
 public:
  RoomMonitor(Loop& loop, LiveHub& hub, Background& background, Database& database, MonitorSources sources);

  // `monitoring_stats` now (or when they have been read), and at each Tick until Leave. `greeted` is called once:
  // behind the first, or when they cannot be read.
  void Join(ConnectionId id, RoomScope scope, std::function<void(Connection&)> greeted);
  void Leave(ConnectionId id) { listeners_.erase(id); }
  // Once more, out of turn.
  void Ask(ConnectionId id);
  // Tells all listeners; the figures of a room are put together and encoded once.
  void Tick();

  void OnCommit(const Commit& commit) override;
  void OnMissed() override { loaded_generation_.reset(); }

  static constexpr std::chrono::seconds kTick{5};
  static constexpr std::chrono::seconds kLongestUse{60};
  static constexpr std::chrono::seconds kShortestUse{1};  // not read more often, whatever changes

 private:
  using Clock = std::chrono::steady_clock;

  struct Listener {
    RoomScope scope;
    std::function<void(Connection&)> greeted;  // not called yet
  };

  void Greet(Connection& connection, Listener& listener);
  bool IsFresh() const;
  void StartLoad();
  void TakeLoaded(const MonitoringSnapshot& snapshot, std::int64_t generation);
  void LoadFailed();
  void SendTo(const std::unordered_set<ConnectionId>& ids);
  std::string StatsFrame(const RoomScope& scope);

  Loop& loop_;
  Background& background_;
  Database& database_;
  MonitoringStore store_;
  const MonitorSources sources_;
  RoomCounters counters_;
  std::unordered_map<ConnectionId, Listener> listeners_;
  std::unordered_set<ConnectionId> waiting_;  // for what is being read
  bool loading_ = false;
  std::optional<std::int64_t> loaded_generation_;
  Clock::time_point loaded_at_{};
  std::int64_t sessions_elsewhere_ = 0;
  Commit since_asked_;  // states that changed while the database is read; bounded by kMaxKept
  static constexpr std::size_t kMaxKept = 100'000;
};

}  // namespace fajma::ws
