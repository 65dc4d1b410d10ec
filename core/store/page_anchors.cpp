#include "core/store/page_anchors.h"

#include <iterator>

namespace fajma {

void PageAnchors::ForgetIfChanged(std::int64_t corrections) {
  if (corrections > corrections_) {
    lists_.clear();
    corrections_ = corrections;
  }
}

PageAnchor PageAnchors::Nearest(const std::string& list, std::int64_t corrections, std::int64_t bottom,
                                std::int64_t top, PageAnchor best) {
  const std::lock_guard lock(mutex_);
  ForgetIfChanged(corrections);
  const auto found = corrections == corrections_ ? lists_.find(list) : lists_.end();
  if (found == lists_.end()) return best;
  const auto& anchors = found->second;
  const auto distance = [&](std::int64_t rank) { return rank >= top ? rank - top : bottom - rank; };
  const auto take = [&](auto anchor) {
    if (distance(anchor->first) < distance(best.rank)) best = {anchor->first, anchor->second};
  };
  const auto above = anchors.lower_bound(top);
  if (above != anchors.end()) take(above);
  const auto below = anchors.upper_bound(bottom);
  if (below != anchors.begin()) take(std::prev(below));
  return best;
}

void PageAnchors::Put(const std::string& list, std::int64_t corrections, PageAnchor anchor) {
  const std::lock_guard lock(mutex_);
  ForgetIfChanged(corrections);
  if (corrections != corrections_) return;
  if (lists_.size() >= kMaxLists && !lists_.contains(list)) lists_.erase(lists_.begin());
  auto& anchors = lists_[list];
  if (anchors.size() >= kMaxAnchors) anchors.clear();
  anchors[anchor.rank] = anchor.id;
}

}  // namespace fajma
