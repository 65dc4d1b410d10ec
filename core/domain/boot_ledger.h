// Which sequence numbers of one start of a device are settled (stored, duplicate, quarantined or refused for good).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace fajma {

class BootLedger {
 public:
  // So many separate runs of settled numbers above a hole are remembered; a device that goes further must send what
  // is missing (or say with "f" that it no longer holds it).
  static constexpr std::size_t kMaxRuns = 256;

  BootLedger() = default;
  // As it stands in the database: durable, and the runs above it as "347-349,352". Unreadable runs are forgotten.
  BootLedger(std::uint64_t durable, std::string_view runs);

  bool IsSettled(std::uint64_t seq) const;
  // False when there is no room for another run: the number is not settled then.
  bool Settle(std::uint64_t seq);
  // The device no longer holds what is below `floor`: that is settled too. True if anything changed.
  bool SettleBelow(std::uint64_t floor);

  // Every number up to it is settled; the first is 1.
  std::uint64_t durable() const { return durable_; }
  std::string FormatRuns() const;

 private:
  void Absorb();

  std::uint64_t durable_ = 0;
  std::vector<std::pair<std::uint64_t, std::uint64_t>> runs_;  // first and last, ascending, apart, above durable_ + 1
};

}  // namespace fajma
