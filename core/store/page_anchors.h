// Where the pages of long lists are: page 5,000 begins at a known row instead of behind 100,000 others.
#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <unordered_map>

namespace fajma {

// A row of a list and how many rows of the list have an id up to its own: new rows come behind it, so that this stays.
struct PageAnchor {
  std::int64_t rank = 0;
  std::int64_t id = 0;
};

// Thread-safe. At most kMaxLists lists with kMaxAnchors each, about 25 MB when all are full; a list too many drops
// another one, an anchor too many drops those of its list.
class PageAnchors {
 public:
  static constexpr std::size_t kMaxLists = 64;
  static constexpr std::size_t kMaxAnchors = 4096;

  // Of the anchors with a rank up to `bottom` or from `top` on the one that is nearest to it; `best`, one of them, when
  // none is nearer. `corrections`: how often rows were changed or deleted (fajma_base): what was known before counts no
  // more.
  PageAnchor Nearest(const std::string& list, std::int64_t corrections, std::int64_t bottom, std::int64_t top,
                     PageAnchor best);
  void Put(const std::string& list, std::int64_t corrections, PageAnchor anchor);

 private:
  void ForgetIfChanged(std::int64_t corrections);  // under mutex_

  std::mutex mutex_;
  // Guarded by mutex_:
  std::int64_t corrections_ = -1;
  std::unordered_map<std::string, std::map<std::int64_t, std::int64_t>> lists_;  // rank → id
};

}  // namespace fajma
