// Rows in commit order: which commits to look at, and where their rows are. Included only by this folder's .cpp files.
#pragma once

#include <algorithm>
#include <cstdint>

#include "core/domain/reading.h"
#include "core/store/sql.h"

namespace fajma {

// A run of commits whose rows have ids from first_id to last_id, among which may be rows of other commits.
struct CommitWindow {
  std::int64_t last_commit = 0;  // the greatest of the run
  std::int64_t first_id = 0;
  std::int64_t last_id = -1;
  bool empty() const { return last_commit == 0; }
};

// Walks the commits after a cursor in runs that grow while nothing is found: a patient's few rows among a million
// commits are found with a dozen queries, and a full page reads no more commits than it needs.
class CommitWindows {
 public:
  // Commits from that of `after` to that of `up_to`, and no further than what is committed now.
  CommitWindows(Lease& lease, Cursor after, Cursor up_to)
      : lease_(lease), from_(CommitOf(after)), last_(std::min(ReadDatabaseState(lease).last_commit, CommitOf(up_to))) {}

  // The last commit of all runs: when all are read, whoever reads on begins behind it.
  std::int64_t last() const { return last_; }

  // The next run; empty at the end.
  CommitWindow Next() {
    if (from_ > last_) return {};
    const std::int64_t to = std::min(last_, from_ + size_ - 1);
    size_ = std::min(size_ * 4, kMaxCommits);
    std::optional<std::int64_t> least;
    std::optional<std::int64_t> greatest;
    Statement query(lease_, "SELECT MIN(lot), MAX(lot) FROM fajma_commit WHERE numero >= :de AND numero <= :a");
    query.Bind("de", from_).Bind("a", to).Into(least, greatest).Next();
    from_ = to + 1;
    CommitWindow window;
    window.last_commit = to;
    if (least) {
      window.first_id = *least * kCursorsPerCommit;
      window.last_id = *greatest * kCursorsPerCommit + kCursorsPerCommit - 1;
    }
    return window;
  }

 private:
  static constexpr std::int64_t kFirstCommits = 64;
  static constexpr std::int64_t kMaxCommits = 65536;

  Lease& lease_;
  std::int64_t from_;
  std::int64_t last_;
  std::int64_t size_ = kFirstCommits;
};

}  // namespace fajma
