#ifndef FAJMA_FIRMWARE_CORE_TEXT_WRITER_H_
#define FAJMA_FIRMWARE_CORE_TEXT_WRITER_H_

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace fajma::firmware {

// Memory that a caller lends for writing; nothing in the core allocates to build a text.
struct TextBuffer {
  char* data;
  std::size_t size;
};

// Appends text to a lent buffer. What does not fit is not cut but marks the writer as failed: a payload is whole or
// it is not sent. Numbers are formatted here because the C library of small toolchains brings 10 KB and a heap for it.
class TextWriter {
 public:
  explicit TextWriter(TextBuffer buffer) : buffer_(buffer) {}

  void Put(std::string_view text);
  void PutUnsigned(std::uint64_t value);
  // Writes scaled / 10^decimals without trailing zeros: (3650, 2) is 36.5, (7500, 2) is 75.
  void PutScaled(std::int32_t scaled, unsigned decimals);
  // Writes a JSON string with its quotes; control characters, quote and backslash are escaped.
  void PutQuoted(std::string_view text);
  // Writes UTC as 2026-01-01T00:00:00.000Z.
  void PutIso8601(std::uint64_t wall_ms);

  // Forgets what was written after the first `size` bytes, and a failure with it.
  void Truncate(std::size_t size);

  bool ok() const { return ok_; }
  std::size_t size() const { return size_; }
  // Empty when something did not fit.
  std::string_view text() const { return ok_ ? std::string_view(buffer_.data, size_) : std::string_view(); }

 private:
  void PutPadded(std::uint64_t value, unsigned width);

  TextBuffer buffer_;
  std::size_t size_ = 0;
  bool ok_ = true;
};

}  // namespace fajma::firmware

#endif  // FAJMA_FIRMWARE_CORE_TEXT_WRITER_H_
