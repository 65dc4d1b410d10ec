// The sessions of one pool and who waits for them. Included only by this folder's .cpp files.
#pragma once

#include <array>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <vector>

#include "core/store/database.h"

namespace fajma {

// Thread-safe. A session that is given back is handed to the first who waits; nobody can jump in between.
class Database::Pool {
 public:
  Pool(std::size_t size, bool writes);
  ~Pool();

  // nullptr after the timeout. The slot's session may still have to be opened.
  Lease::Slot* Take(Priority priority, std::chrono::milliseconds timeout);
  void GiveBack(Lease::Slot& slot);
  std::size_t waiting() const;

 private:
  struct Waiter {
    std::condition_variable served;
    Lease::Slot* slot = nullptr;
  };

  Waiter* NextWaiter();

  std::vector<std::unique_ptr<Lease::Slot>> slots_;
  mutable std::mutex mutex_;
  // Guarded by mutex_:
  std::vector<Lease::Slot*> free_;              // last given back, first taken: its caches are warm
  std::array<std::deque<Waiter*>, 2> waiting_;  // by priority
  int overtaken_ = 0;                           // how often the waiting bulk was overtaken in a row
};

}  // namespace fajma
