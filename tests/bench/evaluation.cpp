// What judging a reading adds to ingest: 10,000 patients with six measures, in an order that no cache foresees.
// fajma_evaluation_bench DATABASE_URL: migrated here. Prints a line of JSON for each kind of thresholds: the engine
// alone; and one for the engine with what its consumer does for commits that raise no alert, and how long it took to
// begin from what the database holds (fajma_device_watch_bench and fajma_fill fill one).
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <exception>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "core/alerts/alert_engine.h"
#include "core/ingest/alert_consumer.h"
#include "core/store/threshold_store.h"

namespace fajma {
namespace {

constexpr std::int64_t kPatients = 10'000;
constexpr std::size_t kMessagesOfCommit = 500;
// A reading of each a minute, two hours of them: the first hour only fills what the second one replaces.
constexpr int kWarmUpRounds = 60;
constexpr int kRounds = 60;
constexpr Micros kBetweenRounds = kMicrosPerMinute;

// A patient at rest, some of whose values cross a band of NEWS2 now and then, and none a threshold.
struct Resting {
  MeasureId measure;
  double mean;
  double spread;
  double low, high;
};
constexpr Resting kResting[] = {
    {MeasureId::kHeartRate, 86, 4, 60, 105},        {MeasureId::kTemperature, 37.2, 0.3, 36, 37.9},
    {MeasureId::kOxygenSaturation, 97, 1, 95, 100}, {MeasureId::kSystolicPressure, 118, 5, 100, 135},
    {MeasureId::kDiastolicPressure, 75, 4, 60, 88}, {MeasureId::kRespiratoryRate, 16, 1, 13, 19},
};

enum class Rules { kDefault, kSomeOwn, kTrends };
struct NamedRules {
  const char* name;
  Rules rules;
};
constexpr NamedRules kRules[] = {{"default thresholds", Rules::kDefault},
                                 {"own thresholds of 1 in 20", Rules::kSomeOwn},
                                 {"trends for all", Rules::kTrends}};

Thresholds Make(Rules rules) {
  Thresholds thresholds;
  if (rules == Rules::kTrends) {
    ThresholdSetting setting{{50, 110}, {}, {}, {}, {}, TrendRule{60, 10 * kMicrosPerMinute}};
    thresholds.Set(kAllPatients, MeasureId::kHeartRate, AlertLevel::kWarning, setting);
  }
  if (rules == Rules::kSomeOwn) {
    for (std::int64_t patient = 1; patient <= kPatients; patient += 20) {
      ThresholdSetting setting{{55, 108}, 2, 10 * kMicrosPerSecond, 30 * kMicrosPerSecond, 2};
      thresholds.Set(patient, MeasureId::kHeartRate, AlertLevel::kWarning, setting);
    }
  }
  return thresholds;
}

class Ward {
 public:
  Ward() {
    for (std::int64_t id = 1; id <= kPatients; ++id) {
      StoredMessage& message = messages_.emplace_back();
      message.patient = std::make_shared<PatientRef>(PatientRef{id, "patient" + std::to_string(id), "salle1"});
      message.device = {id, Mac::FromBits(static_cast<std::uint64_t>(id))};
      message.time_source = TimeSource::kDevice;
    }
  }

  // Everybody's next message, the first one received at `from`.
  std::vector<StoredMessage>& Next(Micros from) {
    std::shuffle(messages_.begin(), messages_.end(), random_);
    for (StoredMessage& message : messages_) {
      message.values = {};
      for (const Resting& each : kResting) {
        std::normal_distribution<double> value(each.mean, each.spread);
        message.values.Add({each.measure, false, std::clamp(value(random_), each.low, each.high)});
      }
      message.first_row = row_;
      message.cursor = MakeCursor(++commit_, 0);
      message.measured_at = message.received_at = from += kBetweenRounds / kPatients;
      row_ += std::ssize(kResting);
    }
    return messages_;
  }

 private:
  std::mt19937 random_{7};
  std::vector<StoredMessage> messages_;
  std::int64_t row_ = 1;
  std::int64_t commit_ = 0;
};

class StopWatch {
 public:
  template <typename Work>
  void Time(const Work& work) {
    const auto begin = std::chrono::steady_clock::now();
    work();
    spent_ += std::chrono::steady_clock::now() - begin;
  }
  double NsPerReading(int rounds) const {
    const double readings = static_cast<double>(rounds) * static_cast<double>(kPatients * std::ssize(kResting));
    return std::chrono::duration<double, std::nano>(spent_).count() / readings;
  }

 private:
  std::chrono::steady_clock::duration spent_{};
};

double TimeEngine(Rules rules, std::size_t& asked) {
  Ward ward;
  AlertEngine engine;
  engine.Reload(Make(rules), {});
  std::vector<AlertRequest> requests;
  Micros now = SystemNow();
  StopWatch watch;
  for (int round = 0; round < kWarmUpRounds + kRounds; ++round, now += kBetweenRounds) {
    const std::vector<StoredMessage>& messages = ward.Next(now);
    const auto work = [&] {
      for (const StoredMessage& message : messages) engine.OnMessage(message, requests);
    };
    round < kWarmUpRounds ? work() : watch.Time(work);
  }
  asked = requests.size();
  return watch.NsPerReading(kRounds);
}

class NoBus final : public EventBus {
 public:
  void Publish(const CommitPtr&) override {}
  void Subscribe(Subscriber) override {}
};

double TimeConsumer(Database& database, double& recovery_ms) {
  constexpr int kConsumed = 20;
  Ward ward;
  NoBus bus;
  AlertConsumer consumer(database);
  const auto begin = std::chrono::steady_clock::now();
  consumer.Recover(bus);
  recovery_ms = std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - begin).count();
  StopWatch watch;
  Micros now = SystemNow() - (1 + kConsumed) * kBetweenRounds;
  for (int round = 0; round < 1 + kConsumed; ++round, now += kBetweenRounds) {
    const std::vector<StoredMessage>& messages = ward.Next(now);
    std::vector<Commit> commits(messages.size() / kMessagesOfCommit);
    for (std::size_t i = 0; i < commits.size(); ++i) {
      const auto first = messages.begin() + static_cast<std::ptrdiff_t>(i * kMessagesOfCommit);
      commits[i].messages.assign(first, first + kMessagesOfCommit);
    }
    const auto work = [&] {
      for (const Commit& commit : commits) consumer.Consume(commit, bus, now);
    };
    round == 0 ? work() : watch.Time(work);
  }
  return watch.NsPerReading(kConsumed);
}

}  // namespace
}  // namespace fajma

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: fajma_evaluation_bench DATABASE_URL\n");
    return 2;
  }
  try {
    for (const fajma::NamedRules& each : fajma::kRules) {
      std::size_t asked = 0;
      const double engine = fajma::TimeEngine(each.rules, asked);
      std::printf("{\"what\": \"engine, %s\", \"ns_per_reading\": %.0f, \"asked\": %zu}\n", each.name, engine, asked);
    }
    fajma::DatabaseOptions options;
    options.url = argv[1];
    fajma::Database database(options);
    database.Migrate();
    double recovery_ms = 0;
    const double consumer = fajma::TimeConsumer(database, recovery_ms);
    std::printf("{\"what\": \"engine and consumer\", \"ns_per_reading\": %.0f, \"recovery_ms\": %.1f}\n", consumer,
                recovery_ms);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
}
