#include "core/domain/report_gaps.h"

#include <algorithm>

namespace fajma {
namespace {

constexpr int kBitsPerRung = 4;
constexpr int kStretches = 8;
constexpr Micros kShortestStretch = 30 * kMicrosPerSecond;
constexpr Micros kLongestStretch = 10 * kMicrosPerMinute;
constexpr std::uint64_t kRungMask = (1U << kBitsPerRung) - 1;
constexpr std::uint64_t kAllMask = (1ULL << (kBitsPerRung * (kStretches + 1))) - 1;
static_assert(kIntervalLadder.size() <= kRungMask);

std::uint64_t RungOf(Micros gap) {
  const auto rung = std::lower_bound(kIntervalLadder.begin(), kIntervalLadder.end() - 1, gap);
  return static_cast<std::uint64_t>(rung - kIntervalLadder.begin()) + 1;
}

// Of those that are closed; 0: there are not so many.
struct LargestRungs {
  std::uint64_t first = 0;
  std::uint64_t second = 0;
};

LargestRungs LargestOf(std::uint64_t rungs) {
  LargestRungs largest;
  for (rungs >>= kBitsPerRung; rungs != 0; rungs >>= kBitsPerRung) {
    const std::uint64_t rung = rungs & kRungMask;
    largest.second = std::max(largest.second, std::min(largest.first, rung));
    largest.first = std::max(largest.first, rung);
  }
  return largest;
}

Micros StretchLength(std::uint64_t rungs) {
  const std::uint64_t largest = LargestOf(rungs).first;
  if (largest == 0) return kShortestStretch;
  return std::clamp(kIntervalLadder[largest - 1] / 2, kShortestStretch, kLongestStretch);
}

}  // namespace

void TakeReport(ReportGaps& gaps, Micros received_at) {
  if (gaps.heard_at == 0) gaps.heard_at = gaps.stretch_since = received_at;
  if (received_at <= gaps.heard_at) return;
  auto rungs = static_cast<std::uint64_t>(gaps.rungs);
  const std::uint64_t open = std::max(rungs & kRungMask, RungOf(received_at - gaps.heard_at));
  rungs = (rungs & ~kRungMask) | open;
  gaps.heard_at = received_at;
  if (received_at - gaps.stretch_since >= StretchLength(rungs)) {
    rungs = (rungs << kBitsPerRung) & kAllMask;
    gaps.stretch_since = received_at;
  }
  gaps.rungs = static_cast<std::int64_t>(rungs);
}

std::optional<Micros> LearntInterval(std::int64_t rungs) {
  const std::uint64_t second = LargestOf(static_cast<std::uint64_t>(rungs)).second;
  if (second == 0) return std::nullopt;
  return kIntervalLadder[second - 1];
}

}  // namespace fajma
