// What the database is to a bus: numbered commits that every process can read. In memory.
#pragma once

#include <cstdint>
#include <mutex>
#include <vector>

#include "core/domain/commit.h"

namespace fajma::test {

// Thread-safe.
class FakeCommitLog {
 public:
  // A new commit with the next number, one message of `process` and an outcome for it.
  CommitPtr Append(std::uint64_t process);
  std::int64_t Newest() const;
  // As CommitLog::Load: without outcomes.
  std::vector<CommitPtr> Load(std::int64_t first, std::int64_t last) const;
  // While it is so, both of the above throw.
  void SetAway(bool away);

 private:
  void ThrowIfAway() const;

  mutable std::mutex mutex_;
  std::vector<CommitPtr> commits_;  // guarded by mutex_; number i stands at i - 1
  bool away_ = false;               // guarded by mutex_
};

}  // namespace fajma::test
