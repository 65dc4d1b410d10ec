#include "api/ws/room_monitor.h"

#include <map>
#include <utility>

#include "core/json/frames.h"

namespace fajma::ws {
namespace {

std::int64_t ThisSecond() {
  const auto now = std::chrono::steady_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::seconds>(now).count();
}

// Listeners with one key are told the same.
std::string KeyOf(const RoomScope& scope) {
  if (!scope.global) return "1" + scope.name;
  if (*scope.global == nullptr) return "0";
  std::string key = "2";
  for (const std::string& room : **scope.global) key += " " + room;
  return key;
}

}  // namespace

RoomMonitor::RoomMonitor(Loop& loop, LiveHub& hub, Background& background, Database& database, MonitorSources sources)
    : loop_(loop), background_(background), database_(database), store_(database), sources_(std::move(sources)) {
  hub.Observe(*this);
}

void RoomMonitor::OnCommit(const Commit& commit) {
  if (!commit.repeated) counters_.NoteReadings(commit, ThisSecond());
  counters_.NoteState(commit);
  if (!loading_) return;
  auto& kept = since_asked_;
  if (kept.statuses.size() + kept.alerts.size() > kMaxKept) return;  // TakeLoaded sees it, and reads once more
  kept.statuses.insert(kept.statuses.end(), commit.statuses.begin(), commit.statuses.end());
  kept.alerts.insert(kept.alerts.end(), commit.alerts.begin(), commit.alerts.end());
}

bool RoomMonitor::IsFresh() const {
  if (!loaded_generation_) return false;
  const auto age = Clock::now() - loaded_at_;
  return age < kShortestUse || (age < kLongestUse && *loaded_generation_ == database_.directory_generation());
}

void RoomMonitor::StartLoad() {
  if (loading_) return;
  since_asked_ = {};
  loading_ = background_.Submit([this] {
    const std::int64_t generation =
        database_.directory_generation();  // before it is read: what comes later counts anew
    try {
      loop_.Post([this, generation, snapshot = store_.Load(sources_.process)] { TakeLoaded(snapshot, generation); });
    } catch (const DatabaseError&) {
      loop_.Post([this] { LoadFailed(); });
    }
  });
  if (!loading_) waiting_.clear();
}

void RoomMonitor::TakeLoaded(const MonitoringSnapshot& snapshot, std::int64_t generation) {
  loading_ = false;
  counters_.Load(snapshot);
  counters_.NoteState(since_asked_);
  sessions_elsewhere_ = snapshot.sessions_elsewhere;
  loaded_at_ = Clock::now();
  loaded_generation_ = generation;
  if (since_asked_.statuses.size() + since_asked_.alerts.size() > kMaxKept) loaded_generation_.reset();
  since_asked_ = {};
  SendTo(std::exchange(waiting_, {}));
}

// The next Tick tries again; until then the figures are those that were known, if any.
void RoomMonitor::LoadFailed() {
  loading_ = false;
  const auto waiting = std::exchange(waiting_, {});
  if (loaded_at_ != Clock::time_point{}) return SendTo(waiting);
  for (const ConnectionId id : waiting) {
    const auto listener = listeners_.find(id);
    Connection* connection = loop_.Find(id);
    if (listener != listeners_.end() && connection != nullptr) Greet(*connection, listener->second);
  }
}

void RoomMonitor::Greet(Connection& connection, Listener& listener) {
  if (const auto greeted = std::exchange(listener.greeted, nullptr)) greeted(connection);
}

void RoomMonitor::Join(ConnectionId id, RoomScope scope, std::function<void(Connection&)> greeted) {
  listeners_[id] = {std::move(scope), std::move(greeted)};
  Ask(id);
}

void RoomMonitor::Ask(ConnectionId id) {
  if (IsFresh()) return SendTo({id});
  waiting_.insert(id);
  StartLoad();
}

void RoomMonitor::Tick() {
  if (listeners_.empty()) return;
  std::unordered_set<ConnectionId> all;
  for (const auto& [id, listener] : listeners_) all.insert(id);
  if (IsFresh()) return SendTo(all);
  waiting_ = std::move(all);
  StartLoad();
}

void RoomMonitor::SendTo(const std::unordered_set<ConnectionId>& ids) {
  std::map<std::string, Frame> frames;
  for (const ConnectionId id : ids) {
    const auto listener = listeners_.find(id);
    Connection* connection = loop_.Find(id);
    if (listener == listeners_.end() || connection == nullptr) continue;
    Frame& frame = frames[KeyOf(listener->second.scope)];
    if (frame == nullptr) frame = EncodeTextFrame(StatsFrame(listener->second.scope));
    connection->Send(frame);
    Greet(*connection, listener->second);
  }
}

std::string RoomMonitor::StatsFrame(const RoomScope& scope) {
  const std::int64_t second = ThisSecond();
  MonitoringStats stats;
  if (!scope.global) {
    stats.room = counters_.Of(scope.name, second);
  } else {
    stats.room = *scope.global == nullptr ? counters_.OfAll(second) : counters_.OfRooms(**scope.global, second);
  }
  stats.active_sessions = sessions_elsewhere_ + static_cast<std::int64_t>(sources_.own_sessions());
  stats.api_response_ms = sources_.response_milliseconds();
  return MonitoringStatsFrame(scope.name, stats, SystemNow());
}

}  // namespace fajma::ws
