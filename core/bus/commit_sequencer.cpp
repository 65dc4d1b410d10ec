#include "core/bus/commit_sequencer.h"

#include <algorithm>
#include <utility>

namespace fajma {

CommitSequencer::CommitSequencer(Give give, Give late, std::size_t max_held)
    : give_(std::move(give)), late_(std::move(late)), max_held_(max_held) {}

void CommitSequencer::StartAt(std::int64_t number) { next_ = std::max(next_, number); }

void CommitSequencer::Accept(const CommitPtr& commit, Time now) {
  const std::int64_t number = commit->number;
  if (number == 0) return give_(commit);
  if (next_ == 0) next_ = number;
  if (number < next_) return late_(commit);
  NoteNewest(number, now);
  held_.try_emplace(number, commit);
  GiveHeld(now);
  while (held_.size() > max_held_) held_.erase(std::prev(held_.end()));
}

void CommitSequencer::NoteNewest(std::int64_t number, Time now) {
  if (next_ == 0 || number <= newest_) return;
  if (newest_ < next_) since_ = now;
  newest_ = number;
}

void CommitSequencer::GiveHeld(Time now) {
  while (!held_.empty() && held_.begin()->first == next_) {
    const CommitPtr commit = std::move(held_.begin()->second);
    held_.erase(held_.begin());
    ++next_;
    since_ = now;  // what is still missing is another one
    give_(commit);
  }
}

std::optional<CommitSequencer::Hole> CommitSequencer::FindHole() const {
  if (next_ == 0 || newest_ < next_) return std::nullopt;
  return Hole{next_, held_.empty() ? newest_ : held_.begin()->first - 1, since_};
}

void CommitSequencer::Skip() {
  const std::optional<Hole> hole = FindHole();
  if (!hole) return;
  next_ = hole->last + 1;
  GiveHeld(since_);
}

}  // namespace fajma
