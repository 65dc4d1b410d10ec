#include "core/store/pool.h"

#include <algorithm>

#include "core/store/sql.h"

namespace fajma {
namespace {
constexpr int kMaxOvertaken = 4;
}

Database::Pool::Pool(std::size_t size, bool writes) {
  for (std::size_t i = 0; i < std::max<std::size_t>(size, 1); ++i) {
    slots_.push_back(std::make_unique<Lease::Slot>());
    slots_.back()->writes = writes;
    free_.push_back(slots_.back().get());
  }
}

Database::Pool::~Pool() = default;

Lease::Slot* Database::Pool::Take(Priority priority, std::chrono::milliseconds timeout) {
  std::unique_lock lock(mutex_);
  if (!free_.empty()) {
    Lease::Slot* slot = free_.back();
    free_.pop_back();
    return slot;
  }
  Waiter me;
  auto& queue = waiting_[static_cast<std::size_t>(priority)];
  queue.push_back(&me);
  me.served.wait_for(lock, timeout, [&me] { return me.slot != nullptr; });
  if (me.slot == nullptr) queue.erase(std::find(queue.begin(), queue.end(), &me));
  return me.slot;
}

void Database::Pool::GiveBack(Lease::Slot& slot) {
  std::scoped_lock lock(mutex_);
  Waiter* waiter = NextWaiter();
  if (waiter == nullptr) {
    free_.push_back(&slot);
    return;
  }
  waiter->slot = &slot;
  waiter->served.notify_one();  // under the lock: the waiter lives on its thread's stack
}

std::size_t Database::Pool::waiting() const {
  std::scoped_lock lock(mutex_);
  return waiting_[0].size() + waiting_[1].size();
}

Database::Pool::Waiter* Database::Pool::NextWaiter() {
  auto& interactive = waiting_[static_cast<std::size_t>(Priority::kInteractive)];
  auto& bulk = waiting_[static_cast<std::size_t>(Priority::kBulk)];
  const bool bulk_now = !bulk.empty() && (interactive.empty() || overtaken_ >= kMaxOvertaken);
  if (!bulk_now && interactive.empty()) return nullptr;
  overtaken_ = bulk_now || bulk.empty() ? 0 : overtaken_ + 1;
  auto& queue = bulk_now ? bulk : interactive;
  Waiter* first = queue.front();
  queue.pop_front();
  return first;
}

}  // namespace fajma
