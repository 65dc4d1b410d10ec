// Points in time are microseconds since 1970 UTC in an int64 everywhere inside: no time zone, no tm, no loss.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace fajma {

using Micros = std::int64_t;

inline constexpr Micros kMicrosPerMilli = 1'000;
inline constexpr Micros kMicrosPerSecond = 1'000'000;
inline constexpr Micros kMicrosPerMinute = 60 * kMicrosPerSecond;

// "2026-11-22T17:18:23.851379Z"; without decimals when they are zero. Years 1 to 9999.
std::string FormatIso(Micros time);
// Appends what FormatIso returns, at most 27 characters.
void AppendIso(Micros time, std::string& out);

// ISO 8601 / RFC 3339: date "T" or " " time, optional fraction (digits after the sixth are cut), "Z", "±hh:mm",
// "±hhmm", "±hh" or nothing (then UTC). Absent when it is anything else.
std::optional<Micros> ParseIso(std::string_view text);

// Now, on the system's clock.
Micros SystemNow();

}  // namespace fajma
