// Readings in commit order.
#include <algorithm>

#include "core/store/commit_window.h"
#include "core/store/conditions.h"
#include "core/store/reading_row.h"
#include "core/store/retention_store.h"

namespace fajma {
namespace {

// A row with its place in the commit order and in its message.
struct FeedRow {
  Reading reading;
  int rank = 0;
};

struct FeedRows {
  std::vector<FeedRow> rows;
  std::int64_t last_commit = 0;  // when `complete`: everything up to it has been read
  bool complete = true;
};

constexpr std::string_view kFirstColumns = "SELECT c.numero, c.lot, ";

void ReadRows(Statement& query, std::vector<FeedRow>& rows) {
  std::int64_t commit = 0;
  std::int64_t lot = 0;
  ReadingRow row(query, commit, lot);
  while (query.Next()) {
    FeedRow& added = rows.emplace_back(FeedRow{row.Get(), row.rank()});
    added.reading.cursor = MakeCursor(commit, added.reading.id - lot * kCursorsPerCommit);
  }
}

// Everybody's rows: commit by commit, each a range of ids.
FeedRows RowsOfAll(Lease& lease, Cursor after, Cursor up_to, std::int64_t limit) {
  FeedRows result;
  result.last_commit = std::min(ReadDatabaseState(lease).last_commit, CommitOf(up_to));
  Statement query(lease, std::string(kFirstColumns) + std::string(kReadingColumns) +
                             " FROM fajma_commit c CROSS JOIN fajma_donneescapteursiot d"
                             " WHERE c.numero >= :de AND c.numero <= :a"
                             " AND d.id >= c.lot * 8192 AND d.id <= c.lot * 8192 + 8191"
                             " AND (c.numero > :de OR d.id > c.lot * 8192 + :rang)"
                             " ORDER BY c.numero, d.id LIMIT :limit");
  query.Bind("de", CommitOf(after)).Bind("a", result.last_commit).Bind("rang", after % kCursorsPerCommit);
  query.Bind("limit", limit);
  ReadRows(query, result.rows);
  result.complete = static_cast<std::int64_t>(result.rows.size()) < limit;
  return result;
}

// Some patients' rows: found by their patients, put into order by their commits. `patients`: a condition on them.
FeedRows RowsOfPatients(Lease& lease, const Conditions& patients, Cursor after, Cursor up_to, std::int64_t limit) {
  FeedRows result;
  CommitWindows windows(lease, after, up_to);
  result.last_commit = windows.last();
  for (CommitWindow window = windows.Next(); !window.empty(); window = windows.Next()) {
    if (window.last_id < window.first_id) continue;
    Statement query(lease, std::string(kFirstColumns) + std::string(kReadingColumns) +
                               " FROM fajma_donneescapteursiot d CROSS JOIN fajma_commit c" + patients.text() +
                               " AND d.id >= :premiere AND d.id <= :derniere"
                               " AND c.lot = d.id / 8192 AND c.numero >= :de AND c.numero <= :a"
                               " AND (c.numero > :de OR d.id > c.lot * 8192 + :rang)"
                               " ORDER BY c.numero, d.id LIMIT :limit");
    patients.BindTo(query);
    query.Bind("premiere", window.first_id).Bind("derniere", window.last_id);
    query.Bind("de", CommitOf(after)).Bind("a", window.last_commit).Bind("rang", after % kCursorsPerCommit);
    query.Bind("limit", limit - static_cast<std::int64_t>(result.rows.size()));
    ReadRows(query, result.rows);
    if (static_cast<std::int64_t>(result.rows.size()) == limit) {
      result.complete = false;
      return result;
    }
    if (!result.rows.empty()) after = std::max(after, result.rows.back().reading.cursor);
  }
  return result;
}

FeedRows RowsAfter(Lease& lease, std::optional<std::int64_t> patient_id, Cursor after, Cursor up_to,
                   std::int64_t limit) {
  if (!patient_id) return RowsOfAll(lease, after, up_to, limit);
  Conditions patient;
  patient.Add("d.patient_id = :patient", "patient", *patient_id);
  return RowsOfPatients(lease, patient, after, up_to, limit);
}

FeedRows RowsAfter(Lease& lease, const std::vector<std::int64_t>& patients, Cursor after, Cursor up_to,
                   std::int64_t limit) {
  Conditions conditions;
  conditions.AddIn(lease.dialect(), "d.patient_id", "patients", patients);
  return RowsOfPatients(lease, conditions, after, up_to, limit);
}

Cursor EndOf(const FeedRows& rows, Cursor after) {
  return std::max(after, MakeCursor(rows.last_commit, kCursorsPerCommit - 1));
}

void AddValue(StoredMessage& message, const Reading& reading, const std::string& type_name) {
  message.cursor = reading.cursor;
  if (reading.type_id >= kFirstFreeType) {
    message.measure_name = type_name;
  } else {
    message.values.Add({static_cast<MeasureId>(reading.type_id), reading.integral, reading.value});
  }
}

StoredMessage BeginMessage(const Reading& reading) {
  StoredMessage message;
  message.first_row = reading.id;
  message.device.id = reading.device_id;
  message.measured_at = reading.measured_at;
  message.received_at = reading.received_at;
  message.time_source = reading.time_source;
  message.late = reading.late;
  message.device_timestamp = reading.device_timestamp.value_or("");
  return message;
}

}  // namespace

FeedPage<Reading> ReadingStore::ListAfter(Cursor after, std::int64_t limit, std::optional<std::int64_t> patient_id) {
  Lease lease = database_.Read();
  FeedRows found = RowsAfter(lease, patient_id, after, kNoEnd, std::clamp<std::int64_t>(limit, 1, kMaxPageRows));
  FeedPage<Reading> page;
  page.complete = found.complete;
  for (FeedRow& row : found.rows) page.rows.push_back(Complete(lease, std::move(row.reading)));
  page.next = found.complete ? EndOf(found, after) : page.rows.back().cursor;
  return page;
}

FeedPage<Reading> ReadingStore::ListAfter(Cursor after, std::int64_t limit, const ReadingFilter& filter) {
  constexpr int kMaxSteps = 20;  // of kMaxPageRows
  const auto sees = [&filter](std::int64_t patient) {
    return !filter.patients || std::ranges::find(*filter.patients, patient) != filter.patients->end();
  };
  const auto passes = [&](const Reading& reading) {
    return sees(reading.patient_id) && (!filter.device_id || reading.device_id == *filter.device_id) &&
           (!filter.type || reading.type == *filter.type);
  };
  const bool all = !filter.device_id && !filter.type && !filter.patients;
  const auto wanted = static_cast<std::size_t>(std::clamp<std::int64_t>(limit, 1, kMaxPageRows));
  FeedPage<Reading> page{{}, after, false};
  for (int step = 0; step < kMaxSteps && !page.complete && page.rows.size() < wanted; ++step) {
    FeedPage<Reading> part = ListAfter(page.next, all ? limit : kMaxPageRows, filter.patient_id);
    page.complete = part.complete;
    page.next = part.next;
    for (Reading& reading : part.rows) {
      if (!passes(reading)) continue;
      if (page.rows.size() == wanted) {
        page.complete = false;
        page.next = page.rows.back().cursor;
        break;
      }
      page.rows.push_back(std::move(reading));
    }
  }
  return page;
}

Cursor ReadingStore::CutUpTo() { return RetentionStore(database_).Edge().cursor; }

FeedPage<StoredMessage> ReadingStore::MessagesAfter(std::optional<std::int64_t> patient_id, Cursor after,
                                                    std::int64_t limit, Cursor up_to) {
  return Messages(patient_id, nullptr, after, limit, up_to);
}

FeedPage<StoredMessage> ReadingStore::MessagesOfPatientsAfter(const std::vector<std::int64_t>& patients, Cursor after,
                                                              std::int64_t limit, Cursor up_to) {
  return Messages(std::nullopt, &patients, after, limit, up_to);
}

FeedPage<StoredMessage> ReadingStore::Messages(std::optional<std::int64_t> patient_id,
                                               const std::vector<std::int64_t>* patients, Cursor after,
                                               std::int64_t limit, Cursor up_to) {
  constexpr auto kMostRows = static_cast<std::int64_t>(kMeasureCount);  // of one message
  const std::int64_t messages = std::clamp<std::int64_t>(limit, 1, kMaxPageRows);
  // A cursor may point into a message: begin early enough in its commit to find that message's first row.
  const Cursor from = after - std::min(kMostRows, after % kCursorsPerCommit + 1);
  Lease lease = database_.Read();
  // Enough for most: a page may have fewer messages than asked for, but at least one.
  const std::int64_t rows = messages * 2 + 2 * kMostRows;
  const FeedRows found = patients != nullptr ? RowsAfter(lease, *patients, from, up_to, rows)
                                             : RowsAfter(lease, patient_id, from, up_to, rows);

  FeedPage<StoredMessage> page;
  for (const FeedRow& row : found.rows) {
    if (row.rank == 0) {
      page.rows.push_back(BeginMessage(row.reading));
      page.rows.back().patient = refs_.Patient(lease, row.reading.patient_id);
      page.rows.back().device = refs_.Device(lease, row.reading.device_id);
    }
    if (page.rows.empty()) continue;  // the rest of a message that began before `from`
    AddValue(page.rows.back(), row.reading, types_.Get(lease, row.reading.type_id).name);
  }
  std::erase_if(page.rows, [after](const StoredMessage& message) { return message.cursor <= after; });
  if (!found.complete) page.rows.pop_back();  // its other rows may be among those not read
  page.complete = found.complete && page.rows.size() <= static_cast<std::size_t>(messages);
  page.rows.resize(std::min(page.rows.size(), static_cast<std::size_t>(messages)));
  page.next = page.complete ? EndOf(found, after) : page.rows.back().cursor;
  return page;
}

}  // namespace fajma
