#ifndef FAJMA_FIRMWARE_CORE_BACKOFF_H_
#define FAJMA_FIRMWARE_CORE_BACKOFF_H_

#include <cstdint>

namespace fajma::firmware {

// Delays that double from `first_ms` to `max_ms`. Up to a quarter of each is taken away at random, so that the devices
// of a ward do not all come back in the same instant after a power cut.
class Backoff {
 public:
  Backoff(std::uint32_t first_ms, std::uint32_t max_ms, std::uint32_t seed)
      : first_ms_(first_ms), max_ms_(max_ms), next_ms_(first_ms), random_(seed == 0 ? 1 : seed) {}

  std::uint32_t Next() {
    const std::uint32_t whole_ms = next_ms_;
    next_ms_ = whole_ms > max_ms_ / 2 ? max_ms_ : whole_ms * 2;
    random_ ^= random_ << 13;
    random_ ^= random_ >> 17;
    random_ ^= random_ << 5;
    return whole_ms - random_ % (whole_ms / 4 + 1);
  }

  void Reset() { next_ms_ = first_ms_; }

 private:
  std::uint32_t first_ms_;
  std::uint32_t max_ms_;
  std::uint32_t next_ms_;
  std::uint32_t random_;
};

}  // namespace fajma::firmware

#endif  // FAJMA_FIRMWARE_CORE_BACKOFF_H_
