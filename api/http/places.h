// How many sockets may be open at once, detached ones included. Thread-safe.
#pragma once

#include <atomic>
#include <cstddef>
#include <memory>

namespace fajma::http {

class Places : public std::enable_shared_from_this<Places> {
 public:
  explicit Places(std::size_t limit) : limit_(limit) {}

  // One place, given back when the last copy of the pointer is gone; null when all are taken.
  std::shared_ptr<void> Take() {
    if (taken_.fetch_add(1, std::memory_order_relaxed) >= limit_) {
      taken_.fetch_sub(1, std::memory_order_relaxed);
      return nullptr;
    }
    return std::make_shared<Place>(shared_from_this());
  }

  std::size_t taken() const { return taken_.load(std::memory_order_relaxed); }
  std::size_t limit() const { return limit_; }

 private:
  struct Place {
    explicit Place(std::shared_ptr<Places> owner) : places(std::move(owner)) {}
    Place(const Place&) = delete;
    Place& operator=(const Place&) = delete;
    ~Place() { places->taken_.fetch_sub(1, std::memory_order_relaxed); }
    std::shared_ptr<Places> places;
  };

  const std::size_t limit_;
  std::atomic<std::size_t> taken_{0};
};

}  // namespace fajma::http
