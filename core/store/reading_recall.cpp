// What was known at a cursor: for an evaluation that goes on there.
#include "core/domain/thresholds.h"
#include "core/store/conditions.h"
#include "core/store/reading_bounds.h"
#include "core/store/reading_store.h"

namespace fajma {
namespace {

struct LiveRow {
  std::int64_t id = 0;
  std::int64_t patient_id = 0;
  std::int64_t device_id = 0;
  int type = 0;
  double value = 0;
  bool integral = false;
  Micros measured_at = 0;
  Micros received_at = 0;
};

// Of several writers' last lots those with a later number may be among them, or one of an earlier number may not: who
// goes on from there gets these once more, or at last.
std::int64_t LastIdAt(Lease& lease, Cursor up_to) {
  std::int64_t number = 0;
  std::int64_t lot = 0;
  Statement query(lease, "SELECT numero, lot FROM fajma_commit WHERE numero <= :numero ORDER BY numero DESC LIMIT 1");
  if (!query.Bind("numero", CommitOf(up_to)).Into(number, lot).Next()) return 0;
  const bool whole = number < CommitOf(up_to);
  return lot * kCursorsPerCommit + (whole ? kCursorsPerCommit - 1 : up_to % kCursorsPerCommit);
}

void ReadRows(Statement& query, std::vector<LiveRow>& rows) {
  LiveRow row;
  query.Into(row.id, row.patient_id, row.device_id, row.type, row.value, row.integral, row.measured_at,
             row.received_at);
  while (query.Next()) rows.push_back(row);
}

constexpr std::string_view kColumns =
    "d.id, d.patient_id, d.dispositif_id, d.type_id, d.valeur, d.entiere, d.\"timestamp\", d.recu";

// Series that nothing has come to since: they tell it themselves.
void ReadSettled(Lease& lease, std::int64_t last_id, const std::string& types, Micros since,
                 std::vector<LiveRow>& rows) {
  Statement query(lease,
                  "SELECT donnee_id, patient_id, dispositif_id, type_id, valeur, entiere, \"timestamp\", recu"
                  " FROM fajma_serie WHERE donnee_id <= :derniere AND \"timestamp\" >= :depuis AND " +
                      InList(lease.dialect(), "type_id", "types"));
  query.Bind("derniere", last_id).Bind("depuis", since).Bind("types", types);
  ReadRows(query, rows);
}

// Those that something has come to: back from there. They are busy, so it is not far.
void ReadMoved(Lease& lease, std::int64_t last_id, const std::string& types, Micros since, std::vector<LiveRow>& rows) {
  const std::int64_t first_id = LeastIdSince(lease, since);
  Statement query(lease, "SELECT " + std::string(kColumns) +
                             " FROM fajma_serie s JOIN fajma_donneescapteursiot d ON d.id = (SELECT e.id FROM"
                             " fajma_donneescapteursiot e WHERE e.patient_id = s.patient_id AND e.id >= :premiere"
                             " AND e.id <= :derniere AND e.dispositif_id = s.dispositif_id AND e.type_id = s.type_id"
                             " AND e.tardive = 0 ORDER BY e.id DESC LIMIT 1)"
                             " WHERE s.donnee_id > :derniere AND d.\"timestamp\" >= :depuis AND " +
                             InList(lease.dialect(), "s.type_id", "types"));
  query.Bind("premiere", first_id).Bind("derniere", last_id).Bind("depuis", since).Bind("types", types);
  ReadRows(query, rows);
}

std::vector<StoredMessage> MessagesOf(Lease& lease, RefCache& refs, const std::vector<LiveRow>& rows) {
  std::vector<StoredMessage> messages;
  messages.reserve(rows.size());
  for (const LiveRow& row : rows) {
    StoredMessage& message = messages.emplace_back();
    message.first_row = row.id;
    message.patient = refs.Patient(lease, row.patient_id);
    message.device = refs.Device(lease, row.device_id);
    message.measured_at = row.measured_at;
    message.received_at = row.received_at;
    message.values.Add({static_cast<MeasureId>(row.type), row.integral, row.value});
  }
  return messages;
}

}  // namespace

std::vector<StoredMessage> ReadingStore::NewestAt(Cursor up_to, std::span<const MeasureId> measures, Micros since) {
  Lease lease = database_.Read();
  const std::int64_t last_id = LastIdAt(lease, up_to);
  std::vector<std::int64_t> types;
  for (const MeasureId measure : measures) types.push_back(static_cast<std::int64_t>(measure));
  const std::string list = ListText(lease.dialect(), types);
  std::vector<LiveRow> rows;
  ReadSettled(lease, last_id, list, since, rows);
  ReadMoved(lease, last_id, list, since, rows);
  return MessagesOf(lease, refs_, rows);
}

std::vector<StoredMessage> ReadingStore::LiveAt(Cursor up_to, MeasureId measure, std::int64_t patient_id, Micros since,
                                                std::int64_t limit) {
  Lease lease = database_.Read();
  Conditions conditions;
  if (patient_id != kAllPatients) conditions.Add("d.patient_id = :patient", "patient", patient_id);
  conditions.Add("d.id >= :premiere", "premiere", LeastIdSince(lease, since));
  conditions.Add("d.id <= :derniere", "derniere", LastIdAt(lease, up_to));
  conditions.Add("d.type_id = :type", "type", static_cast<std::int64_t>(measure));
  conditions.Add("d.\"timestamp\" >= :depuis", "depuis", since);
  conditions.Add("d.tardive = 0");
  std::vector<LiveRow> rows;
  Statement query(lease, "SELECT " + std::string(kColumns) + " FROM fajma_donneescapteursiot d" + conditions.text() +
                             " ORDER BY d.id DESC LIMIT :limit");
  conditions.BindTo(query);
  query.Bind("limit", limit);
  ReadRows(query, rows);
  return MessagesOf(lease, refs_, rows);
}

}  // namespace fajma
