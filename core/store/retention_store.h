// What is kept for a limited time only, and its cutting in small transactions.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "core/domain/reading.h"
#include "core/store/database.h"

namespace fajma {

// How far has been cut; both only grow.
struct CutEdge {
  // What has a cursor up to it may be gone: whoever comes back from before it has missed something. 0: nothing is cut.
  Cursor cursor = 0;
  // What is gone was stored before.
  Micros stored_before = 0;
  bool operator==(const CutEdge&) const = default;
};

// A resume reads it after the rows: then what they lack was cut behind its cursor.
CutEdge ReadCutEdge(Lease& lease);
// Inside a writer's transaction: it stays so until the end of the transaction.
CutEdge LockCutEdge(Lease& lease);
// An identity by time is of no use for what was measured before: a message like it may have been cut. 0: nothing was.
Micros ForgottenBefore(const CutEdge& edge);

// The tables that are cut, in the order in which it is done.
enum class CutTable : std::uint8_t {
  kCommits,
  kReadings,
  kChat,
  kStatistics,
  kAlerts,
  kAlertEvents,
  kQuarantine,
  kCommands,
  kAccesses,
};
inline constexpr std::size_t kCutTableCount = 9;
std::string_view NameOf(CutTable table);  // as in the database, without its prefix

// Rows by table.
using CutTally = std::array<std::int64_t, kCutTableCount>;

struct CutStep {
  CutTally rows{};
  std::chrono::nanoseconds held{0};  // how long the writer's session was not another's
  bool complete = false;             // nothing more to do
};

// Thread-safe but for Cut. Every call throws DatabaseError (DatabaseBusy when no session came free in time).
class RetentionStore {
 public:
  // `owner`: the process that has the work of kRetentionWork, where there are several; else empty.
  explicit RetentionStore(Database& database, std::string owner = {}) : database_(database), owner_(std::move(owner)) {}

  CutEdge Edge();

  // How far may be cut when all that was stored before `before` is to go: up to the first commit that is not older, and
  // up to the first one whose readings have not been evaluated for alerts. At least the edge.
  CutEdge Plan(Micros before);

  // One transaction that makes about `max_rows` rows go, and moves the edge to `plan`, all of it with the first row.
  // Again until it is complete; another plan begins anew. Takes the writer's session at low priority. Counts, series
  // and bounds of what is left are right after each. Throws OwnershipLost.
  CutStep Cut(const CutEdge& plan, std::int64_t max_rows);

 private:
  CutStep CutCommits(const CutEdge& plan, std::int64_t max_rows);
  CutStep CutByAge(const CutEdge& plan, std::int64_t max_rows);

  Database& database_;
  const std::string owner_;
  CutEdge plan_;             // that is being cut
  std::size_t phase_ = 0;    // 0: commits; then the tables that are cut by their rows' age
  std::int64_t walked_ = 0;  // of that table: looked at up to this id
};

inline constexpr const char* kRetentionWork = "conservation";

}  // namespace fajma
