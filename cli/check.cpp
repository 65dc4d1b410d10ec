#include <chrono>
#include <cstdio>
#include <filesystem>
#include <string>

#include "bridge/broker_check.h"
#include "cli/commands.h"
#include "core/bus/redis_connection.h"
#include "core/store/alert_audit.h"
#include "core/store/database.h"

namespace fajma::cli {
namespace {

constexpr std::chrono::milliseconds kRedisTimeout{2000};
constexpr std::string_view kLevelNames[] = {"good", "unknown", "BAD"};

void Tell(std::string_view level, std::string_view what, std::string_view detail) {
  std::printf("%-8.*s %-24.*s %.*s\n", static_cast<int>(level.size()), level.data(), static_cast<int>(what.size()),
              what.data(), static_cast<int>(detail.size()), detail.data());
}

bool CheckDatabase(const Settings& settings) {
  try {
    Database database(DatabaseOptions{settings.database_url, 1, 1});
    const std::string state = database.DescribeMigrationState();
    Tell(state.empty() ? "good" : "BAD", "database", state.empty() ? "answers, schema up to date" : state);
    return state.empty();
  } catch (const DatabaseError& error) {
    Tell("BAD", "database", error.what());
    return false;
  }
}

// That nobody changed the account of alerts.
bool CheckAudit(const Settings& settings) {
  try {
    Database database(DatabaseOptions{settings.database_url, 1, 1});
    if (!database.DescribeMigrationState().empty()) return true;  // said already
    const AlertAudit::Check check = AlertAudit(database).Verify();
    const bool good = check.fault.empty();
    Tell(good ? "good" : "BAD", "audit of alerts", good ? std::to_string(check.rows) + " rows, unbroken" : check.fault);
    return good;
  } catch (const DatabaseError& error) {
    Tell("BAD", "audit of alerts", error.what());
    return false;
  }
}

bool CheckRedis(const Settings& settings) {
  if (settings.redis_url.empty()) return true;
  const std::optional<RedisAddress> address = ParseRedisUrl(settings.redis_url);
  if (!address) throw BadSetting("redis-url", "redis://[[user]:password@]host[:port] is expected");
  try {
    const RedisConnection connection(*address, kRedisTimeout);
    Tell("good", "redis", "answers");
    return true;
  } catch (const RedisError& error) {
    Tell("BAD", "redis", error.what());
    return false;
  }
}

bool CheckFolder(const Settings& settings) {
  std::error_code error;
  std::filesystem::create_directories(settings.data_dir, error);
  const auto space = std::filesystem::space(settings.data_dir, error);
  const bool good = !error && space.available > (1ULL << 30);
  Tell(good ? "good" : "BAD", "data-dir", good ? "usable" : "cannot be made, or less than 1 GiB is free");
  return good;
}

}  // namespace

int RunCheck(Settings settings) {
  Complete(settings);
  const std::optional<MqttAddress> broker = ParseMqttUrl(settings.mqtt_url);
  if (!broker) throw BadSetting("mqtt-url", "mqtt://[user:password@]host:port or mqtts://… is expected");
  bool good = CheckFolder(settings);
  good = CheckDatabase(settings) && good;
  good = CheckAudit(settings) && good;
  good = CheckRedis(settings) && good;
  for (const Finding& finding : CheckBroker(*broker)) {
    Tell(kLevelNames[static_cast<std::size_t>(finding.level)], finding.setting, finding.detail);
    good = good && finding.level != Finding::Level::kBad;
  }
  return good ? 0 : 1;
}

}  // namespace fajma::cli
