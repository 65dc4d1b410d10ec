// What every process of an installation has, whichever doors it opens: the database, the bus, the figures.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "cli/settings.h"
#include "core/bus/event_bus.h"
#include "core/bus/redis_event_bus.h"
#include "core/runtime/metrics.h"
#include "core/store/commit_log.h"
#include "core/store/database.h"

namespace fajma::cli {

// Topics of notices.
inline constexpr std::string_view kDirectoryNotice = "directory";
inline constexpr std::string_view kJudgingNotice = "judging";
inline constexpr std::string_view kSessionEndNotice = "session_end";
inline constexpr std::string_view kLimitsNotice = "limits";             // auth::EncodeLimits
inline constexpr std::string_view kCommandNotice = "command";           // the device's MAC, as in topics
inline constexpr std::string_view kCommandSentNotice = "command_sent";  // the command's id

class Foundation {
 public:
  // Throws BadSetting, DatabaseError (a database that must be migrated first, or is newer), std::runtime_error.
  explicit Foundation(const Settings& settings);
  Foundation(const Foundation&) = delete;
  Foundation& operator=(const Foundation&) = delete;

  Database& database() { return *database_; }
  EventBus& bus() { return *bus_; }
  // Several processes may write: a bus between them was given.
  bool shared() const { return redis_ != nullptr; }
  std::uint64_t process() const { return process_; }
  // Whether what is told reaches the others now.
  bool connected() const { return redis_ != nullptr && redis_->connected(); }

  // What to do when that notice comes, from this process too. Before Start; returns at once.
  void OnNotice(std::string_view topic, std::function<void(const std::string& payload)> handler);
  void Tell(std::string_view topic, std::string payload);
  // Notices of others may have been missed. Before Start.
  void OnNoticesMissed(std::function<void()> handler);

  // After all subscriptions: begins to hear of other processes. And ends it.
  void Start();
  void Stop();

  // Redis, which joins the processes, is away: live events are read from the database.
  bool LacksRedis() const { return redis_ != nullptr && !redis_->connected(); }

  MessageCounters counters;
  MetricsPage metrics;

 private:
  std::unique_ptr<EventBus> MakeBus(const Settings& settings);
  void Dispatch(const Commit& commit);

  std::unique_ptr<Database> database_;
  CommitLog log_;
  const std::uint64_t process_;
  std::map<std::string, std::function<void(const std::string&)>, std::less<>> notices_;
  std::vector<std::function<void()>> missed_;
  RedisEventBus* redis_ = nullptr;  // bus_, when it is one; MakeBus says so
  std::unique_ptr<EventBus> bus_;
};

}  // namespace fajma::cli
