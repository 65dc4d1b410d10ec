#include "core/store/commit_log.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "core/store/retention_store.h"

namespace fajma {
namespace {

// Every row behind the cursor, page by page.
template <typename ReadPage, typename Take>
void GiveOut(Cursor after, const ReadPage& read_page, const Take& take) {
  for (bool complete = false; !complete;) {
    auto page = read_page(after);
    for (auto& row : page.rows) take(row);
    complete = page.complete;
    after = page.next;
  }
}

}  // namespace

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
  const Cursor begin = MakeCursor(first, -1);
  GiveOut(
      begin, [&](Cursor after) { return readings_.MessagesAfter(std::nullopt, after, kMaxPageRows, up_to); },
      [&](StoredMessage& message) { of(message.cursor).messages.push_back(std::move(message)); });
  GiveOut(
      begin, [&](Cursor after) { return alerts_.EventsAfter(after, kMaxPageRows, std::nullopt, up_to); },
      [&](AlertEvent& event) { of(event.cursor).alerts.push_back(std::move(event)); });
  GiveOut(
      begin, [&](Cursor after) { return chats_.AllAfter(after, kMaxPageRows, up_to); },
      [&](ChatMessage& message) { of(message.cursor).chat_messages.push_back(std::move(message)); });
  const SelfTestStore::Commits self_test = self_tests_.FindCommits();
  const auto is_asked = [&](const std::optional<SelfTestProbe>& probe) {
    return probe && CommitOf(probe->cursor) >= first && CommitOf(probe->cursor) <= last;
  };
  if (is_asked(self_test.probe)) of(self_test.probe->cursor).probe = self_test.probe;
  if (is_asked(self_test.echo)) of(self_test.echo->cursor).echo = self_test.echo;
  Lease lease = database_.Read();
  const Cursor edge = ReadCutEdge(lease).cursor;
  for (auto& commit : commits) {
    if (MakeCursor(commit->number, 0) > edge) break;
    const std::int64_t number = commit->number;
    commit = std::make_shared<Commit>();
    commit->number = number;
    commit->cut = true;
  }
  return {commits.begin(), commits.end()};
}

}  // namespace fajma
