#include "core/journal/journal.h"

#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <map>
#include <mutex>
#include <system_error>
#include <utility>

#include "core/journal/journal_files.h"
#include "core/journal/journal_segment.h"
#include "core/runtime/log.h"

namespace fajma {
namespace {

using Segment = std::shared_ptr<JournalSegment>;
using Found = JournalRecord::State;

struct Extent {
  std::int64_t end = 0;      // behind the last good record
  std::int64_t records = 0;  // up to there, damaged ones included: they were counted when they were written
};

Extent Measure(const JournalSegment& mapped) {
  Extent extent{JournalSegment::begin(), 0};
  std::int64_t offset = extent.end;
  for (std::int64_t seen = 1;; ++seen) {
    const JournalRecord record = mapped.Look(offset);
    if (record.next == 0) return extent;
    offset = record.next;
    if (record.state == Found::kGood) extent = {offset, seen};
  }
}

bool IsLackOfSpace(int error) { return error == ENOSPC || error == EDQUOT || error == EFBIG; }

}  // namespace

struct Journal::State {
  explicit State(JournalOptions journal_options);
  ~State();
  State(const State&) = delete;
  State& operator=(const State&) = delete;

  void Recover();
  void DropTornTail(JournalSegment& segment);
  bool StartSegment(std::size_t payload_bytes);
  bool Refuse(std::string_view reason);
  bool DropOldest();
  void WakeReader() const;

  void Enter(const Segment& segment);
  bool EnterNext();
  void SkipTo(std::int64_t offset);
  void StepOver(const JournalRecord& record);
  bool HasMore() const;

  std::string Describe(std::int64_t segment, std::int64_t offset) const;

  const JournalOptions options;
  const std::string_view door;
  const std::filesystem::path folder;
  int lock_fd = -1;
  int event_fd = -1;
  std::string uuid;
  std::int64_t first_own = 1;  // segments from here on are this process's
  std::int64_t found = 0;      // records that were written before it

  std::mutex mutex;                          // held for what happens once a segment or a batch, never once a record
  std::map<std::int64_t, Segment> segments;  // guarded by mutex; all that are on disk
  JournalPosition released;                  // guarded by mutex
  std::int64_t next_number = 1;              // guarded by mutex
  std::int64_t reading = 0;                  // guarded by mutex, set by the reader: its segment, or it is past that one

  // --- writer thread ---
  Segment current;  // an earlier process's segments are never written again
  std::int64_t write_offset = 0;
  bool full = false;
  bool complained = false;
  std::chrono::steady_clock::time_point complain_after{};

  // --- reader thread ---
  Segment read_segment;  // null: before the first segment behind `reading`
  std::int64_t read_offset = 0;

  // --- any thread ---
  std::atomic<std::int64_t> newest{0};   // segment
  std::atomic<std::int64_t> written{0};  // records since the journal was made
  std::atomic<std::int64_t> read{0};     // of them, what lies before the reader's position
  std::atomic<std::int64_t> bytes{0};
  std::atomic<std::int64_t> damaged{0};
  std::atomic<bool> armed{false};
};

Journal::State::State(JournalOptions journal_options)
    : options(std::move(journal_options)),
      door(kDoorNames[static_cast<std::size_t>(options.door)]),
      folder(options.folder / door) {
  MakeJournalFolder(folder);
  lock_fd = LockJournalFolder(folder);
  try {
    uuid = ReadOrMakeJournalUuid(folder);
    Recover();
    event_fd = ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (event_fd < 0) throw std::runtime_error("journal: no eventfd");
  } catch (...) {
    ::close(lock_fd);
    throw;
  }
}

Journal::State::~State() {
  ::close(event_fd);
  ::close(lock_fd);
}

std::string Journal::State::Describe(std::int64_t segment, std::int64_t offset) const {
  return std::string(door) + " segment " + std::to_string(segment) + " offset " + std::to_string(offset);
}

// A process goes on in a new segment. So what a checkpoint says of an old one never hides a new record, also when a
// power cut took back what the old one held.
void Journal::State::Recover() {
  for (const std::int64_t number : ListSegments(folder)) {
    segments[number] = JournalSegment::Open(SegmentPath(folder, number), number);
    newest = number;
  }
  next_number = first_own = newest + 1;
  // Only the last one that was written to can have a torn tail.
  const auto last =
      std::find_if(segments.rbegin(), segments.rend(), [](const auto& s) { return s.second->readable(); });
  if (last != segments.rend()) DropTornTail(*last->second);
  std::int64_t first_record = written;
  for (auto it = segments.rbegin(); it != segments.rend(); ++it) {
    JournalSegment& segment = *it->second;
    bytes += segment.bytes();
    if (segment.readable()) {
      first_record = segment.first_record();
      continue;
    }
    segment.set_first_record(first_record);
    if (it.base() == segments.end()) continue;  // the last: a crash came between its making and its header
    ++damaged;
    log::Error("a journal segment is unreadable", Describe(segment.number(), 0));
  }
  read = first_record;
  found = written;
}

void Journal::State::DropTornTail(JournalSegment& segment) {
  segment.Map();
  const Extent extent = Measure(segment);
  if (segment.HasRecord(extent.end)) {
    log::Warn("dropped the journal's torn tail", Describe(segment.number(), extent.end));
  }
  segment.Unmap();
  segment.Truncate(extent.end);
  written = segment.first_record() + extent.records;
}

// Full and not full may follow each other many times a second: told no more than once in ten seconds.
bool Journal::State::Refuse(std::string_view reason) {
  const auto now = std::chrono::steady_clock::now();
  if (!full && now >= complain_after) {
    log::Error("the journal has no room: nothing more is acknowledged", std::string(door) + ": " + std::string(reason));
    complain_after = now + std::chrono::seconds(10);
    complained = true;
  }
  full = true;
  return false;
}

// With the mutex held. False: the oldest is not released. The newest always stays: its number must not be used again.
bool Journal::State::DropOldest() {
  const auto oldest = segments.begin();
  if (oldest == segments.end() || oldest->first >= released.segment || oldest->first >= newest) return false;
  ::unlink(oldest->second->path().c_str());
  bytes -= oldest->second->bytes();
  segments.erase(oldest);
  return true;
}

// What was released goes to make room, also when it would have been kept.
bool Journal::State::StartSegment(std::size_t payload_bytes) {
  const std::int64_t wanted = std::max(options.segment_bytes, JournalSegment::BytesFor(payload_bytes));
  const std::lock_guard lock(mutex);
  while (bytes + wanted > options.max_bytes) {
    if (!DropOldest()) return Refuse("its limit of bytes is reached");
  }
  int error = 0;
  Segment segment;
  do {
    segment = JournalSegment::Create(SegmentPath(folder, next_number), next_number, written, wanted, error);
  } while (segment == nullptr && IsLackOfSpace(error) && DropOldest());
  if (segment == nullptr) return Refuse(std::generic_category().message(error));
  if (complained) log::Info("the journal has room again", door);
  full = complained = false;
  if (current != nullptr && reading != current->number()) current->Unmap();  // the reader has not come there yet
  bytes += wanted;
  segments[next_number] = segment;
  current = std::move(segment);
  write_offset = JournalSegment::begin();
  newest = next_number++;
  return true;
}

void Journal::State::WakeReader() const {
  const std::uint64_t one = 1;
  [[maybe_unused]] const ssize_t written_bytes = ::write(event_fd, &one, sizeof one);  // full: readable already
}

// With the mutex held.
void Journal::State::Enter(const Segment& segment) {
  segment->Map();
  read_segment = segment;
  read_offset = JournalSegment::begin();
  reading = segment->number();
  read = segment->first_record();
}

bool Journal::State::EnterNext() {
  const std::lock_guard lock(mutex);
  const auto next = segments.upper_bound(reading);
  if (next == segments.end()) return false;
  Enter(next->second);
  return true;
}

void Journal::State::SkipTo(std::int64_t offset) {
  while (read_offset < offset) {
    const JournalRecord record = read_segment->Look(read_offset);
    if (record.state == Found::kEnd) return;
    StepOver(record);
  }
}

void Journal::State::StepOver(const JournalRecord& record) {
  if (record.state != Found::kGood) {
    damaged.fetch_add(1, std::memory_order_relaxed);
    log::Error(record.state == Found::kLost ? "the rest of a journal segment is unreadable"
                                            : "skipped a damaged journal record",
               Describe(read_segment->number(), read_offset));
  }
  read_offset = record.state == Found::kLost ? read_segment->bytes() : record.next;
  if (record.state != Found::kLost) read.store(read.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
}

bool Journal::State::HasMore() const {
  const bool here = read_segment != nullptr && read_segment->HasRecord(read_offset);
  return here || newest > reading;
}

Journal::Journal(JournalOptions options) : state_(std::make_unique<State>(std::move(options))) {}
Journal::~Journal() = default;

bool Journal::Append(const RawMessage& message) {
  State& s = *state_;
  if (message.payload.size() > kMaxJournalPayload) {
    log::Error("a message is too large for the journal", s.door);
    std::abort();
  }
  const bool fits = s.current != nullptr && s.current->Fits(s.write_offset, message.payload.size());
  if (!fits && !s.StartSegment(message.payload.size())) return false;
  // Counted first, so that the reader never counts more than was written.
  s.written.store(s.written.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
  s.write_offset = s.current->Write(s.write_offset, message);
  // The reader arms and then looks for a record; here a record is written and then the arming looked for: one of the
  // two sees the other's (all four are sequentially consistent).
  if (s.armed.load() && s.armed.exchange(false)) s.WakeReader();
  return true;
}

void Journal::Seek(JournalPosition position) {
  State& s = *state_;
  std::unique_lock lock(s.mutex);
  const auto found = s.segments.lower_bound(position.segment);
  if (found == s.segments.end()) {
    // Nothing is there yet, or the disk has lost what the database has seen: then what this process writes is new all
    // the same, and must not stand in segments that the database takes for stored.
    if (position > JournalPosition{s.first_own, 0})
      log::Warn("the journal lacks its newest segments", s.Describe(position.segment, position.offset));
    s.next_number = std::max(s.next_number, position.segment + 1);
    s.reading = s.first_own - 1;
    s.read_segment = nullptr;
    const auto own = s.segments.lower_bound(s.first_own);
    s.read = own == s.segments.end() ? s.written.load() : own->second->first_record();
    return;
  }
  s.Enter(found->second);
  lock.unlock();
  if (s.reading == position.segment) s.SkipTo(position.offset);
}

std::size_t Journal::Read(std::size_t max_records, std::vector<RawMessage>& out) {
  State& s = *state_;
  std::size_t count = 0;
  while (count < max_records) {
    const std::int64_t newest = s.newest;  // before the look: a segment that is not the newest is complete
    const JournalRecord record = s.read_segment != nullptr ? s.read_segment->Look(s.read_offset) : JournalRecord{};
    if (record.state == Found::kEnd) {
      if (newest <= s.reading || !s.EnterNext()) break;
      continue;
    }
    s.StepOver(record);
    if (record.state != Found::kGood) continue;
    out.push_back(record.message);
    ++count;
  }
  return count;
}

JournalPosition Journal::position() const {
  const State& s = *state_;
  if (s.read_segment == nullptr) return {s.reading + 1, 0};
  return {s.reading, s.read_offset};
}

void Journal::Release(JournalPosition position) {
  State& s = *state_;
  const std::lock_guard lock(s.mutex);
  s.released = std::max(s.released, position);
  while (s.segments.size() > 1 &&
         s.written - std::next(s.segments.begin())->second->first_record() >= s.options.keep_records) {
    if (!s.DropOldest()) break;
  }
  for (const auto& [number, segment] : s.segments) {
    if (number >= s.released.segment || number >= s.newest) break;
    if (number != s.reading) segment->Unmap();
  }
}

int Journal::wakeup_fd() const { return state_->event_fd; }

bool Journal::ArmWakeup() {
  State& s = *state_;
  std::uint64_t ignored = 0;
  [[maybe_unused]] const ssize_t drained = ::read(s.event_fd, &ignored, sizeof ignored);  // of the wake-up before
  s.armed = true;
  if (!s.HasMore()) return true;
  s.armed = false;
  return false;
}

std::int64_t Journal::backlog() const {
  const std::int64_t read = state_->read;  // first: what is written only grows
  return state_->written - read;
}

std::int64_t Journal::backlog_at_open() const { return std::max<std::int64_t>(0, state_->found - state_->read); }

std::int64_t Journal::bytes_on_disk() const { return state_->bytes; }
std::int64_t Journal::damaged() const { return state_->damaged; }
const std::string& Journal::uuid() const { return state_->uuid; }

void Journal::VisitKept(const std::function<void(const RawMessage&)>& visit) const {
  State& s = *state_;
  const std::lock_guard lock(s.mutex);
  const std::int64_t first = s.written - s.options.keep_records;
  for (auto it = s.segments.begin(); it != s.segments.end(); ++it) {
    const auto next = std::next(it);
    if (next != s.segments.end() && next->second->first_record() <= first) continue;
    JournalSegment& segment = *it->second;
    const bool mapped = segment.mapped();
    segment.Map();
    std::int64_t number = segment.first_record();
    for (std::int64_t offset = JournalSegment::begin();; ++number) {
      const JournalRecord record = segment.Look(offset);
      if (record.next == 0) break;
      if (record.state == Found::kGood && number >= first) visit(record.message);
      offset = record.next;
    }
    if (!mapped) segment.Unmap();
  }
}

}  // namespace fajma
