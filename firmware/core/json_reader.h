#ifndef FAJMA_FIRMWARE_CORE_JSON_READER_H_
#define FAJMA_FIRMWARE_CORE_JSON_READER_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace fajma::firmware {

// A JSON object received from the server, read without copying: it refers to the text it was parsed from. Just big
// enough for acks, rejects and commands: at most kMaxBytes long, kMaxDepth deep and kMaxMembers at its top level, or it
// is refused. The text is checked to its last byte against RFC 8259 (except that UTF-8 is not validated).
class JsonObject {
 public:
  static constexpr std::size_t kMaxBytes = 1024;
  static constexpr std::size_t kMaxDepth = 8;
  static constexpr std::size_t kMaxMembers = 16;

  static std::optional<JsonObject> Parse(std::string_view text);

  // Absent when there is no such member or it is not a whole number within 0..2^64-1. Of equal names the first counts.
  std::optional<std::uint64_t> FindUnsigned(std::string_view name) const;
  // The text between the quotes; escapes stay as they are, so a text with escapes equals none of our words.
  std::optional<std::string_view> FindString(std::string_view name) const;
  std::optional<JsonObject> FindObject(std::string_view name) const;
  bool Has(std::string_view name) const { return FindRaw(name).has_value(); }

 private:
  struct Member {
    std::string_view name;
    std::string_view value;  // as it stands in the text, a string with its quotes
  };

  std::optional<std::string_view> FindRaw(std::string_view name) const;

  std::array<Member, kMaxMembers> members_{};
  std::size_t count_ = 0;
};

}  // namespace fajma::firmware

#endif  // FAJMA_FIRMWARE_CORE_JSON_READER_H_
