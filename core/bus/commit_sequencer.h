// Puts commits into the order of their numbers, and tells which are missing. Pure: time passed in, one caller at a
// time.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>

#include "core/domain/commit.h"

namespace fajma {

class CommitSequencer {
 public:
  using Time = std::chrono::steady_clock::time_point;
  using Give = std::function<void(const CommitPtr&)>;

  // `give` gets each number once, without a hole but for Skip; `late` what comes when its number was given or skipped.
  // What has no number is given at once. Of more than `max_held` that wait for a missing one, the highest are dropped:
  // they are missing then.
  CommitSequencer(Give give, Give late, std::size_t max_held);

  // The number that is next; without it, the first that comes begins. Never back.
  void StartAt(std::int64_t number);
  bool started() const { return next_ != 0; }

  void Accept(const CommitPtr& commit, Time now);
  // This number has been committed somewhere.
  void NoteNewest(std::int64_t number, Time now);

  struct Hole {
    std::int64_t first = 0;
    std::int64_t last = 0;
    Time since;  // when it was noticed
  };
  // The lowest numbers that are missing, while higher ones are known of.
  std::optional<Hole> FindHole() const;
  // They will not come: goes on behind the hole.
  void Skip();

  std::size_t held() const { return held_.size(); }
  std::int64_t newest() const { return newest_; }  // the highest number that is known of

 private:
  void GiveHeld(Time now);

  const Give give_;
  const Give late_;
  const std::size_t max_held_;
  std::int64_t next_ = 0;  // 0: nothing came yet
  std::int64_t newest_ = 0;
  std::map<std::int64_t, CommitPtr> held_;
  Time since_;  // when the present hole began
};

}  // namespace fajma
