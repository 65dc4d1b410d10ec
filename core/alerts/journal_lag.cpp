#include "core/alerts/journal_lag.h"

#include <algorithm>

namespace fajma {
namespace {

constexpr Micros kLongestAge = JournalLag::kBegins + kMicrosPerSecond;

}  // namespace

void JournalLag::OnTime(std::uint64_t received, std::uint64_t settled, Micros steady) {
  if (samples_.empty() || received > samples_.back().received) samples_.push_back({received, steady});
  while (!samples_.empty() && samples_.front().received <= settled) samples_.pop_front();
  // All of them waited for longer than is told: one is enough.
  while (samples_.size() > 1 && samples_[1].at <= steady - kLongestAge) samples_.pop_front();
  age_ = samples_.empty() ? 0 : std::min(steady - samples_.front().at, kLongestAge);
  lags_ = age_ >= (lags_ ? kEnds : kBegins);
}

}  // namespace fajma
