// What a server knows of the samples that came in.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <string_view>

#include "tests/unit/firmware/delivery_support.h"

namespace fajma::cli {

// Thread-safe. Counts one boot of each device; a second boot is an error of the devices, which do not restart here.
class Ledger {
 public:
  struct Settled {
    std::uint32_t boot = 0;
    std::uint32_t durable = 0;  // every seq up to it has come
  };

  Settled Take(const std::string& device, std::string_view payload) {
    const std::lock_guard lock(mutex_);
    Entry& entry = entries_[device];
    for (const firmware::SentRecord& record : firmware::ReadRecords(payload)) {
      if (entry.settled.boot != 0 && entry.settled.boot != record.boot) ++extra_boots_;
      entry.settled.boot = record.boot;
      entry.seqs.insert(record.seq);
    }
    while (entry.seqs.count(entry.settled.durable + 1) != 0) ++entry.settled.durable;
    return entry.settled;
  }

  std::size_t devices() const {
    const std::lock_guard lock(mutex_);
    return entries_.size();
  }
  // The smallest durable of all devices known.
  std::uint32_t lowest_durable() const {
    const std::lock_guard lock(mutex_);
    std::uint32_t lowest = entries_.empty() ? 0 : UINT32_MAX;
    for (const auto& [device, entry] : entries_) lowest = std::min(lowest, entry.settled.durable);
    return lowest;
  }
  std::uint32_t durable(const std::string& device) const {
    const std::lock_guard lock(mutex_);
    const auto found = entries_.find(device);
    return found == entries_.end() ? 0 : found->second.settled.durable;
  }
  int extra_boots() const {
    const std::lock_guard lock(mutex_);
    return extra_boots_;
  }

 private:
  struct Entry {
    Settled settled;
    std::set<std::uint32_t> seqs;
  };

  mutable std::mutex mutex_;
  std::map<std::string, Entry> entries_;  // guarded by mutex_
  int extra_boots_ = 0;                   // guarded by mutex_
};

}  // namespace fajma::cli
