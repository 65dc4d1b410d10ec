#include "firmware/core/text_writer.h"

#include <array>

#include "firmware/core/calendar.h"

namespace fajma::firmware {

void TextWriter::Put(std::string_view text) {
  if (!ok_ || text.size() > buffer_.size - size_) {
    ok_ = false;
    return;
  }
  for (const char c : text) {
    buffer_.data[size_++] = c;
  }
}

void TextWriter::PutPadded(std::uint64_t value, unsigned width) {
  std::array<char, 20> digits{};
  std::size_t begin = digits.size();
  do {
    digits[--begin] = static_cast<char>('0' + value % 10);
    value /= 10;
  } while (value != 0);
  while (digits.size() - begin < width && begin > 0) {
    digits[--begin] = '0';
  }
  Put(std::string_view(digits.data() + begin, digits.size() - begin));
}

void TextWriter::PutUnsigned(std::uint64_t value) { PutPadded(value, 1); }

void TextWriter::PutScaled(std::int32_t scaled, unsigned decimals) {
  std::uint64_t magnitude = 0;
  if (scaled < 0) {
    Put("-");
    magnitude = static_cast<std::uint64_t>(-static_cast<std::int64_t>(scaled));
  } else {
    magnitude = static_cast<std::uint64_t>(scaled);
  }
  while (decimals > 0 && magnitude % 10 == 0) {
    magnitude /= 10;
    --decimals;
  }
  std::uint64_t unit = 1;
  for (unsigned i = 0; i < decimals; ++i) {
    unit *= 10;
  }
  PutUnsigned(magnitude / unit);
  if (decimals > 0) {
    Put(".");
    PutPadded(magnitude % unit, decimals);
  }
}

void TextWriter::PutQuoted(std::string_view text) {
  constexpr std::string_view kHex = "0123456789abcdef";
  Put("\"");
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      Put("\\");
      Put(std::string_view(&c, 1));
    } else if (byte < 0x20) {
      Put("\\u00");
      Put(kHex.substr(byte >> 4, 1));
      Put(kHex.substr(byte & 0x0f, 1));
    } else {
      Put(std::string_view(&c, 1));
    }
  }
  Put("\"");
}

void TextWriter::PutIso8601(std::uint64_t wall_ms) {
  const CalendarTime time = CalendarFromWall(wall_ms);
  PutPadded(time.year, 4);
  Put("-");
  PutPadded(time.month, 2);
  Put("-");
  PutPadded(time.day, 2);
  Put("T");
  PutPadded(time.hour, 2);
  Put(":");
  PutPadded(time.minute, 2);
  Put(":");
  PutPadded(time.second, 2);
  Put(".");
  PutPadded(time.millisecond, 3);
  Put("Z");
}

void TextWriter::Truncate(std::size_t size) {
  if (size <= size_) {
    size_ = size;
    ok_ = true;
  }
}

}  // namespace fajma::firmware
