#include "core/alerts/alarm_path_watch.h"

#include <algorithm>

namespace fajma {
namespace {

constexpr std::int64_t kPatienceSeconds = kSelfTestPatience.count();
constexpr Micros kPatience = kPatienceSeconds * kMicrosPerSecond;

}  // namespace

std::int64_t DueAt(Micros wall, std::int64_t every) {
  const std::int64_t seconds = wall / kMicrosPerSecond;
  return seconds - seconds % every;
}

AlarmPathWatch::AlarmPathWatch(std::int64_t every, Now start)
    : every_(every), start_(start.steady), newest_due_(DueAt(start.wall, every)) {}

void AlarmPathWatch::OnTime(Now now) {
  const std::int64_t due = DueAt(now.wall, every_);
  if (due < newest_due_) {  // set back: what was due by the clock as it was is not waited for
    expected_.clear();
    newest_seen_ = 0;
    newest_due_ = due;
  }
  if (due > newest_due_) {
    newest_due_ = due;
    const bool had_its_chance = seen_ != 0 || now.steady - start_ >= kPatience;
    if (had_its_chance && newest_seen_ < due) expected_.push_back({due, now.steady + kPatience});
  }
  while (!expected_.empty() && expected_.front().deadline <= now.steady) {
    expected_.pop_front();
    ++missed_;
    failed_ = true;
  }
}

void AlarmPathWatch::OnSeen(std::int64_t due_at, Now now) {
  OnTime(now);
  if (due_at > newest_due_) {
    if (due_at <= newest_seen_ || due_at > now.wall / kMicrosPerSecond + kPatienceSeconds) return;
    newest_seen_ = due_at;
  } else if (std::none_of(expected_.begin(), expected_.end(),
                          [due_at](const Expected& each) { return each.due_at == due_at; })) {
    // Before the first is expected, one that comes in time is welcome all the same.
    const bool in_time = due_at >= now.wall / kMicrosPerSecond - kPatienceSeconds;
    if (seen_ != 0 || missed_ != 0 || !in_time) return;
  }
  std::erase_if(expected_, [due_at](const Expected& each) { return each.due_at <= due_at; });
  ++seen_;
  failed_ = false;
}

}  // namespace fajma
