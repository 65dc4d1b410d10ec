// How often a device reports, learnt from the receipts of its live messages. Pure.
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "core/domain/time.h"

namespace fajma {

// What an interval that was learnt can be, so that it rarely changes.
inline constexpr std::array<Micros, 15> kIntervalLadder = {
    5 * kMicrosPerSecond,      10 * kMicrosPerSecond,      15 * kMicrosPerSecond,      30 * kMicrosPerSecond,
    kMicrosPerMinute,          2 * kMicrosPerMinute,       5 * kMicrosPerMinute,       10 * kMicrosPerMinute,
    15 * kMicrosPerMinute,     30 * kMicrosPerMinute,      60 * kMicrosPerMinute,      2 * 60 * kMicrosPerMinute,
    6 * 60 * kMicrosPerMinute, 12 * 60 * kMicrosPerMinute, 24 * 60 * kMicrosPerMinute,
};
// Of a device of which nothing is known yet.
inline constexpr Micros kUnknownInterval = kMicrosPerMinute;

// The largest gaps of the eight newest stretches, each half as long as the largest of them, from 30 s to 10 minutes,
// and at least one gap: a burst falls into one or two stretches, however many messages it has, and a device that rests
// between groups of messages is known by its rests. Of the eight the largest does not count: one outage changes
// nothing. The numbers stand in the database.
struct ReportGaps {
  Micros heard_at = 0;       // receipt of the newest live message; 0: none yet
  Micros stretch_since = 0;  // begin of the stretch that is open
  std::int64_t rungs = 0;    // 4 bits each: 1 + place on the ladder, 0: none. Lowest: the open stretch; then the newest

  bool operator==(const ReportGaps&) const = default;
};

// A live message was received. One with an earlier receipt than the newest says nothing.
void TakeReport(ReportGaps& gaps, Micros received_at);

// Of ReportGaps::rungs. Absent: not known yet, which takes two stretches.
std::optional<Micros> LearntInterval(std::int64_t rungs);

}  // namespace fajma
