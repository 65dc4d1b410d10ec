// The durable segment log of one door: everything that comes in is here before it is acknowledged, and it survives the
// death of the process (page cache), not of the machine: what must survive that is confirmed after the commit only.
//
// One writer thread (Append), one reader thread (Read, Release). Files: `<folder>/<door>/<segment, 10 digits>.log`,
// preallocated, mapped; `<folder>/<door>/uuid` names the journal for its checkpoint in the database.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "core/domain/raw_message.h"

namespace fajma {

// A place between two records. Ordered; kept in the database in the transaction that stored everything before it.
struct JournalPosition {
  std::int64_t segment = 0;
  std::int64_t offset = 0;
  auto operator<=>(const JournalPosition&) const = default;
};

struct JournalOptions {
  std::filesystem::path folder;  // made if absent
  Door door = Door::kMqtt;
  std::int64_t segment_bytes = 32 << 20;
  std::int64_t max_bytes = 4LL << 30;  // all segments; then Append answers false. At least two segments
  std::int64_t keep_records = 32'768;  // at least so many newest records stay on disk after their release
};

class Journal {
 public:
  // Opens or makes the journal and drops a torn tail. Throws std::runtime_error when the folder cannot be used.
  explicit Journal(JournalOptions options);
  ~Journal();
  Journal(const Journal&) = delete;
  Journal& operator=(const Journal&) = delete;

  // --- writer thread ---
  // True: the record will be read, also after SIGKILL. False: no room (disk or max_bytes): nothing was written, the
  // caller must not acknowledge. Payloads over 16 MiB are a broken invariant.
  bool Append(const RawMessage& message);

  // --- reader thread ---
  // Sets where Read goes on; a position that no longer exists is moved to the next that does (nothing is skipped that
  // still is on disk). The default is the oldest record on disk.
  void Seek(JournalPosition position);
  // Appends at most `max_records` records to `out`, oldest first; returns how many. The views stay valid until the next
  // Release of a position at or behind them. Never blocks.
  std::size_t Read(std::size_t max_records, std::vector<RawMessage>& out);
  // Behind the last record that Read returned.
  JournalPosition position() const;
  // Everything before `position` is stored: its segments may go (but for keep_records).
  void Release(JournalPosition position);

  // --- any thread ---
  // Becomes readable (eventfd) when there is something to read and the reader had seen the end. The reader calls
  // ArmWakeup before it sleeps: false means that there is already something to read.
  int wakeup_fd() const;
  bool ArmWakeup();
  // Records behind the reader's position.
  std::int64_t backlog() const;
  // Those of them that an earlier process wrote.
  std::int64_t backlog_at_open() const;
  std::int64_t bytes_on_disk() const;
  // Records (or whole rests of segments) that were found damaged and skipped, since the journal was opened.
  std::int64_t damaged() const;
  const std::string& uuid() const;

  // Calls `visit` for each of the newest `keep_records` records on disk, oldest first. Before the first Append only.
  void VisitKept(const std::function<void(const RawMessage&)>& visit) const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace fajma
