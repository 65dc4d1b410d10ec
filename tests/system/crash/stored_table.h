// The table at the end, joined with what the publishers know.
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "tests/system/crash/sent_log.h"

namespace fajma::crash {

struct Tally {
  std::uint64_t sent = 0;
  std::uint64_t repeated = 0;  // sent once more by the publisher
  std::uint64_t acknowledged = 0;
  std::uint64_t stored = 0;   // different messages
  std::uint64_t lost = 0;     // acknowledged and not stored
  std::uint64_t doubled = 0;  // stored more than once: the rows too many
};

struct Comparison {
  std::array<Tally, kKinds> kinds{};
  std::uint64_t strange = 0;  // messages in the table that nobody sent, or of which a part is missing

  bool IsFlawless() const;
  std::uint64_t damage() const;  // lost and doubled
};

// Rows so far, as fast as it can be asked while the server runs. Throws std::runtime_error.
std::int64_t CountRows(const std::filesystem::path& database);

Comparison Compare(const std::filesystem::path& database, const std::vector<DeviceLog>& devices);
void Print(const Comparison& comparison);

}  // namespace fajma::crash
