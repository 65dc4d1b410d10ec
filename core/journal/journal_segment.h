// One file of the journal: a header, then records one behind the other, each beginning at a multiple of eight.
// The rest is zero. All numbers are little-endian, as the machines that this runs on.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>

#include "core/domain/raw_message.h"

namespace fajma {

inline constexpr std::size_t kMaxJournalPayload = 16U << 20;

// What stands at a place in a segment.
struct JournalRecord {
  enum class State : std::uint8_t {
    kEnd,      // nothing, or nothing yet
    kGood,     // `message`
    kDamaged,  // a record whose checksum is wrong, framed well enough to find the next
    kLost,     // no record can begin like this: the rest of the segment cannot be read
  };
  State state = State::kEnd;
  std::int64_t next = 0;  // kGood, kDamaged: where the next record begins
  RawMessage message;     // kGood; the payload lies in the mapping
};

// Not thread-safe but for this: one thread may Write while another Looks, when both got the segment mapped.
class JournalSegment {
 public:
  // Makes the file with all its blocks reserved (a write into the mapping never meets a full disk), maps it, and
  // makes its name durable, so that no later process takes the same number. Null with `error` set (errno) when it
  // cannot be: then there is no file.
  static std::shared_ptr<JournalSegment> Create(const std::filesystem::path& path, std::int64_t number,
                                                std::int64_t first_record, std::int64_t bytes, int& error);
  // An existing file, not mapped. Throws std::runtime_error when it cannot be opened.
  static std::shared_ptr<JournalSegment> Open(const std::filesystem::path& path, std::int64_t number);
  ~JournalSegment();
  JournalSegment(const JournalSegment&) = delete;
  JournalSegment& operator=(const JournalSegment&) = delete;

  // Throws std::runtime_error when there is no address space. Mapped already, or not readable: nothing.
  void Map();
  void Unmap();
  bool mapped() const { return map_ != nullptr; }

  // Mapped only. Writes the record at `offset` (it must fit) so that a reader, also one of a later process, sees all
  // of it or nothing; returns where the next one goes.
  std::int64_t Write(std::int64_t offset, const RawMessage& message);
  bool Fits(std::int64_t offset, std::size_t payload_bytes) const;
  // Mapped only.
  JournalRecord Look(std::int64_t offset) const;
  // Mapped only: whether anything begins at `offset`, without looking into it.
  bool HasRecord(std::int64_t offset) const;

  // Cuts the file behind `end`. Not while a reader is in it.
  void Truncate(std::int64_t end);

  static std::int64_t BytesFor(std::size_t payload_bytes);  // of a segment with room for one such record
  static std::int64_t begin();                              // where the first record stands

  const std::filesystem::path& path() const { return path_; }
  std::int64_t number() const { return number_; }
  std::int64_t bytes() const { return bytes_; }
  // The number of its first record, counted since the journal was made.
  std::int64_t first_record() const { return first_record_; }
  void set_first_record(std::int64_t first_record) { first_record_ = first_record; }
  // False: its header is not one. Nothing in it can be read; its bytes still count.
  bool readable() const { return readable_; }

 private:
  JournalSegment(std::filesystem::path path, std::int64_t number, int fd)
      : path_(std::move(path)), number_(number), fd_(fd) {}
  bool ReadHeader();
  bool TryMap();

  const std::filesystem::path path_;
  const std::int64_t number_;
  const int fd_;
  std::int64_t bytes_ = 0;
  std::int64_t first_record_ = 0;
  bool readable_ = false;
  std::byte* map_ = nullptr;
};

}  // namespace fajma
