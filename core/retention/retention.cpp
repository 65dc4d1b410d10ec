#include "core/retention/retention.h"

#include <algorithm>
#include <utility>

#include "core/runtime/log.h"
#include "core/runtime/metrics.h"

namespace fajma {
namespace {

constexpr Micros kDay = 24 * 60 * kMicrosPerMinute;
constexpr std::chrono::seconds kRenewEvery{2};
constexpr std::chrono::seconds kTellEvery{1};
constexpr std::chrono::seconds kAfterFailure{5};
constexpr int kPauseAlone = 2;      // times as long as the transaction
constexpr int kPauseForOthers = 5;  // while somebody waits for the writer

}  // namespace

Retention::Retention(Database& database, RetentionOptions options)
    : database_(database), options_(std::move(options)), store_(database, options_.owner), ownership_(database) {
  if (options_.days <= 0) return;
  thread_ = std::jthread([this](const std::stop_token& stop) { Run(stop); });
}

Retention::~Retention() {
  if (!thread_.joinable()) return;
  thread_.request_stop();
  thread_.join();
}

void Retention::Run(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    Clock::duration pause = options_.every;
    try {
      if (Renew()) CutAll(stop);
    } catch (const OwnershipLost&) {
      log::Warn("another process cuts what is too old now");
    } catch (const DatabaseError& error) {
      log::Warn("what is too old could not be cut; trying again", error.what());
      pause = std::min<Clock::duration>(pause, kAfterFailure);
    }
    Pause(stop, pause);
  }
}

void Retention::CutAll(const std::stop_token& stop) {
  const CutEdge plan = store_.Plan(options_.now() - options_.days * kDay);
  bool complete = false;
  while (!complete && !stop.stop_requested()) {
    if (Clock::now() >= renew_at_ && !Renew()) throw OwnershipLost();
    const auto begin = Clock::now();
    complete = CutOnce(plan).complete;
    const auto took = Clock::now() - begin;
    TellLists(complete);
    const int times = database_.waiting_writers() > 0 ? kPauseForOthers : kPauseAlone;
    if (!complete) Pause(stop, took * times);
  }
  TellLists(true);
  if (!options_.owner.empty()) ownership_.GiveUp(kRetentionWork, options_.owner);
  if (complete) ++rounds_;
}

bool Retention::Renew() {
  renew_at_ = Clock::now() + kRenewEvery;
  return options_.owner.empty() || ownership_.TakeOrRenew(kRetentionWork, options_.owner, options_.now(), kLease);
}

CutStep Retention::CutOnce(const CutEdge& plan) {
  CutStep step = store_.Cut(plan, rows_);
  Adapt(step.held);
  for (std::size_t table = 0; table < kCutTableCount; ++table) {
    cut_[table] += static_cast<std::uint64_t>(step.rows[table]);
    untold_ = untold_ || step.rows[table] != 0;
  }
  return step;
}

// Many rows share pages and one sync: transactions as long as they may be, whatever the disk and the load.
void Retention::Adapt(std::chrono::nanoseconds held) {
  if (held > kLongestHold) rows_ = std::max(kLeastRows, rows_ * 3 / 4);
  if (held < kLongestHold * 3 / 4) rows_ = std::min(kMostRows, rows_ + rows_ / 8 + 1);
}

// No commit number tells those who keep answers; each word to them costs ingest what it knows of the devices.
void Retention::TellLists(bool now) {
  if (!untold_ || (!now && Clock::now() < tell_at_)) return;
  untold_ = false;
  tell_at_ = Clock::now() + kTellEvery;
  database_.BumpDirectoryGeneration();
}

void Retention::Pause(const std::stop_token& stop, Clock::duration time) {
  std::unique_lock lock(mutex_);
  wakeup_.wait_for(lock, stop, time, [] { return false; });
}

void Retention::AppendMetrics(std::string& out) const {
  AppendMetricType(out, "fajma_retention_cut_total", "counter", "Rows that were too old and cut, by table.");
  for (std::size_t table = 0; table < kCutTableCount; ++table) {
    const std::string label = "table=\"" + std::string(NameOf(static_cast<CutTable>(table))) + "\"";
    AppendMetric(out, "fajma_retention_cut_total", label, cut_[table]);
  }
  AppendMetricType(out, "fajma_retention_rounds_total", "counter", "Rounds of cutting that this process completed.");
  AppendMetric(out, "fajma_retention_rounds_total", "", rounds_);
}

}  // namespace fajma
