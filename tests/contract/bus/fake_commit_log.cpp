#include "tests/contract/bus/fake_commit_log.h"

#include <algorithm>
#include <memory>
#include <stdexcept>

namespace fajma::test {

CommitPtr FakeCommitLog::Append(std::uint64_t process) {
  const std::lock_guard lock(mutex_);
  auto commit = std::make_shared<Commit>();
  commit->number = std::ssize(commits_) + 1;
  StoredMessage& message = commit->messages.emplace_back();
  message.cursor = MakeCursor(commit->number, 0);
  message.first_row = commit->number * 10;
  message.patient = std::make_shared<PatientRef>(PatientRef{1, "patient1", "salle1"});
  message.device = {static_cast<std::int64_t>(process), Mac::FromBits(process)};
  message.values.Add({MeasureId::kHeartRate, true, 75});
  Outcome& outcome = commit->outcomes.emplace_back();
  outcome.origin.process = process;
  outcome.messages_before = 1;
  commits_.push_back(commit);
  return commit;
}

void FakeCommitLog::ThrowIfAway() const {
  if (away_) throw std::runtime_error("the log is away");
}

std::int64_t FakeCommitLog::Newest() const {
  const std::lock_guard lock(mutex_);
  ThrowIfAway();
  return std::ssize(commits_);
}

std::vector<CommitPtr> FakeCommitLog::Load(std::int64_t first, std::int64_t last) const {
  const std::lock_guard lock(mutex_);
  ThrowIfAway();
  std::vector<CommitPtr> loaded;
  for (std::int64_t number = first; number <= std::min<std::int64_t>(last, std::ssize(commits_)); ++number) {
    auto commit = std::make_shared<Commit>(*commits_[static_cast<std::size_t>(number - 1)]);
    commit->outcomes.clear();
    loaded.push_back(commit);
  }
  return loaded;
}

void FakeCommitLog::SetAway(bool away) {
  const std::lock_guard lock(mutex_);
  away_ = away;
}

}  // namespace fajma::test
