#include "api/auth/access_journal.h"

#include <functional>

#include "core/runtime/log.h"

namespace fajma::auth {
namespace {

constexpr std::size_t kRowsOfTransaction = 500;

// Threads are numbered as they come: each has a shard of its own as long as there are no more of them.
std::size_t NumberOfThread() {
  static std::atomic<std::size_t> next{0};
  thread_local const std::size_t number = next.fetch_add(1, std::memory_order_relaxed);
  return number;
}

}  // namespace

std::size_t AccessJournal::KeyHash::operator()(const Key& key) const noexcept {
  constexpr std::uint64_t kMix = 0x9E3779B97F4A7C15ULL;
  std::uint64_t hash = static_cast<std::uint64_t>(key.minute);
  for (const std::uint64_t part : {static_cast<std::uint64_t>(key.user_id), static_cast<std::uint64_t>(key.patient_id),
                                   static_cast<std::uint64_t>(key.route.size())}) {
    hash = (hash ^ part) * kMix;
    hash ^= hash >> 29;
  }
  return static_cast<std::size_t>(hash);
}

AccessJournal::AccessJournal(AccessStore& store, std::chrono::milliseconds write_every)
    : store_(store), write_every_(write_every), thread_([this](const std::stop_token& stop) { Run(stop); }) {}

AccessJournal::~AccessJournal() {
  thread_.request_stop();
  thread_.join();
  Write();
}

void AccessJournal::Note(std::int64_t user_id, std::int64_t patient_id, std::string_view route, Micros now) {
  const Key key{now - now % kMicrosPerMinute, user_id, patient_id, route};
  Shard& shard = shards_[NumberOfThread() % kShards];
  const std::lock_guard lock(shard.mutex);
  if (const auto known = shard.counts.find(key); known != shard.counts.end()) {
    ++known->second;
    return;
  }
  if (shard.counts.size() >= kMaxOfShard) {
    lost_.fetch_add(1, std::memory_order_relaxed);
    return;
  }
  shard.counts.emplace(key, 1);
  if (shard.counts.size() == kMaxOfShard / 2) {
    filling_.store(true, std::memory_order_release);
    wake_.notify_one();
  }
}

void AccessJournal::Collect() {
  for (Shard& shard : shards_) {
    Counts counts;
    {
      const std::lock_guard lock(shard.mutex);
      counts.swap(shard.counts);
    }
    for (const auto& [key, count] : counts) {
      if (waiting_.size() >= kMaxWaiting && !waiting_.contains(key)) {
        lost_.fetch_add(static_cast<std::uint64_t>(count), std::memory_order_relaxed);
      } else {
        waiting_[key] += count;
      }
    }
  }
}

bool AccessJournal::Write() {
  const std::lock_guard lock(write_mutex_);
  Collect();
  try {
    while (!waiting_.empty()) {
      std::vector<Access> rows;
      auto end = waiting_.begin();
      for (; end != waiting_.end() && rows.size() < kRowsOfTransaction; ++end) {
        const Key& key = end->first;
        rows.push_back({0, key.minute, key.user_id, key.patient_id, std::string(key.route), end->second});
      }
      store_.Add(rows);
      waiting_.erase(waiting_.begin(), end);
    }
  } catch (const DatabaseError& error) {
    log::Warn("the journal of accesses could not be written; trying again", error.what());
    return false;
  }
  return true;
}

void AccessJournal::Run(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    {
      std::unique_lock lock(wake_mutex_);
      wake_.wait_for(lock, stop, write_every_, [this] { return filling_.exchange(false); });
    }
    if (!stop.stop_requested()) Write();
  }
}

}  // namespace fajma::auth
