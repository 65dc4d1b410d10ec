#include "core/store/commit_log.h"

#include <algorithm>
#include <memory>
#include <utility>

namespace fajma {

std::int64_t CommitLog::Newest() {
  Lease lease = database_.Read();
  return ReadDatabaseState(lease).last_commit;
}

std::vector<CommitPtr> CommitLog::Load(std::int64_t first, std::int64_t last) {
  std::vector<std::shared_ptr<Commit>> commits;
  last = std::min(last, Newest());
  for (std::int64_t number = first; number <= last; ++number) {
    commits.push_back(std::make_shared<Commit>());
    commits.back()->number = number;
  }
  if (commits.empty()) return {};
  const Cursor up_to = MakeCursor(last + 1, -1);
  const auto of = [&](Cursor cursor) -> Commit& {
    return *commits[static_cast<std::size_t>(CommitOf(cursor) - first)];
  };
  for (Cursor after = MakeCursor(first, -1);;) {
    auto page = readings_.MessagesAfter(std::nullopt, after, kMaxPageRows, up_to);
    for (StoredMessage& message : page.rows) of(message.cursor).messages.push_back(std::move(message));
    if (page.complete) break;
    after = page.next;
  }
  for (Cursor after = MakeCursor(first, -1);;) {
    auto page = alerts_.EventsAfter(after, kMaxPageRows, std::nullopt, up_to);
    for (AlertEvent& event : page.rows) of(event.cursor).alerts.push_back(std::move(event));
    if (page.complete) break;
    after = page.next;
  }
  return {commits.begin(), commits.end()};
}

}  // namespace fajma
