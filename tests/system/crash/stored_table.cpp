#include "tests/system/crash/stored_table.h"

#include <sqlite3.h>

#include <cstdio>
#include <stdexcept>
#include <unordered_map>

#include "tests/bench/load/numbered_reading.h"

namespace fajma::crash {
namespace {

class Query {
 public:
  Query(const std::filesystem::path& database, const char* sql) {
    const int opened = ::sqlite3_open_v2(database.c_str(), &connection_, SQLITE_OPEN_READONLY, nullptr);
    ::sqlite3_busy_timeout(connection_, 10'000);
    if (opened != SQLITE_OK || ::sqlite3_prepare_v2(connection_, sql, -1, &statement_, nullptr) != SQLITE_OK) {
      const std::string error = ::sqlite3_errmsg(connection_);
      ::sqlite3_close(connection_);
      throw std::runtime_error("the table cannot be read: " + error);
    }
  }
  ~Query() {
    ::sqlite3_finalize(statement_);
    ::sqlite3_close(connection_);
  }
  Query(const Query&) = delete;
  Query& operator=(const Query&) = delete;

  bool Next() {
    const int result = ::sqlite3_step(statement_);
    if (result == SQLITE_ROW) return true;
    if (result == SQLITE_DONE) return false;
    throw std::runtime_error(std::string("the table cannot be read: ") + ::sqlite3_errmsg(connection_));
  }
  std::int64_t Integer(int column) const { return ::sqlite3_column_int64(statement_, column); }
  double Real(int column) const { return ::sqlite3_column_double(statement_, column); }
  std::string Text(int column) const {
    return reinterpret_cast<const char*>(::sqlite3_column_text(statement_, column));
  }

 private:
  sqlite3* connection_ = nullptr;
  sqlite3_stmt* statement_ = nullptr;
};

// A message is the rows from one with rang 0 to the next; each has both measures in one of two orders.
constexpr const char* kRows =
    "SELECT d.adresse_mac, r.rang, t.type_donnee, r.valeur FROM fajma_donneescapteursiot r "
    "JOIN fajma_dispositivesiot d ON d.id = r.dispositif_id JOIN fajma_type_donnee t ON t.id = r.type_id ORDER BY r.id";

struct Message {
  std::string mac;
  double temperature = 0;
  double heart_rate = 0;
  int rows = 0;
};

class Counter {
 public:
  Counter(Comparison& comparison, const std::vector<DeviceLog>& devices) : comparison_(comparison) {
    for (const DeviceLog& device : devices) {
      stored_[device.mac] = {&device, std::vector<std::uint32_t>(device.sent.size())};
    }
  }

  void Take(const Message& message) {
    if (message.rows == 0) return;
    const auto found = stored_.find(message.mac);
    const auto number = load::NumberOf(message.temperature, message.heart_rate);
    const bool known = found != stored_.end() && number && *number < found->second.times.size() && message.rows == 2;
    if (!known) {
      ++comparison_.strange;
    } else {
      ++found->second.times[*number];
    }
  }

  void Finish() {
    for (const auto& [mac, stored] : stored_) {
      const DeviceLog& device = *stored.device;
      Tally& tally = comparison_.kinds[static_cast<std::size_t>(device.kind)];
      tally.sent += device.sent.size();
      tally.repeated += device.repeated;
      for (std::size_t i = 0; i < device.sent.size(); ++i) {
        const std::uint32_t times = stored.times[i];
        if (times > 0) ++tally.stored;
        if (times > 1) tally.doubled += times - 1;
        if (!IsAcknowledged(device.sent[i])) continue;
        ++tally.acknowledged;
        if (times == 0) ++tally.lost;
      }
    }
  }

 private:
  struct Stored {
    const DeviceLog* device = nullptr;
    std::vector<std::uint32_t> times;  // by number
  };
  Comparison& comparison_;
  std::unordered_map<std::string, Stored> stored_;
};

}  // namespace

bool Comparison::IsFlawless() const { return damage() == 0 && strange == 0; }

std::uint64_t Comparison::damage() const {
  std::uint64_t sum = 0;
  for (const Tally& tally : kinds) sum += tally.lost + tally.doubled;
  return sum;
}

std::int64_t CountRows(const std::filesystem::path& database) {
  Query query(database, "SELECT coalesce(sum(nombre), 0) FROM fajma_serie");
  query.Next();
  return query.Integer(0);
}

Comparison Compare(const std::filesystem::path& database, const std::vector<DeviceLog>& devices) {
  Comparison comparison;
  Counter counter(comparison, devices);
  Query query(database, kRows);
  Message message;
  while (query.Next()) {
    if (query.Integer(1) == 0) {
      counter.Take(message);
      message = Message{query.Text(0), 0, 0, 0};
    }
    const bool is_temperature = query.Text(2) == "temperature";
    (is_temperature ? message.temperature : message.heart_rate) = query.Real(3);
    ++message.rows;
  }
  counter.Take(message);
  counter.Finish();
  return comparison;
}

void Print(const Comparison& comparison) {
  std::printf("\n%-30s %9s %9s %13s %9s %6s %8s\n", "kind", "sent", "repeated", "acknowledged", "stored", "lost",
              "doubled");
  Tally all;
  const auto print = [](const char* name, const Tally& t) {
    const auto wide = [](std::uint64_t value) { return static_cast<unsigned long long>(value); };
    std::printf("%-30s %9llu %9llu %13llu %9llu %6llu %8llu\n", name, wide(t.sent), wide(t.repeated),
                wide(t.acknowledged), wide(t.stored), wide(t.lost), wide(t.doubled));
  };
  for (std::size_t i = 0; i < kKinds; ++i) {
    const Tally& tally = comparison.kinds[i];
    print(kKindNames[i].data(), tally);
    all.sent += tally.sent;
    all.repeated += tally.repeated;
    all.acknowledged += tally.acknowledged;
    all.stored += tally.stored;
    all.lost += tally.lost;
    all.doubled += tally.doubled;
  }
  print("all", all);
  if (comparison.strange > 0) {
    std::printf("messages in the table that nobody sent so: %llu\n",
                static_cast<unsigned long long>(comparison.strange));
  }
}

}  // namespace fajma::crash
