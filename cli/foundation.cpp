#include "cli/foundation.h"

#include <filesystem>
#include <random>
#include <utility>

#include "core/bus/in_process_event_bus.h"
#include "core/runtime/log.h"

namespace fajma::cli {
namespace {

std::unique_ptr<Database> OpenDatabase(const Settings& settings) {
  std::error_code error;
  std::filesystem::create_directories(settings.data_dir, error);
  if (error) throw BadSetting("data-dir", error.message());
  DatabaseOptions options;
  options.url = settings.database_url;
  options.readers =
      static_cast<std::size_t>(settings.http_workers) + 3;  // REST's workers, the sockets' background, bus
  std::unique_ptr<Database> database;
  try {
    database = std::make_unique<Database>(options);
  } catch (const DatabaseError&) {
    throw BadSetting("database-url", "sqlite:///path or postgresql://user@host:port/name is expected");
  }
  if (database->dialect() == Dialect::kSqlite) {
    database->Migrate();
  } else if (const std::string state = database->DescribeMigrationState(); !state.empty()) {
    throw DatabaseError(state, false);
  }
  return database;
}

std::uint64_t RandomNumber() {
  std::random_device random;
  return std::uint64_t{random()} << 32U | random();
}

}  // namespace

Foundation::Foundation(const Settings& settings)
    : database_(OpenDatabase(settings)), log_(*database_), process_(RandomNumber()), bus_(MakeBus(settings)) {
  bus_->Subscribe([this](const CommitPtr& commit) {
    database_->NoteCommit(commit->number);
    Dispatch(*commit);
  });
  if (!shared()) return;
  // What this process wrote, it knows already: the notice bumps a counter once more, which harms nothing.
  OnNotice(kDirectoryNotice, [this](const std::string&) { database_->NoteChange(Database::Change::kDirectory); });
  OnNotice(kJudgingNotice, [this](const std::string&) { database_->NoteChange(Database::Change::kJudging); });
  OnNoticesMissed([this] {
    database_->NoteChange(Database::Change::kDirectory);
    database_->NoteChange(Database::Change::kJudging);
  });
  database_->OnOwnChange([this](Database::Change change) {
    Tell(change == Database::Change::kDirectory ? kDirectoryNotice : kJudgingNotice, {});
  });
  metrics.Register([this](std::string& out) { redis_->AppendMetrics(out); });
}

// The channel's name is the database's: two installations may share one Redis.
std::unique_ptr<EventBus> Foundation::MakeBus(const Settings& settings) {
  if (settings.redis_url.empty()) return std::make_unique<InProcessEventBus>();
  RedisBusOptions options;
  const std::optional<RedisAddress> address = ParseRedisUrl(settings.redis_url);
  if (!address) throw BadSetting("redis-url", "redis://[[user]:password@]host[:port] is expected");
  if (database_->dialect() == Dialect::kSqlite) throw BadSetting("redis-url", "several processes need PostgreSQL");
  options.address = *address;
  {
    Lease lease = database_->Read();
    options.channel = "fajma:" + ReadDatabaseState(lease).epoch;
  }
  options.process = process_;
  options.newest_commit = [this] { return log_.Newest(); };
  options.load = [this](std::int64_t first, std::int64_t last) { return log_.Load(first, last); };
  options.on_problem = [](const char* event, const std::string& detail) { log::Warn(event, detail); };
  auto bus = std::make_unique<RedisEventBus>(std::move(options));
  redis_ = bus.get();
  return bus;
}

void Foundation::OnNotice(std::string_view topic, std::function<void(const std::string&)> handler) {
  notices_[std::string(topic)] = std::move(handler);
}

void Foundation::Dispatch(const Commit& commit) {
  for (const Notice& notice : commit.notices) {
    const auto handler = notices_.find(notice.topic);
    if (handler != notices_.end()) handler->second(notice.payload);
  }
}

void Foundation::Tell(std::string_view topic, std::string payload) {
  auto commit = std::make_shared<Commit>();
  commit->notices.push_back({std::string(topic), std::move(payload)});
  bus_->Publish(commit);
}

void Foundation::OnNoticesMissed(std::function<void()> handler) { missed_.push_back(std::move(handler)); }

void Foundation::Start() {
  if (redis_ == nullptr) return;
  redis_->OnNoticesMissed([this] {
    for (const auto& handler : missed_) handler();
  });
  redis_->Start();
}

void Foundation::Stop() {
  if (redis_ != nullptr) redis_->Stop();
}

}  // namespace fajma::cli
