#include "core/alerts/trend_window.h"

#include <algorithm>

namespace fajma {
namespace {

// Any stretch of `within` touches one bucket more than fit into it.
Micros WidthFor(Micros within) {
  constexpr auto kWhole = static_cast<Micros>(TrendWindow::kBuckets) - 1;
  return (within + kWhole - 1) / kWhole;
}

}  // namespace

TrendWindow::TrendWindow(Micros within) : within_(within), width_(WidthFor(within)), buckets_(kBuckets) {}

void TrendWindow::Add(Micros measured_at, double value) {
  const std::int64_t number = measured_at / width_;
  Bucket& bucket = buckets_[static_cast<std::size_t>(number) % kBuckets];
  if (number < bucket.number || measured_at < newest_at_ - within_) return;
  if (number > bucket.number) {
    bucket = {number, value, value, measured_at, measured_at};
  } else {
    if (value < bucket.least || (value == bucket.least && measured_at > bucket.least_at)) {
      bucket.least = value;
      bucket.least_at = measured_at;
    }
    if (value > bucket.greatest || (value == bucket.greatest && measured_at > bucket.greatest_at)) {
      bucket.greatest = value;
      bucket.greatest_at = measured_at;
    }
  }
  if (measured_at < newest_at_) return;
  newest_ = value;
  newest_at_ = measured_at;
}

std::optional<Variation> TrendWindow::At(Micros now) const {
  const Micros begin = now - within_;
  if (newest_at_ == 0 || newest_at_ < begin) return std::nullopt;
  Variation found{0, newest_at_, newest_at_};
  const auto consider = [&](double amount, Micros at) {
    const bool further = amount > found.amount || (amount == found.amount && at > found.from);
    if (at >= begin && further) found = {amount, at, newest_at_};
  };
  for (const Bucket& bucket : buckets_) {
    if (bucket.number < begin / width_) continue;
    consider(newest_ - bucket.least, bucket.least_at);
    consider(bucket.greatest - newest_, bucket.greatest_at);
  }
  return found;
}

}  // namespace fajma
