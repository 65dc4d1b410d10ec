#include "firmware/core/calendar.h"

#include <array>
#include <cstddef>

namespace fajma::firmware {
namespace {

constexpr std::uint64_t kMsPerDay = 86'400'000;
constexpr std::uint64_t kDaysPerEra = 146'097;  // 400 years

bool IsLeapYear(std::uint64_t year) { return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0); }

std::uint64_t DaysInYear(std::uint64_t year) { return IsLeapYear(year) ? 366 : 365; }

std::uint32_t DaysInMonth(std::uint64_t year, std::uint32_t month) {
  constexpr std::array<std::uint32_t, 12> kDays = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  return kDays[month - 1] + (month == 2 && IsLeapYear(year) ? 1U : 0U);
}

std::uint64_t DaysBeforeYear(std::uint64_t year) {
  const std::uint64_t past = year - 1;
  // 719162 days lie between 0001-01-01 and 1970-01-01.
  return past * 365 + past / 4 - past / 100 + past / 400 - 719'162;
}

// Reads exactly `width` digits at `position` and moves past them.
std::optional<std::uint32_t> ReadDigits(std::string_view text, std::size_t& position, std::size_t width) {
  if (text.size() - position < width) {
    return std::nullopt;
  }
  std::uint32_t value = 0;
  for (std::size_t i = 0; i < width; ++i) {
    const char c = text[position + i];
    if (c < '0' || c > '9') {
      return std::nullopt;
    }
    value = value * 10 + static_cast<std::uint32_t>(c - '0');
  }
  position += width;
  return value;
}

std::uint32_t ReadMilliseconds(std::string_view text, std::size_t& position) {
  std::uint32_t value = 0;
  std::uint32_t weight = 100;
  while (position < text.size() && text[position] >= '0' && text[position] <= '9') {
    value += weight * static_cast<std::uint32_t>(text[position] - '0');
    weight /= 10;
    ++position;
  }
  return value;
}

struct Field {
  std::size_t width;
  std::uint32_t minimum;
  std::uint32_t maximum;
  char after;  // the character that must follow, 0 for none
};
constexpr std::array<Field, 6> kFields = {
    {{4, 1970, 9999, '-'}, {2, 1, 12, '-'}, {2, 1, 31, 'T'}, {2, 0, 23, ':'}, {2, 0, 59, ':'}, {2, 0, 59, '\0'}}};

}  // namespace

CalendarTime CalendarFromWall(std::uint64_t wall_ms) {
  const std::uint64_t day_ms = wall_ms % kMsPerDay;
  std::uint64_t days = wall_ms / kMsPerDay;
  std::uint64_t year = 1970 + 400 * (days / kDaysPerEra);
  days %= kDaysPerEra;
  while (days >= DaysInYear(year)) {
    days -= DaysInYear(year);
    ++year;
  }
  std::uint32_t month = 1;
  while (days >= DaysInMonth(year, month)) {
    days -= DaysInMonth(year, month);
    ++month;
  }
  CalendarTime time{};
  time.year = static_cast<std::uint32_t>(year);
  time.month = month;
  time.day = static_cast<std::uint32_t>(days + 1);
  time.hour = static_cast<std::uint32_t>(day_ms / 3'600'000);
  time.minute = static_cast<std::uint32_t>(day_ms / 60'000 % 60);
  time.second = static_cast<std::uint32_t>(day_ms / 1000 % 60);
  time.millisecond = static_cast<std::uint32_t>(day_ms % 1000);
  return time;
}

std::optional<std::uint64_t> ParseIso8601(std::string_view text) {
  std::array<std::uint32_t, kFields.size()> values{};
  std::size_t position = 0;
  for (std::size_t i = 0; i < kFields.size(); ++i) {
    const Field& field = kFields[i];
    const std::optional<std::uint32_t> value = ReadDigits(text, position, field.width);
    if (!value || *value < field.minimum || *value > field.maximum) {
      return std::nullopt;
    }
    values[i] = *value;
    if (field.after != '\0' && (position >= text.size() || text[position++] != field.after)) {
      return std::nullopt;
    }
  }
  std::uint32_t millisecond = 0;
  if (position < text.size() && text[position] == '.') {
    millisecond = ReadMilliseconds(text, ++position);
  }
  const std::string_view zone = text.substr(position);
  if ((zone != "Z" && zone != "+00:00") || values[2] > DaysInMonth(values[0], values[1])) {
    return std::nullopt;
  }
  std::uint64_t days = DaysBeforeYear(values[0]) + values[2] - 1;
  for (std::uint32_t month = 1; month < values[1]; ++month) {
    days += DaysInMonth(values[0], month);
  }
  const std::uint64_t seconds = values[3] * 3600ULL + values[4] * 60ULL + values[5];
  return days * kMsPerDay + seconds * 1000 + millisecond;
}

}  // namespace fajma::firmware
