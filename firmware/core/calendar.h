#ifndef FAJMA_FIRMWARE_CORE_CALENDAR_H_
#define FAJMA_FIRMWARE_CORE_CALENDAR_H_

#include <cstdint>
#include <optional>
#include <string_view>

namespace fajma::firmware {

// A UTC instant in the proleptic Gregorian calendar. No time zone, no leap second: the wire knows only UTC.
struct CalendarTime {
  std::uint32_t year;
  std::uint32_t month;  // 1..12
  std::uint32_t day;    // 1..31
  std::uint32_t hour;
  std::uint32_t minute;
  std::uint32_t second;
  std::uint32_t millisecond;
};

CalendarTime CalendarFromWall(std::uint64_t wall_ms);

// Parses 2026-01-01T00:00:00Z with optional decimals (what follows the milliseconds is dropped) and Z or +00:00, from
// 1970 on. Anything else is absent.
std::optional<std::uint64_t> ParseIso8601(std::string_view text);

}  // namespace fajma::firmware

#endif  // FAJMA_FIRMWARE_CORE_CALENDAR_H_
