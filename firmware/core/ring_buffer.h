#ifndef FAJMA_FIRMWARE_CORE_RING_BUFFER_H_
#define FAJMA_FIRMWARE_CORE_RING_BUFFER_H_

#include <cstddef>
#include <memory>

namespace fajma::firmware {

// A first-in first-out queue of fixed capacity (at least 1), allocated once. When it is full, Push drops the oldest
// element: in a long outage the newest vital signs matter most.
template <typename T>
class RingBuffer {
 public:
  explicit RingBuffer(std::size_t capacity)
      : capacity_(capacity == 0 ? 1 : capacity), elements_(std::make_unique<T[]>(capacity_)) {}

  // True when the oldest element was dropped to make room.
  bool Push(const T& element) {
    const bool full = size_ == capacity_;
    if (full) {
      PopFront();
    }
    elements_[Slot(size_)] = element;
    ++size_;
    return full;
  }

  // Removes the oldest element; the queue must not be empty.
  void PopFront() {
    first_ = Slot(1);
    --size_;
  }

  // Index 0 is the oldest; index < size().
  T& operator[](std::size_t index) { return elements_[Slot(index)]; }
  const T& operator[](std::size_t index) const { return elements_[Slot(index)]; }

  std::size_t size() const { return size_; }
  std::size_t capacity() const { return capacity_; }
  bool empty() const { return size_ == 0; }

 private:
  // `index` is at most capacity_.
  std::size_t Slot(std::size_t index) const {
    const std::size_t slot = first_ + index;
    return slot < capacity_ ? slot : slot - capacity_;
  }

  std::size_t capacity_;
  std::unique_ptr<T[]> elements_;
  std::size_t first_ = 0;
  std::size_t size_ = 0;
};

}  // namespace fajma::firmware

#endif  // FAJMA_FIRMWARE_CORE_RING_BUFFER_H_
