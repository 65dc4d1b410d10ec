// Commits as the database has them: what a process did not hear of another one's.
#pragma once

#include <cstdint>
#include <vector>

#include "core/domain/commit.h"
#include "core/store/alert_store.h"
#include "core/store/chat_store.h"
#include "core/store/database.h"
#include "core/store/reading_store.h"
#include "core/store/self_test_store.h"

namespace fajma {

// Thread-safe. Both throw DatabaseError.
class CommitLog {
 public:
  explicit CommitLog(Database& database)
      : database_(database), readings_(database), alerts_(database), chats_(database), self_tests_(database) {}

  // The greatest commit number; 0: none yet.
  std::int64_t Newest();
  // The commits of these numbers that have taken place, from `first` on, none left out, with their messages, alerts
  // and messages of the chat, and the newest probe of the self-test. A message without a vital sign has no rows and is
  // not among them; nor is what has no cursor. One that retention has cut has nothing but its number, and says so.
  std::vector<CommitPtr> Load(std::int64_t first, std::int64_t last);

 private:
  Database& database_;
  ReadingStore readings_;
  AlertStore alerts_;
  ChatStore chats_;
  SelfTestStore self_tests_;
};

}  // namespace fajma
