// Readings that are cut within one transaction, and what tells of them: series, alerts' triggers, places in lists. The
// rollups are cut by hours of their own. Included only by this folder's .cpp files.
#pragma once

#include <cstdint>
#include <map>
#include <set>

#include "core/store/series.h"

namespace fajma {

class CutReadings {
 public:
  explicit CutReadings(Lease& lease) : lease_(lease) {}

  // Those with the lowest ids from `first` to `last`, at most `limit`; returns how many there were.
  std::int64_t Delete(std::int64_t first, std::int64_t last, std::int64_t limit);
  std::int64_t count() const { return count_; }
  // Before the commit, after all Delete. Locks series in the order in which ingest does.
  void Finish();

 private:
  struct Gone {
    std::int64_t count = 0;
    std::set<std::int64_t> ids;
  };
  void FinishSeries(const SeriesKey& key, const Gone& gone);

  Lease& lease_;
  std::int64_t count_ = 0;
  std::map<SeriesKey, Gone> gone_;
};

}  // namespace fajma
