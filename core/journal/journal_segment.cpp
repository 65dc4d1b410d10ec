#include "core/journal/journal_segment.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <cstring>
#include <stdexcept>
#include <system_error>
#include <type_traits>
#include <utility>

#include "core/journal/journal_files.h"

namespace fajma {
namespace {

struct SegmentHeader {
  std::array<char, 8> magic{'F', 'A', 'J', 'M', 'A', 'J', '0', '1'};
  std::int64_t number = 0;
  std::int64_t first_record = 0;
  std::array<std::uint8_t, 36> reserved{};
  std::uint32_t crc = 0;  // of all before it
};
static_assert(sizeof(SegmentHeader) == 64);

// `length` (of this and the payload) and `crc` (of all behind it) are one word, written last.
struct RecordHeader {
  std::uint32_t length = 0;
  std::uint32_t crc = 0;
  std::int64_t received_at = 0;
  std::uint64_t mac_bits = 0;
  std::uint64_t origin_id = 0;
  std::int64_t origin_patient_id = 0;
  std::int64_t origin_device_id = 0;
  std::uint64_t origin_process = 0;
  std::uint16_t packet_id = 0;
  std::uint8_t door = 0;
  std::uint8_t kind = 0;
  std::uint8_t flags = 0;
  std::array<std::uint8_t, 3> reserved{};
};
static_assert(sizeof(RecordHeader) == 64 && std::is_trivially_copyable_v<RecordHeader>);

constexpr std::size_t kFrameBytes = 8;
constexpr std::size_t kAlignment = 8;

constexpr std::int64_t Aligned(std::size_t length) {
  return static_cast<std::int64_t>((length + kAlignment - 1) / kAlignment * kAlignment);
}

std::uint32_t Checksum(const void* data, std::size_t size) {
  return static_cast<std::uint32_t>(crc32_z(0, static_cast<const Bytef*>(data), size));
}

std::atomic_ref<std::uint64_t> FrameAt(std::byte* place) {
  return std::atomic_ref<std::uint64_t>(*reinterpret_cast<std::uint64_t*>(place));
}

RecordHeader HeaderOf(const RawMessage& message) {
  RecordHeader header;
  header.length = static_cast<std::uint32_t>(sizeof header + message.payload.size());
  header.received_at = message.received_at;
  header.mac_bits = message.mac_bits;
  header.origin_id = message.origin.id;
  header.origin_patient_id = message.origin.patient_id;
  header.origin_device_id = message.origin.device_id;
  header.origin_process = message.origin.process;
  header.packet_id = message.packet_id;
  header.door = static_cast<std::uint8_t>(message.door);
  header.kind = static_cast<std::uint8_t>(message.kind);
  header.flags = message.flags;
  return header;
}

RawMessage MessageOf(const RecordHeader& header, const std::byte* payload) {
  RawMessage message;
  message.door = static_cast<Door>(header.door);
  message.kind = static_cast<RawKind>(header.kind);
  message.flags = header.flags;
  message.packet_id = header.packet_id;
  message.received_at = header.received_at;
  message.mac_bits = header.mac_bits;
  message.origin = {header.origin_id, header.origin_patient_id, header.origin_device_id, header.origin_process};
  message.payload = {reinterpret_cast<const char*>(payload), header.length - sizeof header};
  return message;
}

[[noreturn]] void Throw(const std::string& what, const std::filesystem::path& path) {
  throw std::runtime_error(what + " " + path.string() + ": " + std::generic_category().message(errno));
}

}  // namespace

std::int64_t JournalSegment::begin() { return sizeof(SegmentHeader); }

std::int64_t JournalSegment::BytesFor(std::size_t payload_bytes) {
  return begin() + Aligned(sizeof(RecordHeader) + payload_bytes);
}

std::shared_ptr<JournalSegment> JournalSegment::Create(const std::filesystem::path& path, std::int64_t number,
                                                       std::int64_t first_record, std::int64_t bytes, int& error) {
  const int fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (fd < 0) {
    error = errno;
    return nullptr;
  }
  const std::shared_ptr<JournalSegment> segment(new JournalSegment(path, number, fd));
  SegmentHeader header;
  header.number = number;
  header.first_record = first_record;
  header.crc = Checksum(&header, offsetof(SegmentHeader, crc));
  error = ::posix_fallocate(fd, 0, bytes);
  if (error == 0 && ::pwrite(fd, &header, sizeof header, 0) != static_cast<ssize_t>(sizeof header)) error = errno;
  segment->bytes_ = bytes;
  segment->first_record_ = first_record;
  segment->readable_ = true;
  if (error == 0 && !segment->TryMap()) error = errno;
  if (error == 0 && !SyncFolder(path.parent_path())) error = errno;
  if (error == 0) return segment;
  ::unlink(path.c_str());
  return nullptr;
}

std::shared_ptr<JournalSegment> JournalSegment::Open(const std::filesystem::path& path, std::int64_t number) {
  const int fd = ::open(path.c_str(), O_RDWR | O_CLOEXEC);
  if (fd < 0) Throw("journal: cannot open", path);
  const std::shared_ptr<JournalSegment> segment(new JournalSegment(path, number, fd));
  struct stat status {};
  if (::fstat(fd, &status) != 0) Throw("journal: cannot read", path);
  segment->bytes_ = status.st_size;
  segment->readable_ = segment->ReadHeader();
  return segment;
}

JournalSegment::~JournalSegment() {
  Unmap();
  ::close(fd_);
}

bool JournalSegment::ReadHeader() {
  SegmentHeader header;
  if (::pread(fd_, &header, sizeof header, 0) != static_cast<ssize_t>(sizeof header)) return false;
  if (header.magic != SegmentHeader{}.magic || header.number != number_) return false;
  if (header.crc != Checksum(&header, offsetof(SegmentHeader, crc))) return false;
  first_record_ = header.first_record;
  return true;
}

bool JournalSegment::TryMap() {
  void* const map = ::mmap(nullptr, static_cast<std::size_t>(bytes_), PROT_READ | PROT_WRITE, MAP_SHARED, fd_, 0);
  if (map == MAP_FAILED) return false;
  map_ = static_cast<std::byte*>(map);
  return true;
}

void JournalSegment::Map() {
  if (map_ == nullptr && readable_ && !TryMap()) Throw("journal: cannot map", path_);
}

void JournalSegment::Unmap() {
  if (map_ != nullptr) ::munmap(map_, static_cast<std::size_t>(bytes_));
  map_ = nullptr;
}

void JournalSegment::Truncate(std::int64_t end) {
  const bool mapped = map_ != nullptr;
  Unmap();
  if (::ftruncate(fd_, end) != 0) Throw("journal: cannot truncate", path_);
  bytes_ = end;
  if (mapped) Map();
}

bool JournalSegment::Fits(std::int64_t offset, std::size_t payload_bytes) const {
  return offset + Aligned(sizeof(RecordHeader) + payload_bytes) <= bytes_;
}

std::int64_t JournalSegment::Write(std::int64_t offset, const RawMessage& message) {
  std::byte* const place = map_ + offset;
  const RecordHeader header = HeaderOf(message);
  std::memcpy(place + kFrameBytes, reinterpret_cast<const std::byte*>(&header) + kFrameBytes,
              sizeof header - kFrameBytes);
  if (!message.payload.empty()) {
    std::memcpy(place + sizeof header, message.payload.data(), message.payload.size());
  }
  const std::uint64_t crc = Checksum(place + kFrameBytes, header.length - kFrameBytes);
  // Sequentially consistent: ordered before the writer's look at whether the reader sleeps.
  FrameAt(place).store(crc << 32 | header.length, std::memory_order_seq_cst);
  return offset + Aligned(header.length);
}

bool JournalSegment::HasRecord(std::int64_t offset) const {
  if (map_ == nullptr || offset + static_cast<std::int64_t>(sizeof(RecordHeader)) > bytes_) return false;
  return FrameAt(map_ + offset).load(std::memory_order_seq_cst) != 0;
}

JournalRecord JournalSegment::Look(std::int64_t offset) const {
  JournalRecord record;
  if (map_ == nullptr || offset + static_cast<std::int64_t>(sizeof(RecordHeader)) > bytes_) return record;
  std::byte* const place = map_ + offset;
  const std::uint64_t frame = FrameAt(place).load(std::memory_order_acquire);
  if (frame == 0) return record;
  const auto length = static_cast<std::uint32_t>(frame);
  if (length < sizeof(RecordHeader) || length > sizeof(RecordHeader) + kMaxJournalPayload ||
      offset + Aligned(length) > bytes_) {
    record.state = JournalRecord::State::kLost;
    return record;
  }
  record.next = offset + Aligned(length);
  if (Checksum(place + kFrameBytes, length - kFrameBytes) != frame >> 32) {
    record.state = JournalRecord::State::kDamaged;
    return record;
  }
  RecordHeader header;
  std::memcpy(&header, place, sizeof header);
  record.message = MessageOf(header, place + sizeof header);
  record.state = JournalRecord::State::kGood;
  return record;
}

}  // namespace fajma
