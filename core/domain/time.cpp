#include "core/domain/time.h"

#include <chrono>

namespace fajma {
namespace {

using std::chrono::sys_days;

constexpr Micros kMicrosPerDay = 86'400 * kMicrosPerSecond;

void AppendDigits(std::string& out, unsigned value, int width) {
  char digits[8];
  for (int i = width - 1; i >= 0; --i) {
    digits[i] = static_cast<char>('0' + value % 10);
    value /= 10;
  }
  out.append(digits, static_cast<std::size_t>(width));
}

// Reads exactly `width` digits and moves past them.
bool TakeDigits(std::string_view& text, std::size_t width, unsigned& value) {
  if (text.size() < width) return false;
  value = 0;
  for (std::size_t i = 0; i < width; ++i) {
    if (text[i] < '0' || text[i] > '9') return false;
    value = value * 10 + static_cast<unsigned>(text[i] - '0');
  }
  text.remove_prefix(width);
  return true;
}

bool TakeChar(std::string_view& text, char c) {
  if (text.empty() || text.front() != c) return false;
  text.remove_prefix(1);
  return true;
}

// ".123456789" → microseconds; digits after the sixth are cut. Empty text or no dot: zero.
bool TakeFraction(std::string_view& text, Micros& micros) {
  micros = 0;
  if (!TakeChar(text, '.') && !TakeChar(text, ',')) return true;
  Micros unit = kMicrosPerSecond / 10;
  std::size_t digits = 0;
  while (!text.empty() && text.front() >= '0' && text.front() <= '9') {
    micros += (text.front() - '0') * unit;
    unit /= 10;
    text.remove_prefix(1);
    ++digits;
  }
  return digits > 0;
}

bool TakeZone(std::string_view& text, Micros& offset) {
  offset = 0;
  if (text.empty() || TakeChar(text, 'Z') || TakeChar(text, 'z')) return true;
  const bool minus = text.front() == '-';
  if (!TakeChar(text, '+') && !TakeChar(text, '-')) return false;
  unsigned hours = 0;
  unsigned minutes = 0;
  if (!TakeDigits(text, 2, hours)) return false;
  const bool colon = TakeChar(text, ':');
  if ((colon || !text.empty()) && !TakeDigits(text, 2, minutes)) return false;
  if (hours > 23 || minutes > 59) return false;
  offset = (hours * 60 + minutes) * kMicrosPerMinute * (minus ? -1 : 1);
  return true;
}

}  // namespace

void AppendIso(Micros time, std::string& out) {
  Micros days = time / kMicrosPerDay;
  Micros rest = time % kMicrosPerDay;
  if (rest < 0) {
    rest += kMicrosPerDay;
    --days;
  }
  const std::chrono::year_month_day date{sys_days{std::chrono::days{days}}};
  const auto seconds = static_cast<unsigned>(rest / kMicrosPerSecond);
  const auto micros = static_cast<unsigned>(rest % kMicrosPerSecond);
  AppendDigits(out, static_cast<unsigned>(static_cast<int>(date.year())), 4);
  out.push_back('-');
  AppendDigits(out, static_cast<unsigned>(date.month()), 2);
  out.push_back('-');
  AppendDigits(out, static_cast<unsigned>(date.day()), 2);
  out.push_back('T');
  AppendDigits(out, seconds / 3600, 2);
  out.push_back(':');
  AppendDigits(out, seconds / 60 % 60, 2);
  out.push_back(':');
  AppendDigits(out, seconds % 60, 2);
  if (micros != 0) {
    out.push_back('.');
    AppendDigits(out, micros, 6);
  }
  out.push_back('Z');
}

std::string FormatIso(Micros time) {
  std::string out;
  out.reserve(27);
  AppendIso(time, out);
  return out;
}

std::optional<Micros> ParseIso(std::string_view text) {
  unsigned year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0;
  Micros fraction = 0;
  Micros offset = 0;
  if (!TakeDigits(text, 4, year) || !TakeChar(text, '-') || !TakeDigits(text, 2, month) || !TakeChar(text, '-') ||
      !TakeDigits(text, 2, day)) {
    return std::nullopt;
  }
  const std::chrono::year_month_day date{std::chrono::year{static_cast<int>(year)}, std::chrono::month{month},
                                         std::chrono::day{day}};
  if (year == 0 || !date.ok()) return std::nullopt;
  if (!TakeChar(text, 'T') && !TakeChar(text, 't') && !TakeChar(text, ' ')) return std::nullopt;
  if (!TakeDigits(text, 2, hour) || !TakeChar(text, ':') || !TakeDigits(text, 2, minute)) return std::nullopt;
  if (TakeChar(text, ':') && (!TakeDigits(text, 2, second) || !TakeFraction(text, fraction))) return std::nullopt;
  if (hour > 23 || minute > 59 || second > 60) return std::nullopt;
  if (!TakeZone(text, offset) || !text.empty()) return std::nullopt;
  const Micros days = sys_days{date}.time_since_epoch().count();
  return days * kMicrosPerDay + (hour * 3600 + minute * 60 + second) * kMicrosPerSecond + fraction - offset;
}

Micros SystemNow() {
  return std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::system_clock::now().time_since_epoch())
      .count();
}

}  // namespace fajma
